const OPENERS = [0x5b, 0x7b] as const;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function occurrences(bytes: Buffer, byte: number, enough: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0 && count < enough; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}

/**
 * Whether a line of JSON nests deeper than `depth`, before it is parsed: ten million nested lists cost 623 MB
 * (facts.md §4). A line with so few brackets that it cannot, as nearly all have, costs two native searches.
 */
export function nestsDeeperThan(bytes: Buffer, depth: number): boolean {
  const brackets = OPENERS.reduce((sum, opener) => sum + occurrences(bytes, opener, depth + 1), 0);
  if (brackets <= depth) return false;
  let level = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      level += 1;
      if (level > depth) return true;
    } else if (byte === 0x5d || byte === 0x7d) level -= 1;
  }
  return false;
}
