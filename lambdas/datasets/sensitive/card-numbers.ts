import { isLuhnNumber } from './check-digits.ts';
import type { NumberGroups } from './number-groups.ts';
import { shownEnd, type Finding } from './sensitive-match.ts';

/** Beginnings and lengths of ISO/IEC 7812 issuers in use: Visa, Mastercard, Amex, Discover, Diners, JCB, UnionPay, Maestro, Mir, RuPay, Troy, Elo. */
const ISSUERS: readonly [begins: RegExp, lengths: readonly number[]][] = [
  [/^4/, [16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:6011|64[4-9]|65|622)/, [16, 19]],
  [/^(?:30[0-5]|3095|36|3[89])/, [14]],
  [/^35(?:2[89]|[3-8]\d)/, [16, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [16, 18, 19]],
  [/^(?:50[0-9]{2}|5[6-8]\d\d|639)/, [16]],
  [/^(?:220[0-5]|9792|60|81|82|508)/, [16]],
];
/** Groups as they are embossed: 4-4-4-4, 4-4-4-4-3, Amex 4-6-5, Diners 4-6-4; in fours by those who do not look; or none. */
const GROUPED =
  /(?:\d{4}([ \u00a0\u202f.-])\d{4}\1\d{4}\1(?:\d{4}(?:\1\d{3})?|\d{2,3})|\d{4}([ \u00a0\u202f.-])\d{6}\2\d{4,5})(?!\d)/y;
/** Numbers that payment companies publish for tests are nobody's: Stripe, Adyen, Braintree, PayPal, Worldpay, Square (2026). */
const PUBLISHED: ReadonlySet<string> = new Set(
  '4111111111111111 4242424242424242 4000056655665556 4012888888881881 4000000000000002 4000000000009995 4000000000003220 4000002500003155 4000000000000077 4000000760000002 4000001240000000 4000008260000000 4009348888881881 4005519200000004 4012000033330026 4012000077777777 4217651111111119 4500600000000061 4917610000000000 4444333322221111 4462030000000000 4988438843884305 4166676667666746 4646464646464644 4977949494949497 5555555555554444 5105105105105100 5200828282828210 2223003122003222 2223000048400011 2222420000001113 2223000048410010 5454545454545454 5555341244441115 5424000000000015 5100290029002909 5577000055770004 2720992593319364 378282246310005 371449635398431 378734493671000 341111111111111 343434343434343 370000000000002 346827630435344 6011111111111117 6011000990139424 6011981111111113 6011000000000012 6445644564456445 3056930009020004 36227206271667 30569309025904 38520000023237 36070500001020 36006666333344 3566002020360505 3530111333300000 3569990010095841 6200000000000005 6250941006528599 6243030000000001 5019717010103742 6759649826438453 6304000000000000 6331101999990016 5066991111111118 6062826786276634'.split(
    ' ',
  ),
);

const isCard = (digits: string) =>
  ISSUERS.some(([begins, lengths]) => lengths.includes(digits.length) && begins.test(digits)) &&
  new Set(digits).size > 3 &&
  !PUBLISHED.has(digits) &&
  isLuhnNumber(digits);

/** The card number that begins at `at`, a group's first digit; `isId` says that the words before name it otherwise. */
export function cardAt(
  text: string,
  groups: NumberGroups,
  index: number,
  isId: boolean,
  found: Finding[],
): number {
  const at = groups.starts[index] ?? 0;
  const end = groups.ends[index] ?? 0;
  if (end - at >= 14) {
    if (end - at > 19 || isId || !isCard(text.slice(at, end))) return 0;
    found.push({ kind: 'card-number', from: at, to: end, shown: shownEnd(text.slice(at, end)) });
    return end;
  }
  if (end - at !== 4 || groups.digits < 14) return 0;
  GROUPED.lastIndex = at;
  const hit = GROUPED.exec(text);
  if (!hit) return 0;
  const [written] = hit;
  // Four digits more on either side, set off in the same way, make it a longer number.
  const separator = hit[1] ?? hit[2] ?? '';
  const next = text.slice(at + written.length, at + written.length + 5);
  if (next.startsWith(separator) && /^.\d{4}/.test(next)) return 0;
  if (text[at - 1] === separator && /\d{4}/.test(text.slice(Math.max(0, at - 5), at - 1))) return 0;
  if (!isCard(written.replace(/\D/g, ''))) return 0;
  found.push({ kind: 'card-number', from: at, to: at + written.length, shown: shownEnd(written) });
  return at + written.length;
}
