function occurrences(text: string, sign: string, enough: number): number {
  let count = 0;
  for (let at = text.indexOf(sign); at >= 0 && count < enough; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
}

/**
 * Whether a line of JSON nests deeper than `depth`, before it is parsed: ten million nested lists cost 623 MB
 * (facts.md §4). A line with so few brackets that it cannot, as nearly all have, costs two native searches.
 */
export function nestsDeeperThan(text: string, depth: number): boolean {
  if (occurrences(text, '{', depth + 1) + occurrences(text, '[', depth + 1) <= depth) return false;
  let level = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      at = endOfText(text, at);
      if (at < 0) return false;
    } else if (sign === '[' || sign === '{') {
      level += 1;
      if (level > depth) return true;
    } else if (sign === ']' || sign === '}') level -= 1;
  }
  return false;
}

/** The quote that ends the text which begins at `from`, or -1: one that has an even number of backslashes before it. */
function endOfText(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before -= 1;
    if ((quote - before) % 2 === 1) return quote;
  }
  return -1;
}
