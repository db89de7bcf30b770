/** A space that does not break: a figure stays on one line with its unit. */
export const NBSP = '\u00a0';
const MINUS = '−';

const grouped = (digits: number) =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const byDigits = [grouped(0), grouped(1), grouped(2), grouped(3), grouped(4), grouped(5), grouped(6)];

/** A figure with so many decimals, grouped by thousands, − as minus; never “−0”. */
export function decimal(value: number, digits: number): string {
  const format = byDigits[Math.min(6, Math.max(0, digits))] ?? grouped(digits);
  const text = format.format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** `48,210`. */
export function count(value: number): string {
  return decimal(value, 0);
}

/** The figure and its noun, in the right number: `1 row`, `48,210 rows`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)}${NBSP}${value === 1 ? one : many}`;
}

/** With its sign always: `+0.012`, `−0.61`; a zero has none. */
export function signed(value: number, digits: number): string {
  const text = decimal(value, digits);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** `56.37 M`, `8.03 B`; below ten thousand the plain figure. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 999_500_000) return `${decimal(value / 1e9, size < 99.95e9 ? 2 : 0)}${NBSP}B`;
  if (size >= 999_500) return `${decimal(value / 1e6, size < 99.95e6 ? 2 : 1)}${NBSP}M`;
  if (size >= 10_000) return `${decimal(value / 1e3, size < 99_950 ? 1 : 0)}${NBSP}k`;
  return count(value);
}

/** `192.0 M tokens`, `412 tokens`. */
export function tokens(value: number): string {
  return `${compact(value)}${NBSP}${value === 1 ? 'token' : 'tokens'}`;
}

/** `78 %` of a share between 0 and 1. 100 % means all, 0 % none: what is nearly so is not rounded there. */
export function percent(share: number, digits = 0): string {
  const step = 10 ** -digits;
  let value = share * 100;
  if (share < 1 && value > 100 - step / 2) value = 100 - step;
  if (share > 0 && value < step / 2) return `<${NBSP}${decimal(step, digits)}${NBSP}%`;
  return `${decimal(value, digits)}${NBSP}%`;
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** `⁻⁴`. */
export function superscript(value: number): string {
  const digits = [...String(Math.abs(value))].map((digit) => SUPERSCRIPT[Number(digit)] ?? digit).join('');
  return value < 0 ? `⁻${digits}` : digits;
}

/** `2.86 × 10⁻⁴` for what is below a hundredth (learning rates), else the plain figure with `significant` digits. */
export function scientific(value: number, significant = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 0.01 && size < 10_000) return plain(value, significant);
  const [mantissa = '0', exponent = '0'] = size.toExponential(significant - 1).split('e');
  const shown = mantissa.replace(/\.?0+$/, '');
  return `${value < 0 ? MINUS : ''}${shown}${NBSP}×${NBSP}10${superscript(Number(exponent))}`;
}

/** A figure with so many significant digits and no trailing zeros: `0.05`, `0.44`, `11,850`. */
export function plain(value: number, significant = 3): string {
  if (value === 0 || !Number.isFinite(value)) return decimal(value, 0);
  const digits = Math.max(0, significant - 1 - Math.floor(Math.log10(Math.abs(value))));
  const text = decimal(value, Math.min(6, digits));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A loss (nats per token): three decimals. */
export function loss(value: number): string {
  return decimal(value, 3);
}

/** `83.9 MB`, `812 B`: powers of a thousand, as file managers and download bars count. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${decimal(size, unit === 0 || size >= 99.95 ? 0 : 1)}${NBSP}${units[unit]}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
