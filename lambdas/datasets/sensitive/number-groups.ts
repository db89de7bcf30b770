import { BETWEEN, SIX_DIGITS } from './quick-look.ts';

/** Digits that stand together, and the groups that spaces, dots, dashes and brackets make of them. */
export interface NumberGroups {
  from: number;
  to: number;
  digits: number;
  /** Where each group of digits begins and ends. */
  starts: number[];
  ends: number[];
}

const SEPARATOR = new RegExp(`[${BETWEEN}]`);
const SEPARATORS: ReadonlySet<number> = new Set(
  Array.from({ length: 0x2030 }, (_, code) => code).filter((code) =>
    SEPARATOR.test(String.fromCharCode(code)),
  ),
);
/** A number that somebody has is written in at most 10 groups (+33 (0) 1 23 45 67 89); more are a table. */
const MOST_GROUPS = 12;
export const isTable = ({ starts }: NumberGroups): boolean => starts.length > MOST_GROUPS;

const isDigit = (code: number) => code >= 48 && code <= 57;

/** The number that begins at `from`, as far as at most three separators stand between two digits. */
function groupsAt(text: string, from: number): NumberGroups {
  const groups: NumberGroups = { from, to: from, digits: 0, starts: [], ends: [] };
  for (let at = from; at < text.length;) {
    let end = at;
    while (isDigit(text.charCodeAt(end))) end += 1;
    groups.starts.push(at);
    groups.ends.push(end);
    groups.digits += end - at;
    groups.to = end;
    let next = end;
    while (next - end < 3 && SEPARATORS.has(text.charCodeAt(next))) next += 1;
    if (next === end || !isDigit(text.charCodeAt(next))) break;
    at = next;
  }
  return groups;
}

/** 2024-03-15 and 15.03.2024, the usual reason for six digits in a text. Answers where the date ends, or 0. */
export function dateEnd(text: string, { starts, ends }: NumberGroups): number {
  if (starts.length < 3) return 0;
  const [a = 0, b = 0, c = 0] = starts;
  const [, endA = 0, endB = 0, endC = 0] = [0, ...ends];
  const separator = text.charCodeAt(endA);
  // - . or /
  if (separator < 45 || separator > 47 || b - endA !== 1 || c - endB !== 1) return 0;
  if (text.charCodeAt(endB) !== separator || endB - b > 2) return 0;
  const yearFirst = endA - a === 4 && endC - c <= 2;
  const yearLast = endA - a <= 2 && endC - c === 4;
  const year = text.charCodeAt(yearFirst ? a : c);
  if ((!yearFirst && !yearLast) || (year !== 49 && year !== 50)) return 0;
  // Joined to more digits by the same sign it is no date.
  return ends.length > 3 && text.charCodeAt(endC) === separator ? 0 : endC;
}

/** Calls `visit` for every place with six digits that may belong together; it may move `groups.to`, where to go on. */
export function eachNumber(text: string, visit: (groups: NumberGroups) => void): void {
  SIX_DIGITS.lastIndex = 0;
  for (let hit = SIX_DIGITS.exec(text); hit; hit = SIX_DIGITS.exec(text)) {
    const groups = groupsAt(text, hit.index);
    visit(groups);
    SIX_DIGITS.lastIndex = groups.to;
  }
}
