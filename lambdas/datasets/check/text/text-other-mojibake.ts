/**
 * UTF-8 that was read as Windows-1251 (`РџСЂРёРІРµС‚`, `вЂ™`) or as Mac Roman (`f√ºr`, `don‚Äôt`). Letters of a real text
 * are among its characters, so only sequences count that no language and no formula has.
 */

interface Reading {
  /** A first byte and another: two signs side by side, looked for at gigabytes a second; `sign` does a tenth of that. */
  candidate: RegExp;
  /** No text has this by chance. */
  sign: RegExp;
  /** What the decoder made of each byte. */
  characters: string;
}

const ABOVE_ASCII = Uint8Array.from({ length: 128 }, (_, at) => at + 128);
const charactersOf = (encoding: string) => new TextDecoder(encoding).decode(ABOVE_ASCII);

/** 0x80–0xbf as Windows-1251 has them, without the capitals of Ukrainian: СІРІСТЬ is a word. */
const CYRILLIC_REST =
  '[\\u0402\\u0403\\u0453\\u0409-\\u040b\\u040f\\u0452\\u2018-\\u203a\\u20ac\\u2122\\u0098\\u00a4-\\u00bb\\u2116\\u0405\\u0408\\u0451\\u0454-\\u045f\\u0491]';
/** All of 0x80–0xbf as Windows-1251 has them. */
const CYRILLIC_REST_TOO = `[${charactersOf('windows-1251').slice(0, 64)}]`;
/** Those of them that do not stand behind a letter: no letter of a living language, no quotation mark, no ellipsis. */
const CYRILLIC_RARE =
  '[\\u0402\\u0403\\u0453\\u0409-\\u040b\\u040f\\u2020-\\u2022\\u2030\\u2039\\u20ac\\u2122\\u00a4-\\u00aa\\u00ac\\u00ae\\u00b0-\\u00b7]';
/** Letters of 0x80–0xbf as Mac Roman has them: x≈π, x≈£5 and x≈∞ are written, x≈ü is not. */
const MAC_LETTERS = '[ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûüßæÆØø]';
/** 0x80–0xbf as Mac Roman has them. */
const MAC_REST = `[${charactersOf('macintosh').slice(0, 64)}]`;

const READINGS: readonly Reading[] = [
  {
    candidate: new RegExp(`[РСв]${CYRILLIC_REST}|[ГДЕ]${CYRILLIC_REST_TOO}|[г-й]${CYRILLIC_RARE}`),
    // Two Cyrillic letters, of which the first byte becomes Р or С; a quotation mark or dash; an accented letter, of
    // which it becomes Г, Д or Е among Latin ones; three Chinese or Japanese signs.
    sign: new RegExp(
      `[РС]${CYRILLIC_REST}[РС]${CYRILLIC_REST}|вЂ[™њќљ“”¦ћ\u0098]|Г[¶¤©±«§][a-z]|[a-z][ГДЕ]${CYRILLIC_REST_TOO}|(?:[г-й]${CYRILLIC_REST_TOO}{2}){3}`,
      'u',
    ),
    characters: charactersOf('windows-1251'),
  },
  {
    candidate: new RegExp(`[√‚–—„‰ÂÊÁËÈƒ≈]${MAC_REST}`),
    // Letters of Polish and Turkish become ƒ or ≈ and a letter. √ alone is a root; with ∂ or º behind it inside a word
    // it is not. Then quotation marks, Cyrillic, Chinese.
    sign: new RegExp(
      `[a-z][ƒ≈]${MAC_LETTERS}|[a-z]ƒ±[a-z]|√[©º∂§®±≥≠¥∏†°´£¢][a-z]|[a-z]√[©º∂§®±≥≠¥∏†°´£¢ü]|‚Ä[ôúùìîò¶¢]|(?:[–—]${MAC_REST}){3}|(?:[„‰ÂÊÁËÈ]${MAC_REST}${MAC_REST}){3}`,
      'u',
    ),
    characters: charactersOf('macintosh'),
  },
];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where such text begins, or -1. */
export function otherMojibakeAt(text: string): number {
  for (const { candidate, sign } of READINGS) {
    if (!candidate.test(text)) continue;
    const at = text.search(sign);
    if (at >= 0) return at;
  }
  return -1;
}

/** The text as it was meant where all of it can be decoded again; else as it is. */
export function withoutOtherMojibake(text: string): string {
  const reading = READINGS.find(({ candidate, sign }) => candidate.test(text) && sign.test(text));
  if (reading === undefined) return text;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const place = code < 0x80 ? code - 0x80 : reading.characters.indexOf(text.charAt(at));
    if (code >= 0x80 && place < 0) return text;
    bytes[at] = place + 0x80;
  }
  try {
    return utf8.decode(bytes);
  } catch {
    return text;
  }
}
