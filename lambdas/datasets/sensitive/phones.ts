import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import type { NumberGroups } from './number-groups.ts';
import { isCalled, isOfAThing, isOperand, wordsBefore } from './number-words.ts';
import { shownEnd, type Finding } from './sensitive-match.ts';

/**
 * Reading one number takes the library 5 to 10 µs, so a line of a megabyte of them would take a second. A text with
 * hundreds of numbers is a list of telephones: what is written like one after these is taken for one unread.
 */
export interface PhoneBudget {
  left: number;
}
export const MOST_PARSED = 1000;

function parse(
  written: string,
  country: CountryCode | undefined,
  budget: PhoneBudget,
): PhoneNumber | undefined {
  budget.left -= 1;
  return parsePhoneNumberFromString(written, country);
}

/** Numbers kept for films and examples: 555-0100 to 555-0199 in every area code of North America. */
const isOfAFilm = (phone: PhoneNumber) =>
  phone.countryCallingCode === '1' && /^\d{3}55501\d\d$/.test(phone.nationalNumber);
/** Free and shared-cost lines are a company's; nobody's telephone is dialled by them. */
const OF_COMPANIES = new Set(['TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'UAN', 'VOICEMAIL']);
/** A seven times the same digit, or counted up: 234 567 8900 is how America counts after its 1. */
const MADE_UP = /1234567890|0123456789|^234567890|(\d)\1{6}/;

/** Tried in this order for a number without its country; what suits none of them is no telephone. */
const COUNTRIES: readonly CountryCode[] =
  'US GB DE FR ES IT NL PL BR IN CN JP KR RU TR MX AU SE NO DK FI BE AT CH PT CZ GR IE IL ZA SG HK TW AR CO CL ID VN TH PH MY UA RO HU EG SA AE PK NG'.split(
    ' ',
  ) as CountryCode[];

function isSomebodys(phone: PhoneNumber | undefined, grouped: boolean): boolean {
  if (!phone || isOfAFilm(phone) || MADE_UP.test(phone.nationalNumber)) return false;
  if (phone.isValid()) return !OF_COMPANIES.has(phone.getType() ?? '');
  // Ranges are opened faster than libraries are renewed. North America's plan is old, and full of made-up numbers.
  return grouped && phone.countryCallingCode !== '1' && phone.isPossible();
}

function push(text: string, from: number, to: number, found: Finding[]) {
  const written = text.slice(from, to);
  const country = /^\+\d{1,3}(?=\D)/.exec(written)?.[0] ?? '';
  found.push({ kind: 'phone', from, to, shown: `${country}${shownEnd(written)}` });
  return to;
}

/** Whether the number does not end with this group: a letter follows, the sign of an e-mail address, or more digits without a space between. */
function goesOn(text: string, { starts, ends }: NumberGroups, last: number): boolean {
  const end = ends[last] ?? 0;
  const next = starts[last + 1];
  if (next !== undefined) return !/[ \u00a0]/.test(text.slice(end, next));
  return /[A-Za-z_%@]/.test(text[end] ?? '') || /^[-/]\w/.test(text.slice(end, end + 2));
}

/** +49 30 901820, also 0049 and tel:+49; answers where it ends, or 0. */
export function internationalPhoneAt(
  text: string,
  groups: NumberGroups,
  budget: PhoneBudget,
  found: Finding[],
): number {
  const bracket = text[groups.from - 1] === '(' ? 1 : 0;
  let from = groups.from;
  if (text[from - 1 - bracket] === '+') from -= 1 + bracket;
  else if (!/^00[1-9]\d/.test(text.slice(from, from + 4)) || groups.starts.length < 2) return 0;
  // An operand, the rest of a longer number, or an order's; in "tel:+49" and "wa.me/+49" it is none of them.
  if (/[\w*^)\]+.#-]/.test(text[from - 1] ?? '')) return 0;
  // A decimal fraction: +35236450.6.
  if (groups.starts.length === 2 && /\d\.\d{1,2}$/.test(text.slice(from, groups.to))) return 0;
  // What follows the number by a space may be another one: take off a group at a time.
  for (let last = groups.ends.length - 1; last >= 0; last -= 1) {
    const to = groups.ends[last] ?? from;
    const written = text.slice(from, to);
    const digits = written.replace(/\D/g, '');
    if (digits.length > 17 || goesOn(text, groups, last)) continue;
    if (digits.length < 8) return 0;
    if (budget.left <= 0) {
      if (last === 0 || digits.length > 13) return 0;
      return push(text, from, to, found);
    }
    const phone = parse(written.startsWith('+') ? written : `+${digits.slice(2)}`, undefined, budget);
    if (isSomebodys(phone, last > 0)) return push(text, from, to, found);
  }
  return 0;
}

/** (415) 867-5309 and 415-867-5309, with or without a 1 in front, are written so by nobody but North America. */
const NORTH_AMERICAN =
  /(?:1[ .-])?(?:\(([2-9]\d{2})\)[ .-]?|([2-9]\d{2})([-.]))[2-9]\d{2}[ .-]\d{4}(?!\d|[-.]\d)/y;

/** Dates, years, amounts of money and internet addresses come in groups too. */
const NO_TELEPHONE =
  /^(?:19|20)\d{2}[-./]\d{1,2}(?:[-./]\d{1,2}|$)|^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$|^\d{1,3}(?:[. ]000)+$|^1[4-9]\d\d ?[-\u2010-\u2014/] ?(?:1\d|20)\d\d$|^20\d\d ?[-\u2010-\u2014/] ?20\d\d$|^\d{1,3}(?:\.\d{1,3}){3}$/;

/** National forms: North America's alone, all others where the words before speak of a telephone. */
export function nationalPhoneAt(
  text: string,
  groups: NumberGroups,
  index: number,
  budget: PhoneBudget,
  found: Finding[],
): number {
  const start = groups.starts[index] ?? 0;
  const bracket = text[start - 1] === '(' && /^\d{1,5}\)/.test(text.slice(start, start + 6));
  const from = bracket ? start - 1 : start;
  NORTH_AMERICAN.lastIndex = from;
  const form = NORTH_AMERICAN.exec(text)?.[0];
  const before = wordsBefore(text, from);
  if (form !== undefined && !isOfAThing(before) && !/[\w+#/=.-]$/.test(before)) {
    const phone = budget.left > 0 ? parse(form, 'US', budget) : undefined;
    if (budget.left <= 0 || (phone?.isValid() === true && isSomebodys(phone, false)))
      return push(text, from, from + form.length, found);
  }
  if (
    budget.left <= 0 ||
    index > 0 ||
    groups.digits < 7 ||
    groups.starts.length > 7 ||
    /[\w+#=-]$|\d\.$/.test(before)
  )
    return 0;
  if (!isCalled(before) || isOperand(text, from, groups.to)) return 0;
  for (let last = groups.ends.length - 1; last >= 0; last -= 1) {
    const to = groups.ends[last] ?? from;
    const written = text.slice(from, to);
    const digits = written.replace(/\D/g, '');
    if (digits.length > 13 || goesOn(text, groups, last)) continue;
    if (digits.length < 7) return 0;
    const grouped = last > 0;
    if (NO_TELEPHONE.test(written.replace('(', ''))) return 0;
    if (!grouped && digits.length < 8 && !digits.startsWith('0')) return 0;
    if (MADE_UP.test(digits)) return 0;
    for (const country of COUNTRIES) {
      const phone = parse(written, country, budget);
      if (phone && isOfAFilm(phone)) return 0;
      if (phone?.isValid() === true && !OF_COMPANIES.has(phone.getType() ?? ''))
        return push(text, from, to, found);
    }
    // A trunk zero, a length that fits and the word before it: 07700 900123 is a telephone even if no table has it.
    if (digits.startsWith('0') && grouped && digits.length >= 9) return push(text, from, to, found);
  }
  return 0;
}
