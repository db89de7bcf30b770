/** What chat templates do with text, as Jinja does it: Python's white space and Python's JSON. */

/** `str.isspace` for one UTF-16 unit. */
const isSpace = (unit: number): boolean =>
  unit <= 0x20
    ? (unit >= 0x09 && unit <= 0x0d) || unit >= 0x1c
    : unit >= 0x85 &&
      (unit === 0x85 ||
        unit === 0xa0 ||
        unit === 0x1680 ||
        (unit >= 0x2000 && unit <= 0x200a) ||
        unit === 0x2028 ||
        unit === 0x2029 ||
        unit === 0x202f ||
        unit === 0x205f ||
        unit === 0x3000);

/** By hand: a regular expression for white space at the end takes quadratic time on white space elsewhere. */
function strippedOf(text: string, goes: (unit: number) => boolean, left: boolean, right: boolean): string {
  let from = 0;
  let to = text.length;
  if (left) while (from < to && goes(text.charCodeAt(from))) from += 1;
  if (right) while (to > from && goes(text.charCodeAt(to - 1))) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

export const strip = (text: string): string => strippedOf(text, isSpace, true, true);

const isLineFeed = (unit: number) => unit === 0x0a;
export const stripLines = (text: string): string => strippedOf(text, isLineFeed, true, true);
export const stripLinesLeft = (text: string): string => strippedOf(text, isLineFeed, true, false);
export const stripLinesRight = (text: string): string => strippedOf(text, isLineFeed, false, true);

export const beginsWithSpace = (text: string): boolean => isSpace(text.charCodeAt(0));

/** `json.dumps(value, ensure_ascii=False, indent=indent)`: a space after each colon, and after each comma on one line. */
export function pythonJson(value: unknown, indent = 0, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const parts = Array.isArray(value)
    ? value.map((item) => pythonJson(item, indent, depth + 1))
    : Object.entries(value).map(
        ([name, item]) => `${JSON.stringify(name)}: ${pythonJson(item, indent, depth + 1)}`,
      );
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  if (indent === 0) return open + parts.join(', ') + close;
  const line = `\n${' '.repeat(indent * (depth + 1))}`;
  return `${open}${line}${parts.join(`,${line}`)}\n${' '.repeat(indent * depth)}${close}`;
}

/** Arguments of a call are handed to a template as an object, whether a row has them as one or as text. */
export function argumentsAsJson(text: string): string {
  try {
    return pythonJson(JSON.parse(text));
  } catch {
    return text;
  }
}
