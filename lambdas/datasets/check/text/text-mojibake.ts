/**
 * Text whose UTF-8 bytes were read as Latin-1 or Windows-1252: `fÃ¼r`, `donâ€™t`, `Ð¿Ñ€Ð¸`. Each of its characters is a
 * byte, and the bytes form valid UTF-8. Real text does so by chance too (French `passé…»`, German `Spaß«`), so a
 * sequence alone counts only where no person would have written it.
 */

/** What Windows-1252 has in 0x80–0x9f; its five gaps are control characters of the same value. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const BYTE_OF = new Map(Array.from(WINDOWS_1252, (character, at) => [character.charCodeAt(0), 0x80 + at]));

/** The byte that a character was, or -1 where it was none. */
const byteOf = (code: number): number => (code < 0x100 ? code : (BYTE_OF.get(code) ?? -1));

/** A first byte of several, followed by another byte of the same character: everything that has to be looked at. */
const CANDIDATE = /[\u00c2-\u00f4][\u0080-\u00bfŒœŠšŸŽžƒˆ˜\u2013-\u203a€™]/g;
const LOWER = /\p{Ll}/u;
const UPPER = /\p{Lu}/u;
/** Quotes, dashes and dots: what real text has right behind a letter. */
const PUNCTUATION = new Set('«»‹›„“”‚‘’–—…'.split('').map((sign) => sign.charCodeAt(0)));

const continuation = (text: string, at: number): number => {
  const byte = at < text.length ? byteOf(text.charCodeAt(at)) : -1;
  return byte >= 0x80 && byte < 0xc0 ? byte & 0x3f : -1;
};

/** How many characters from here on are the bytes of one, and which; 0 where they are not. */
function sequenceAt(text: string, at: number): { length: number; point: number } {
  const none = { length: 0, point: 0 };
  if (at >= text.length) return none;
  const lead = text.charCodeAt(at);
  const length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length === 0) return none;
  let point = lead & (0x7f >> length);
  for (let next = 1; next < length; next += 1) {
    const bits = continuation(text, at + next);
    if (bits < 0) return none;
    point = (point << 6) | bits;
  }
  const isOverlong = point < (length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000);
  return isOverlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? none : { length, point };
}

const isC1 = (code: number) => code >= 0x80 && code < 0xa0;

/** Whether a sequence is one that nobody writes on purpose. */
function isSure(text: string, at: number, length: number): boolean {
  const lead = text.charCodeAt(at);
  // No language ends a syllable with â, and ð before three such signs is the beginning of an emoji.
  if (length === 4 || lead === 0xe2) return true;
  for (let next = 1; next < length; next += 1) if (isC1(text.charCodeAt(at + next))) return true;
  if (text.startsWith('ï»¿', at)) return true;
  const isNextToAnother = sequenceAt(text, at + length).length > 0 || endsSequence(text, at);
  if (isNextToAnother) return true;
  // ß and × are no capitals: nothing around them tells a byte from a letter.
  if (length === 3 || lead === 0xd7 || lead === 0xdf) return false;
  if (text.startsWith('Â\u00a0', at)) return true;
  // A capital with a sign behind it, inside a word or at its beginning. All in capitals it may be real: `IRMÃ»`.
  const [before, after] = [text.charAt(at - 1), text.charAt(at + length)];
  if (LOWER.test(before) || LOWER.test(after)) return true;
  if (UPPER.test(before)) return false;
  return (lead === 0xc2 || lead === 0xc3) && !PUNCTUATION.has(text.charCodeAt(at + 1));
}

/** Whether a sequence ends right before this place. */
const endsSequence = (text: string, at: number): boolean =>
  [2, 3, 4].some((length) => at >= length && sequenceAt(text, at - length).length === length);

/** Where wrongly decoded text begins, or -1. A replacement character is what an earlier decoder left of a lost one. */
export function mojibakeAt(text: string): number {
  CANDIDATE.lastIndex = 0;
  for (let match = CANDIDATE.exec(text); match; match = CANDIDATE.exec(text)) {
    const { index } = match;
    const { length } = sequenceAt(text, index);
    if (length > 0 && isSure(text, index, length)) return index;
    CANDIDATE.lastIndex = index + 1;
  }
  return text.indexOf('\ufffd');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The whole text decoded again, where each of its characters was a byte and the bytes are UTF-8. */
function decodedWhole(text: string): string | undefined {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const byte = byteOf(text.charCodeAt(at));
    if (byte < 0) return undefined;
    bytes[at] = byte;
  }
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function decodedWhereSure(text: string): string {
  let fixed = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const { length, point } = sequenceAt(text, at);
    if (length === 0 || !isSure(text, at, length)) continue;
    fixed += text.slice(from, at) + String.fromCodePoint(point);
    from = at + length;
    at = from - 1;
  }
  return fixed + text.slice(from);
}

/** Text that went wrong twice is two rounds away; more was never seen. */
const MOST_ROUNDS = 3;

/** The text as it was meant. What cannot be decoded without loss stays as it is. */
export function withoutMojibake(text: string): string {
  let fixed = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const at = mojibakeAt(fixed);
    if (at < 0 || fixed[at] === '\ufffd') break;
    fixed = decodedWhole(fixed) ?? decodedWhereSure(fixed);
  }
  return fixed;
}
