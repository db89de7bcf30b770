import { decimal, NBSP } from './numbers.ts';

const MICROS = 1_000_000;
const MICROS_A_CENT = 10_000;

/** `$30.04`: always cents. What is more than nothing and rounds to nothing reads `< $0.01`. */
export function money(usdMicros: number): string {
  const size = Math.abs(usdMicros);
  if (size > 0 && size < MICROS_A_CENT / 2) return `<${NBSP}$0.01`;
  return withSign(usdMicros, 2);
}

/** Rounded up to a whole cent: for what must be covered (a smallest cap), so that typing the figure is enough. */
export function moneyAtLeast(usdMicros: number): string {
  return money(Math.ceil(usdMicros / MICROS_A_CENT) * MICROS_A_CENT);
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

/** A price an hour: `$6.88`, and for what costs less than ten cents as many digits as tell it apart: `$0.036`. */
export function pricePerHour(usdMicros: number): string {
  if (usdMicros <= 0 || usdMicros >= 10 * MICROS_A_CENT) return money(usdMicros);
  const text = decimal(usdMicros / MICROS, 6).replace(/0+$/, '');
  return `$${text.replace(/^(0\.\d)$/, '$10')}`;
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
  const text = decimal(usdMicros / MICROS, digits);
  return text.startsWith('−') ? `−$${text.slice(1)}` : `$${text}`;
}
