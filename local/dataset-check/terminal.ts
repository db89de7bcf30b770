/** Colours where there is a terminal that wants them. */
export interface Style {
  bold(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

const asItIs = (text: string) => text;
export const plain: Style = { bold: asItIs, faint: asItIs, good: asItIs, warning: asItIs, bad: asItIs };

const code = (on: number, off: number) => (text: string) => `\x1b[${on}m${text}\x1b[${off}m`;
export const inColour: Style = {
  bold: code(1, 22),
  faint: code(2, 22),
  good: code(32, 39),
  warning: code(33, 39),
  bad: code(31, 39),
};
