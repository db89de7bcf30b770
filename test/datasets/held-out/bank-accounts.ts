/**
 * IBANs with the check digits that the countries themselves put into an account number, beside those of ISO 13616:
 * a number without them is nobody's account. Rules: ECBS TR201, and what each country's bank association publishes.
 */
import { DIGITS, UPPER, type Chance } from './chance.ts';
import { weighed } from './digits.ts';

type Make = (c: Chance) => string;
const ALNUM_UP = UPPER + DIGITS;
const two = (value: number | bigint) => String(value).padStart(2, '0');
/** The remainder by 97, letters as 10 to 35. */
const mod97 = (text: string) =>
  [...text].reduce((rest, sign) => Number(`${rest}${parseInt(sign, 36)}`) % 97, 0);

const belgian: Make = (c) => {
  const account = c.chars(10, DIGITS);
  return account + two(Number(account) % 97 || 97);
};
/** The clé RIB; letters count as 1 to 9, from S on as 2 to 9. */
const french: Make = (c) => {
  const [bank, branch, account] = [c.chars(5, DIGITS), c.chars(5, DIGITS), c.chars(11, ALNUM_UP)];
  const digits = account.replace(/[A-Z]/g, (letter) => {
    const at = letter.charCodeAt(0) - 65;
    return String(at < 18 ? (at % 9) + 1 : at - 16);
  });
  const key = 97n - ((89n * BigInt(bank) + 15n * BigInt(branch) + 3n * BigInt(digits)) % 97n);
  return bank + branch + account + two(key);
};
const spanish: Make = (c) => {
  const [bank, account] = [c.chars(8, DIGITS), c.chars(10, DIGITS)];
  const digit = (digits: string) => {
    const check = 11 - (weighed(digits, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11);
    return check === 11 ? 0 : check === 10 ? 1 : check;
  };
  return `${bank}${digit(`00${bank}`)}${digit(account)}${account}`;
};
/** What a sign counts at an odd place of Italy's codes; at an even one it is its place in the alphabet. */
const ITALIAN_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];
/** The last letter of a codice fiscale and the first of an account: both by the same table. */
export function italianLetter(signs: string): string {
  const place = (sign: string) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65);
  const sum = [...signs].reduce(
    (total, sign, at) => total + (at % 2 === 0 ? ITALIAN_ODD[place(sign)]! : place(sign)),
    0,
  );
  return UPPER.charAt(sum % 26);
}
const italian: Make = (c) => {
  const account = c.chars(10, DIGITS) + c.chars(12, ALNUM_UP);
  return italianLetter(account) + account;
};
const norwegian: Make = (c) => {
  for (;;) {
    const account = c.chars(10, DIGITS);
    const rest = weighed(account, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    // A remainder of 1 would want the digit 10: such accounts are not given out.
    if (rest !== 1) return account + String((11 - rest) % 11);
  }
};
const polish: Make = (c) => {
  const branch = c.chars(7, DIGITS);
  return branch + String((10 - (weighed(branch, [3, 9, 7, 1, 3, 9, 7]) % 10)) % 10) + c.chars(16, DIGITS);
};
const portuguese: Make = (c) => {
  const account = c.chars(19, DIGITS);
  return account + two(98 - mod97(`${account}00`));
};
const dutch: Make = (c) => {
  for (;;) {
    const account = c.chars(10, DIGITS);
    if (weighed(account, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0) return `ABNA${account}`;
  }
};

const BODIES: Record<string, Make> = {
  DE: (c) => c.chars(18, DIGITS),
  FR: french,
  ES: spanish,
  IT: italian,
  NL: dutch,
  BE: belgian,
  AT: (c) => c.chars(16, DIGITS),
  CH: (c) => c.chars(17, DIGITS),
  GB: (c) => `BARC${c.chars(14, DIGITS)}`,
  IE: (c) => `AIBK${c.chars(14, DIGITS)}`,
  PL: polish,
  PT: portuguese,
  SE: (c) => c.chars(20, DIGITS),
  NO: norwegian,
  TR: (c) => `${c.chars(5, DIGITS)}0${c.chars(16, ALNUM_UP)}`,
  GR: (c) => c.chars(23, DIGITS),
  LU: (c) => c.chars(16, DIGITS),
};

export const iban: Make = (c) => {
  const country = c.of(Object.keys(BODIES));
  const body = BODIES[country]!(c);
  const whole = `${country}${two(98 - mod97(`${body}${country}00`))}${body}`;
  return c() < 0.5 ? whole : whole.replace(/(.{4})(?=.)/g, '$1 ');
};
