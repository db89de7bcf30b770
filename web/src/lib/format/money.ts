import { decimal, NBSP } from './numbers.ts';

const MICROS = 1_000_000;

/**
 * `$30.04`: always cents. Below ten cents, where cents would be more than 5 % off, two significant digits: `$0.013`,
 * `$0.0013` (a run on two CPU cores costs that little).
 */
export function money(usdMicros: number): string {
  return withSign(usdMicros, decimalsOf(usdMicros));
}

/** Rounded up to what `money` shows: for what must be covered (a smallest cap), so that typing the figure is enough. */
export function moneyAtLeast(usdMicros: number): string {
  const unit = 10 ** (6 - decimalsOf(usdMicros));
  return money(Math.ceil(usdMicros / unit - 1e-9) * unit);
}

/** Two; below ten cents as many as two significant digits need, at most the six a micro has. */
function decimalsOf(usdMicros: number): number {
  const size = Math.abs(usdMicros);
  if (size === 0 || size >= 100_000) return 2;
  return Math.min(6, Math.max(2, 7 - Math.floor(Math.log10(size))));
}

/** A forecast: `$511` from a hundred dollars on, cents below. */
export function forecast(usdMicros: number): string {
  return Math.abs(usdMicros) >= 100 * MICROS ? withSign(usdMicros, 0) : money(usdMicros);
}

/** `$25.40 – $35.90`; one figure where both ends read the same. */
export function moneyRange(low: number, high: number): string {
  const [from, to] = [money(low), money(high)];
  return from === to ? from : `${from}${NBSP}– ${to}`;
}

/** Labels of a money axis, all with the decimals its step needs: `$0 $10 $20`, `$0 $0.01 $0.02`. */
export function axisMoney(usdMicros: number, stepUsdMicros: number): string {
  if (usdMicros === 0) return '$0';
  const dollars = usdMicros / MICROS;
  if (stepUsdMicros % MICROS === 0) return `$${decimal(dollars, 0)}`;
  for (const digits of [2, 3, 4, 5]) {
    if (stepUsdMicros % 10 ** (6 - digits) === 0) return `$${decimal(dollars, digits)}`;
  }
  return `$${decimal(dollars, 6)}`;
}

/** What a person typed into a money field, in micros; undefined where it is no amount. Takes `40`, `40.5`, `$1,000.00`. */
export function parseMoney(text: string): number | undefined {
  const cleaned = text.trim().replace(/^\$\s*/, '');
  if (!/^(\d+|\d{1,3}(,\d{3})+)?(\.\d{0,6})?$/.test(cleaned) || !/\d/.test(cleaned)) return undefined;
  const [whole = '', fraction = ''] = cleaned.replaceAll(',', '').split('.');
  return Number(whole || '0') * MICROS + Number(fraction.padEnd(6, '0'));
}

/** What a money field shows for an amount: `40.00`, without sign or grouping. */
export function editableMoney(usdMicros: number): string {
  const text = (usdMicros / MICROS).toFixed(6);
  return text.replace(/(\.\d\d\d*?)0+$/, '$1');
}

function withSign(usdMicros: number, digits: number): string {
  const fixed = decimal(usdMicros / MICROS, digits);
  // `$0.050` says no more than `$0.05`.
  const text = digits > 2 ? fixed.replace(/(\.\d\d\d*?)0+$/, '$1') : fixed;
  return text.startsWith('−') ? `−$${text.slice(1)}` : `$${text}`;
}
