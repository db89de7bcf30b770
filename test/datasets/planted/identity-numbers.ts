/** Numbers with right check digits, made by the rules of who issues them; none is taken from anybody. */
import type { Random } from './random.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const weighted = (digits: string, weights: readonly number[]) =>
  sum(weights.map((weight, at) => weight * Number(digits.charAt(at))));

/** ISO/IEC 7812: every second digit from the right is doubled. */
function withLuhn(digits: string): string {
  const doubled = [...digits].reverse().map((digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return value > 9 ? value - 9 : value;
  });
  return digits + String((10 - (sum(doubled) % 10)) % 10);
}

export function cardNumber(r: Random): string {
  const [prefix, length] = r.pick([
    ['4', 16],
    ['51', 16],
    ['55', 16],
    ['2221', 16],
    ['34', 15],
    ['37', 15],
    ['6011', 16],
  ] as const);
  return withLuhn(prefix + r.digits(length - prefix.length - 1));
}

/** ISO 13616: country and 00 moved to the end, letters as 10–35, 98 minus the remainder by 97. */
export function iban(r: Random): string {
  const [country, body] = r.pick<readonly [string, string]>([
    ['DE', r.digits(18)],
    ['AT', r.digits(16)],
    ['NL', `INGB${r.digits(10)}`],
    ['GB', `NWBK${r.digits(14)}`],
    ['CH', r.digits(17)],
    ['SE', r.digits(20)],
    ['DK', r.digits(14)],
  ]);
  const numeric = [...`${body}${country}00`].map((sign) => String(Number.parseInt(sign, 36))).join('');
  let remainder = 0;
  for (const digit of numeric) remainder = (remainder * 10 + Number(digit)) % 97;
  return `${country}${String(98 - remainder).padStart(2, '0')}${body}`;
}

/** Identity numbers by country, with the words people write before them. */
export const NATIONAL_IDS: Readonly<Record<string, (r: Random) => string>> = {
  'US SSN': (r) => `my SSN is ${100 + r.below(500)}-${10 + r.below(89)}-${1000 + r.below(8999)}`,
  'UK NINO': (r) =>
    `National Insurance number ${r.pick(['AB', 'CE', 'JK', 'PW'])} ${r.digits(2)} ${r.digits(2)} ${r.digits(2)} ${r.pick(['A', 'B', 'C', 'D'])}`,
  'ES DNI': (r) => {
    const number = r.digits(8);
    return `DNI ${number}${'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(Number(number) % 23)}`;
  },
  'PL PESEL': (r) => {
    const body = `${60 + r.below(39)}0${1 + r.below(9)}${10 + r.below(18)}${r.digits(4)}`;
    return `PESEL: ${body}${(10 - (weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`;
  },
  'BR CPF': (r) => {
    const body = `${1 + r.below(8)}${r.digits(8)}`;
    const digit = (digits: string) => {
      const rest =
        (weighted(
          digits,
          [...digits].map((_, at) => digits.length + 1 - at),
        ) *
          10) %
        11;
      return String(rest % 10);
    };
    const first = digit(body);
    const all = body + first + digit(body + first);
    return `CPF ${all.slice(0, 3)}.${all.slice(3, 6)}.${all.slice(6, 9)}-${all.slice(9)}`;
  },
  'FR NIR': (r) => {
    const body = `${1 + r.below(2)}${50 + r.below(49)}0${1 + r.below(9)}${10 + r.below(80)}${100 + r.below(800)}${100 + r.below(800)}`;
    const key = String(97 - Number(BigInt(body) % 97n)).padStart(2, '0');
    return `numéro de sécurité sociale ${body.slice(0, 1)} ${body.slice(1, 3)} ${body.slice(3, 5)} ${body.slice(5, 7)} ${body.slice(7, 10)} ${body.slice(10)} ${key}`;
  },
  'NL BSN': (r) => {
    for (;;) {
      const body = `${1 + r.below(9)}${r.digits(7)}`;
      const last = weighted(body, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      if (last < 10) return `BSN ${body}${last}`;
    }
  },
  'SE personnummer': (r) => {
    const body = `${60 + r.below(39)}0${1 + r.below(9)}${10 + r.below(18)}${r.digits(3)}`;
    const whole = withLuhn(body);
    return `personnummer ${whole.slice(0, 6)}-${whole.slice(6)}`;
  },
};
