/** Personal data as it stands in real texts; every value is made here, none is anybody's. */
import type { SensitiveKind } from '../../../contracts/dataset-issues.ts';
import { iban, italianLetter } from './bank-accounts.ts';
import { DIGITS, LOWER, UPPER, type Chance } from './chance.ts';
import { isLuhn, weighed } from './digits.ts';

type Make = (c: Chance) => string;

const CARDS: [string, number][] = [
  ['4', 16],
  ['51', 16],
  ['55', 16],
  ['2221', 16],
  ['34', 15],
  ['37', 15],
  ['6011', 16],
  ['3528', 16],
  ['36', 14],
];
const card: Make = (c) => {
  const [prefix, length] = c.of(CARDS);
  for (;;) {
    const digits = prefix + c.chars(length - prefix.length, DIGITS);
    if (!isLuhn(digits)) continue;
    const gap = c.of(['', ' ', '-']);
    if (length === 16) return digits.replace(/(.{4})(?=.)/g, `$1${gap}`);
    return digits.replace(/^(.{4})(.{6})(.+)$/, `$1${gap}$2${gap}$3`);
  }
};

/** Area codes that are given out (numbering plan of North America, 2024): half of all three digits are not. */
const AREA_CODES =
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 301 302 303 304 305 310 312 313 314 315 401 402 404 405 406 408 410 412 413 414 415 416 501 502 503 504 505 508 510 512 513 514 515 601 602 603 604 605 606 608 609 610 612 613 614 615 617 701 702 703 704 706 707 708 713 714 715 716 717 718 719 720 801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 901 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919'.split(
    ' ',
  );
