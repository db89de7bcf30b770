import { DIGIT_FORMS, LETTER_FORMS, type IdentityForm } from './identity-forms.ts';
import { isIdentity, isOfAThing, isOperand, wordsBefore } from './number-words.ts';
import { shownEnd, type Finding } from './sensitive-match.ts';

/** A number of one digit, or counted up, is made up: 111-11-1111, 12345678. */
const isMadeUp = (compact: string) => {
  const digits = compact.replace(/\D/g, '');
  return (
    new Set(digits).size < 2 || /^(?:1234567|2345678|12345678|0123456|9876543|87654321)\d{0,4}$/.test(digits)
  );
};

/** What joins a number to something longer: a hash, a path, a version, a name with a number in it. */
const isJoined = (text: string, from: number, to: number) => {
  const before = text.slice(Math.max(0, from - 2), from);
  return (
    /[A-Za-z0-9_]$|[\w)][-/]$|[.#@]$/.test(before) || /^(?:[A-Za-z_]|[-./@:]\w)/.test(text.slice(to, to + 2))
  );
};

/** A block of the same size on either side, set off by the same sign, makes it a part of something longer. */
const isPartOfBlocks = (text: string, from: number, to: number, written: string) =>
  written.includes(' ') &&
  (/\d{3} $/.test(text.slice(Math.max(0, from - 4), from)) || /^ \d{3}/.test(text.slice(to, to + 4)));

function formAt(forms: readonly IdentityForm[], text: string, at: number, found: Finding[]): number {
  let isNamed: boolean | undefined;
  for (const { name, form, valid, alone } of forms) {
    form.lastIndex = at;
    const written = form.exec(text)?.[0];
    if (written === undefined) continue;
    const to = at + written.length;
    if (isJoined(text, at, to) || isPartOfBlocks(text, at, to, written)) continue;
    const compact = written.replace(/[^A-Za-z0-9]/g, '');
    if (isMadeUp(compact) || !valid(compact, written)) continue;
    const before = wordsBefore(text, at);
    isNamed ??= isIdentity(before) || isIdentity(text.slice(to, to + 30));
    if (!isNamed && (!alone || isOfAThing(before) || isOperand(text, at, to))) continue;
    // Nine digits and a word near may be one of a dozen countries': their checks pass each other's numbers.
    found.push({
      kind: 'national-id',
      from: at,
      to,
      shown: `${alone ? name : 'identity number'} ${shownEnd(written)}`,
    });
    return to;
  }
  return 0;
}

export const identityWithDigitsAt = (text: string, at: number, found: Finding[]): number =>
  formAt(DIGIT_FORMS, text, at, found);
export const identityWithLettersAt = (text: string, at: number, found: Finding[]): number =>
  formAt(LETTER_FORMS, text, at, found);
