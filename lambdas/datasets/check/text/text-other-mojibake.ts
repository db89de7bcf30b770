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
/** 0x80–0xbf as Mac Roman has them. */
const MAC_REST = `[${charactersOf('macintosh').slice(0, 64)}]`;

const READINGS: readonly Reading[] = [
  {
    candidate: new RegExp(`[РСГв]${CYRILLIC_REST}`),
    // Two Cyrillic letters, of which the first byte becomes Р or С; a quotation mark or dash; an accented letter.
    sign: new RegExp(
      `[РС]${CYRILLIC_REST}[РС]${CYRILLIC_REST}|вЂ[™њќљ“”¦ћ\u0098]|Г[¶¤©±«§][a-z]|[a-z]Г[¶¤©±јџ]`,
      'u',
    ),
    characters: charactersOf('windows-1251'),
  },
  {
    candidate: new RegExp(`[√‚–—„‰ÂÊÁËÈ]${MAC_REST}`),
    // √ alone is a root; with ∂ or º behind it inside a word it is not. Then quotation marks, Cyrillic, Chinese.
    sign: new RegExp(
      `√[©º∂§®±≥≠¥∏†°´£¢][a-z]|[a-z]√[©º∂§®±≥≠¥∏†°´£¢ü]|‚Ä[ôúùìîò¶¢]|(?:[–—]${MAC_REST}){3}|(?:[„‰ÂÊÁËÈ]${MAC_REST}${MAC_REST}){3}`,
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