/** 20 countries: # is a digit, N one of 2 to 9, X none of 1 (211 to 911 are services), A a North American area code. */
const PHONES = [
  '+1 (A) NX#-####',
  '(A) NX#-####',
  'A-NX#-####',
  '+1-A-NX#-####',
  '+1 A NX# ####',
  '+44 20 7### ####',
  '020 7### ####',
  '07### ######',
  '+44 7### ######',
  '+49 30 ########',
  '030 ########',
  '+49 (0)151 ########',
  '0151 ########',
  '0151/########',
  '+33 6 ## ## ## ##',
  '06 ## ## ## ##',
  '01.##.##.##.##',
  '+34 6## ### ###',
  '6## ## ## ##',
  '+39 3## ### ####',
  '3## ### ####',
  '+31 6 ########',
  '06-########',
  '+32 4## ## ## ##',
  '04##/##.##.##',
  '+41 79 ### ## ##',
  '079 ### ## ##',
  '+43 664 #######',
  '0664 #######',
  '+48 5## ### ###',
  '5## ### ###',
  '+46 70-### ## ##',
  '070-### ## ##',
  '+47 9## ## ###',
  '+45 ## ## ## ##',
  '+351 91# ### ###',
  '+7 (9##) ###-##-##',
  '8 (9##) ###-##-##',
  '+90 5## ### ## ##',
  '0(5##) ### ## ##',
  '+91 9#### #####',
  '+86 138 #### ####',
  '138########',
  '+81 90-####-####',
  '090-####-####',
  '+82 10-####-####',
  '010-####-####',
  '+55 11 9####-####',
  '(11) 9####-####',
  '+52 55 #### ####',
  '+61 4## ### ###',
  '04## ### ###',
  '+27 82 ### ####',
  '0049 30 ########',
  '+1ANX#####',
  '+4915#########',
];
const phone: Make = (c) =>
  c
    .of(PHONES)
    .replace('A', c.of(AREA_CODES))
    .replace(/[#NX]/g, (mark) => c.chars(1, mark === '#' ? DIGITS : mark === 'N' ? '23456789' : '02346789'));

const MAILS: Make[] = [
  (c) => `${c.chars(5, LOWER)}.${c.chars(7, LOWER)}@gmail.com`,
  (c) => `${c.chars(4, LOWER)}+news@${c.chars(8, LOWER)}.co.uk`,
  (c) => `${c.chars(6, LOWER)}_${c.chars(2, DIGITS)}@${c.chars(4, LOWER)}-${c.chars(4, LOWER)}.de`,
  (c) => `${c.chars(3, UPPER)}${c.chars(4, LOWER)}@MAIL.${c.chars(5, UPPER)}.COM`,
  (c) => `o'${c.chars(6, LOWER)}@${c.chars(6, LOWER)}.ie`,
  (c) => `${c.chars(6, LOWER)}@${c.chars(5, LOWER)}.museum`,
  (c) => `${c.chars(1, LOWER)}@${c.chars(5, LOWER)}.io`,
  (c) => `${c.chars(7, DIGITS)}@qq.com`,
  (c) => `jürgen.${c.chars(5, LOWER)}@${c.chars(6, LOWER)}.de`,
  (c) => `${c.chars(5, LOWER)}@sub.mail.${c.chars(7, LOWER)}.com.br`,
  (c) => `${c.chars(5, LOWER)}@münchen-${c.chars(4, LOWER)}.de`,
];
const email: Make = (c) => c.of(MAILS)(c);
const birth = (c: Chance, sep = '') =>
  [
    String(50 + c.below(49)),
    String(1 + c.below(12)).padStart(2, '0'),
    String(1 + c.below(28)).padStart(2, '0'),
  ].join(sep);
const cpf: Make = (c) => {
  let d = c.chars(9, DIGITS);
  for (const n of [10, 11]) {
    const r =
      (weighed(
        d,
        Array.from({ length: n - 1 }, (_, i) => n - i),
      ) *
        10) %
      11;
    d += r === 10 ? 0 : r;
  }
  return `${d.slice(0, 3)}.${d.slice(3, 6)}.${d.slice(6, 9)}-${d.slice(9)}`;
};
const chinese: Make = (c) => {
  const d = `110105${1950 + c.below(50)}${String(1 + c.below(12)).padStart(2, '0')}${String(1 + c.below(28)).padStart(2, '0')}${c.chars(3, DIGITS)}`;
  return d + '10X98765432'[weighed(d, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11];
};
const NATIONAL: Record<string, Make> = {
  'us ssn': (c) =>
    `SSN ${1 + c.below(5)}${c.chars(2, '123456789')}-${1 + c.below(9)}${c.chars(1, DIGITS)}-${c.chars(3, DIGITS)}7`,
  'es dni': (c) => {
    const n = c.chars(8, DIGITS);
    return `DNI ${n}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(n) % 23]}`;
  },
  'fr nir': (c) => {
    const d = `${1 + c.below(2)}${c.chars(2, DIGITS)}${String(1 + c.below(12)).padStart(2, '0')}75${c.chars(6, DIGITS)}`;
    const key = String(97 - Number(BigInt(d) % 97n)).padStart(2, '0');
    return `${d[0]} ${d.slice(1, 3)} ${d.slice(3, 5)} ${d.slice(5, 7)} ${d.slice(7, 10)} ${d.slice(10)} ${key}`;
  },
  'br cpf': cpf,
  'cn resident': chinese,
  'pl pesel': (c) => {
    const d = birth(c) + c.chars(4, DIGITS);
    return `PESEL: ${d}${(10 - (weighed(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`;
  },
  'uk nino': (c) =>
    `NI number ${c.of(['AB', 'CE', 'JK', 'PR'])} ${c.chars(2, DIGITS)} ${c.chars(2, DIGITS)} ${c.chars(2, DIGITS)} ${c.chars(1, 'ABCD')}`,
  'se personnummer': (c) => {
    for (;;) {
      const d = birth(c) + c.chars(4, DIGITS);
      if (isLuhn(d)) return `${d.slice(0, 6)}-${d.slice(6)}`;
    }
  },
  'it codice fiscale': (c) => {
    const d = `RSS${c.of(['MRA', 'LCU', 'GNN'])}${50 + c.below(49)}${c.of(['A', 'B', 'C', 'D', 'E', 'H'])}${10 + c.below(18)}H501`;
    return d + italianLetter(d);
  },
};

/** Each kind with its varieties. */
export const PERSONAL: readonly { kind: SensitiveKind; how: string; make: Make }[] = [
  ...Object.entries({ email, phone, 'card-number': card, iban }).map(([kind, make]) => ({
    kind: kind as SensitiveKind,
    how: kind,
    make,
  })),
  ...Object.entries(NATIONAL).map(([how, make]) => ({ kind: 'national-id' as const, how, make })),
];

const CONTEXT: Record<string, string[]> = {
  email: [
    'Write to % for details.',
    'Contact: %',
    '"email": "%",',
    'Schreib mir an %!',
    '<%>',
    '[mail](mailto:%)',
    '联系%。',
    'From: Jo <%>\nTo: all',
  ],
  phone: [
    'Call me on % after six.',
    'Tel.: %',
    'phone: "%"',
    'Meine Nummer ist %.',
    'Mon numéro : %',
    'Mobile %, ask for Jo.',
    '电话：%',
    'You can reach our office at %',
  ],
  'card-number': [
    'My card is %, exp 12/27.',
    'Card number: %',
    '"pan": "%"',
    'Bitte von % abbuchen.',
    'Pay with % please',
  ],
  iban: ['Please transfer it to %.', 'IBAN: %', '"iban": "%"', 'Bitte auf % überweisen.', 'Compte %, merci'],
  'national-id': [
    'His number is %.',
    'ID: %',
    '"national_id": "%"',
    'Passenger 3, %, seat 4',
    'It says % on the form.',
  ],
};
export const personalIn = (c: Chance, kind: SensitiveKind, value: string): string =>
  c.of(CONTEXT[kind]!).replace('%', () => value);
