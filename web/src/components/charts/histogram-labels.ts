/** Where the words of a histogram stand, so that none lies over another: those of its limit first, then its marks. */
import { labelWidth } from './scale.ts';

/** Words on one line of text. `left` and `right` enclose them, `y` is their baseline; all in pixels. */
export interface Label {
  words: string;
  left: number;
  right: number;
  y: number;
}
/** The words of a mark at `x`, on the side of their anchor. */
export interface MarkLabel extends Label {
  x: number;
  anchor: 'start' | 'end';
}
export interface Plot {
  left: number;
  right: number;
  /** The baseline of the lowest words. */
  bottom: number;
}

/** Of 12 px text: what lies nearer to each other touches. */
const LINE = 16;
/** Between a line and its words. */
const GAP = 6;
const HIGHEST_MARK = 29;

const touch = (one: Label, other: Label) =>
  one.left < other.right && other.left < one.right && Math.abs(one.y - other.y) < LINE;

/** The limit's name at the top of its line, and what it takes away to the right of it, where that fits. */
export function limitLabels(edge: number, words: string, lines: readonly string[], plot: Plot): Label[] {
  const isLeft = plot.right - edge < labelWidth(words) + 2 * GAP;
  const from = edge + GAP;
  const name = isLeft
    ? { words, left: edge - GAP - labelWidth(words), right: edge - GAP, y: 13 }
    : { words, left: from, right: from + labelWidth(words), y: 13 };
  const fit = plot.right - edge > Math.max(0, ...lines.map(labelWidth)) + 2 * GAP;
  const below = lines.map((line, index) => ({
    words: line,
    left: from,
    right: from + labelWidth(line),
    y: 33 + index * LINE,
  }));
  return [name, ...(fit ? below : [])];
}

/**
 * The words of each mark beside its line, as high as they touch nothing: to the right or the left, on one side of the
 * limit where they can be. A mark outside of the plot, or one that finds no place, has none.
 */
export function markLabels(
  marks: readonly { x: number; words: string }[],
  taken: readonly Label[],
  edge: number | undefined,
  plot: Plot,
): MarkLabel[] {
  const placed: MarkLabel[] = [];
  for (const { x, words } of marks) {
    if (x < plot.left || x > plot.right) continue;
    const wide = GAP + labelWidth(words);
    const places: MarkLabel[] = [];
    for (let y = HIGHEST_MARK; y <= plot.bottom; y += LINE) {
      places.push({ x, words, y, left: x, right: x + wide, anchor: 'start' });
      places.push({ x, words, y, left: x - wide, right: x, anchor: 'end' });
    }
    const free = places.filter(
      (place) =>
        place.left >= plot.left &&
        place.right <= plot.right &&
        ![...taken, ...placed].some((other) => touch(place, other)),
    );
    const crosses = ({ left, right }: Label) => edge !== undefined && left < edge && edge < right;
    const place = free.find((each) => !crosses(each)) ?? free[0];
    if (place) placed.push(place);
  }
  return placed;
}
