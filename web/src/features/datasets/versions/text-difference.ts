/** A stretch of a text that both sides have, or only one. */
export interface Stretch {
  text: string;
  same: boolean;
}

/**
 * Word by word: what only the old text has, and what only the new one. The ends that both have are cut off first; the
 * middle is compared by its longest common subsequence, which for 2 × 2,000 characters are some 160,000 steps.
 */
export function differenceOf(before: string, after: string): { before: Stretch[]; after: Stretch[] } {
  const [a, b] = [words(before), words(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const kept = common(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const side = (all: readonly string[], isKept: readonly boolean[]) =>
    joined(
      all.map((text, index) => ({ text, same: isEnd(index, all.length) || isKept[index - head] === true })),
    );
  const isEnd = (index: number, length: number) => index < head || index >= length - tail;
  return { before: side(a, kept.a), after: side(b, kept.b) };
}

/** Words with the space after them, and each sign by itself, so that JSON's quotes and braces stay out of the words. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+\s*|[^\p{L}\p{N}_]/gu) ?? [];
}

function common(a: readonly string[], b: readonly string[]): { a: boolean[]; b: boolean[] } {
  const wide = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * wide);
  const at = (i: number, j: number) => lengths[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const kept = { a: a.map(() => false), b: b.map(() => false) };
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      kept.a[i] = true;
      kept.b[j] = true;
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return kept;
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    const last = result.at(-1);
    if (last?.same === stretch.same) last.text += stretch.text;
    else result.push({ ...stretch });
  }
  return result;
}

/** Characters of an unchanged stretch that stay beside a change; the rest of it becomes `…`. */
const AROUND = 80;

/** Shortens what both sides have, so that the change is seen at once. */
export function shortened(stretches: readonly Stretch[]): Stretch[] {
  return stretches.map(({ text, same }, index) => {
    if (!same || text.length <= AROUND * 2 + 20) return { text, same };
    const start = index === 0 ? '' : text.slice(0, AROUND);
    const end = index === stretches.length - 1 ? '' : text.slice(-AROUND);
    return { text: `${start} … ${end}`, same };
  });
}
