import { cardAt } from './card-numbers.ts';
import { ibanAt } from './ibans.ts';
import { identityWithDigitsAt, identityWithLettersAt } from './identity-numbers.ts';
import { dateEnd, eachNumber, isTable, type NumberGroups } from './number-groups.ts';
import { isOfAThing, isOperand, wordsBefore } from './number-words.ts';
import { internationalPhoneAt, MOST_PARSED, nationalPhoneAt, type PhoneBudget } from './phones.ts';
import type { Finding } from './sensitive-match.ts';

const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isDigit = (code: number) => code >= 48 && code <= 57;

const isAlphanumeric = (code: number) => isLetter(code) || isDigit(code);

/** The longest IBAN has 34 characters; a longer word is a hash or a blob. */
const LONGEST_WORD = 34;
/** The longest IBAN with letters in front, in blocks: GI75 NWBK 0000 0000 7099 453. */
const IBAN_BEFORE = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}[ \u00a0.-](?:[A-Z0-9]{4}[ \u00a0.-]){0,2}$/;
const LETTERS_BEFORE = /(?<![A-Za-z0-9])[A-Z]{2} $/;

/** Cards, bank accounts, telephones and identity numbers: whatever is made of six digits or more. */
export function numbers(text: string, found: Finding[]): void {
  const budget: PhoneBudget = { left: MOST_PARSED };
  eachNumber(text, (groups) => {
    const { from } = groups;
    const before = text.charCodeAt(from - 1);
    const date = dateEnd(text, groups);
    if (date > 0) {
      groups.to = date;
      return;
    }
    const hasLetters =
      isLetter(before) || isLetter(text.charCodeAt(groups.to)) || hasLetterInside(text, from);
    if (hasLetters && withLetters(text, groups, found)) return;
    if (before === 32 || before === 160 || before === 46 || before === 45) {
      const tail = text.slice(Math.max(0, from - 16), from);
      const iban = IBAN_BEFORE.exec(tail);
      if (iban && advance(groups, ibanAt(text, from - tail.length + iban.index, found))) return;
      if (LETTERS_BEFORE.test(tail) && advance(groups, identityWithLettersAt(text, from - 3, found))) return;
    }
    if (groups.digits < 7 && before !== 43) return;
    if (isTable(groups)) {
      for (let index = 0; index < groups.starts.length; index += 1) alone(text, groups, index, found);
      return;
    }
    if (advance(groups, internationalPhoneAt(text, groups, budget, found))) return;
    withoutLetters(text, groups, budget, found);
  });
}

/** A group of digits with a letter next to it, as in 12345678Z and RSSMRA85T10A562S. */
function hasLetterInside(text: string, from: number): boolean {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return isLetter(text.charCodeAt(at));
}

function advance(groups: NumberGroups, to: number): boolean {
  if (to > groups.to) groups.to = to;
  return to > 0;
}

function withLetters(text: string, groups: NumberGroups, found: Finding[]): boolean {
  let word = groups.from;
  while (word > 0 && groups.from - word < LONGEST_WORD && isAlphanumeric(text.charCodeAt(word - 1)))
    word -= 1;
  if (groups.from - word === LONGEST_WORD) {
    while (isAlphanumeric(text.charCodeAt(groups.to))) groups.to += 1;
    return true;
  }
  if (word === groups.from) return false;
  const spaced = IBAN_BEFORE.exec(text.slice(Math.max(0, word - 16), word));
  const iban = spaced ? Math.max(0, word - 16) + spaced.index : word;
  return (
    advance(groups, ibanAt(text, iban, found)) || advance(groups, identityWithLettersAt(text, word, found))
  );
}

/** In a table only what is a number by itself counts: columns side by side make numbers that nobody has. */
function alone(text: string, { starts, ends }: NumberGroups, index: number, found: Finding[]) {
  const from = starts[index] ?? 0;
  const to = ends[index] ?? 0;
  if (to - from < 9) return;
  const groups = { from, to, digits: to - from, starts: [from], ends: [to] };
  if (cardTo(text, groups, 0, from, to, found) === 0) identityWithDigitsAt(text, from, found);
}

function withoutLetters(text: string, groups: NumberGroups, budget: PhoneBudget, found: Finding[]) {
  for (let index = 0; index < groups.starts.length; index += 1) {
    const start = groups.starts[index] ?? 0;
    const before = text.charCodeAt(start - 1);
    if (isLetter(before) || before === 95) continue;
    const end = groups.ends[index] ?? 0;
    const to =
      cardTo(text, groups, index, start, end, found) ||
      (mayIdentify(text, groups, index) && identityWithDigitsAt(text, start, found)) ||
      nationalPhoneAt(text, groups, index, budget, found);
    if (to === 0) continue;
    while ((groups.starts[index + 1] ?? Infinity) < to) index += 1;
    advance(groups, to);
  }
}

/** Identity numbers have nine digits or more, a letter after eight, or the three groups of 12.345.678. */
function mayIdentify(text: string, groups: NumberGroups, index: number): boolean {
  if (index === 0 && groups.digits >= 9) return true;
  let digits = 0;
  for (let group = index; group < groups.starts.length; group += 1)
    digits += (groups.ends[group] ?? 0) - (groups.starts[group] ?? 0);
  return (
    digits >= 9 || isLetter(text.charCodeAt(groups.to)) || (digits >= 7 && groups.starts.length - index === 3)
  );
}

function cardTo(
  text: string,
  groups: NumberGroups,
  index: number,
  start: number,
  end: number,
  found: Finding[],
) {
  if (groups.digits < 14) return 0;
  // The end of a name, a path or a decimal fraction.
  if (/[\w)][-/]$|[\w.#+]$/.test(text.slice(Math.max(0, start - 2), start))) return 0;
  const longer = end - start >= 14;
  const after = text.slice(end, end + 2);
  if (longer && /^(?:[A-Za-z_]|[-./]\w)/.test(after)) return 0;
  const isId = longer && (isOfAThing(wordsBefore(text, start)) || isOperand(text, start, end));
  return cardAt(text, groups, index, isId, found);
}
