import { isIdentityCard, isLuhnNumber, isTaxID } from './check-digits.ts';

/** How a country writes the number it gives each person, and how it is told from any other number of that form. */
export interface IdentityForm {
  name: string;
  /** From its first character to its last. */
  form: RegExp;
  /** Check digits and dates. `compact` is without separators. */
  valid(compact: string, written: string): boolean;
  /** Whether its form says enough without a word near: fewer than one in a hundred random numbers may pass. */
  alone: boolean;
}

const weighted = (digits: string, weights: readonly number[]) =>
  weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0);

/** YYMMDD, with what some countries add to the month or the day. */
function isDate(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
const at = (text: string, from: number, length = 2) => Number(text.slice(from, from + length));
const isYymmdd = (digits: string) => isDate(at(digits, 2), at(digits, 4) % 60);
const isDdmmyy = (digits: string) => isDate(at(digits, 2) % 40, at(digits, 0) % 40);
/** A date of this century and a time of day make such a number too: 20240315-1230. */
const isRecent = (year: string) => (year.length === 4 ? Number(year) >= 2000 : Number(year) <= 35);

const taxId = (locale: string) => (compact: string) => isTaxID(compact, locale);
const identityCard =
  (locale: 'PL' | 'ES' | 'FI' | 'IN' | 'NO' | 'TH' | 'IR' | 'he-IL' | 'zh-CN' | 'zh-TW') =>
  (compact: string) =>
    isIdentityCard(compact, locale);
const MADE_UP_SSN = new Set(['123456789', '078051120', '219099999', '457555462', '111223333', '123121234']);
const isSsn = (digits: string) =>
  !/^(?:000|666|9)|^.{3}00|0000$/.test(digits) && !MADE_UP_SSN.has(digits) && !digits.startsWith('98765432');

function isNir(compact: string): boolean {
  const number = compact.slice(0, 13).replace(/2A/i, '19').replace(/2B/i, '18');
  return Number(97n - (BigInt(number) % 97n)) === Number(compact.slice(13));
}
function isTckn(digits: string): boolean {
  const odd = [0, 2, 4, 6, 8].reduce((sum, index) => sum + Number(digits[index]), 0);
  const even = [1, 3, 5, 7].reduce((sum, index) => sum + Number(digits[index]), 0);
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return tenth === Number(digits[9]) && (odd + even + tenth) % 10 === Number(digits[10]);
}
const isElevenTest = (digits: string) => weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0;
function isRut(compact: string): boolean {
  const body = compact.slice(0, -1);
  const sum = [...body]
    .toReversed()
    .reduce((total, digit, index) => total + Number(digit) * (2 + (index % 6)), 0);
  return '0K987654321'[sum % 11] === compact.slice(-1).toUpperCase();
}
function isEan13(digits: string): boolean {
  return (10 - (weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(digits[12]);
}
const isRrn = (digits: string) => isYymmdd(digits);
const isMyNumber = (digits: string) => {
  const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === Number(digits[11]);
};
const isNhs = (digits: string) => {
  const check = (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === Number(digits[9]);
};
const isTfn = (digits: string) => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0;
const isSnils = (digits: string) =>
  (weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(digits.slice(9));
const isInn = (digits: string) =>
  (weighted(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[10]) &&
  (weighted(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(digits[11]);
const isNorwegian = (digits: string) =>
  isDate(at(digits, 2) % 40, at(digits, 0) % 40) && isIdentityCard(digits, 'NO');
/** PESEL says the century in the month: 01 is 1901, 21 is 2001; the other three centuries are nobody alive. */
const isPesel = (digits: string) =>
  at(digits, 2) < 33 && isDate(at(digits, 2) % 20, at(digits, 4)) && isIdentityCard(digits, 'PL');
const isPersonnummer = (digits: string) => isYymmdd(digits.slice(-10)) && isLuhnNumber(digits.slice(-10));
const isBelgian = (digits: string) =>
  isDate(at(digits, 2) % 20 || 1, at(digits, 4) || 1) && isTaxID(digits, 'fr-BE');
const isNric = (compact: string) => {
  const [first = ''] = compact;
  const sum =
    weighted(compact.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (/[TG]/.test(first) ? 4 : first === 'M' ? 3 : 0);
  if (first === 'M')
    return 'XWUTRQPNJLK'[10 - (sum % 11)] === compact[8] || 'KLJNPQRTUWX'[sum % 11] === compact[8];
  return (/[ST]/.test(first) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === compact[8];
};
const isCurp = (compact: string) => {
  const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ';
  const sum = Array.from(compact.slice(0, 17)).reduce(
    (total, letter, index) => total + alphabet.indexOf(letter) * (18 - index),
    0,
  );
  return (10 - (sum % 10)) % 10 === Number(compact[17]);
};
const isHongKong = (compact: string) => {
  const letters = compact.slice(0, -1).toUpperCase().padStart(8, ' ');
  const value = (letter: string) => (letter === ' ' ? 36 : Number.parseInt(letter, 36));
  const sum = [...letters].reduce((total, letter, index) => total + value(letter) * (9 - index), 0);
  const check = (11 - (sum % 11)) % 11;
  return (check === 10 ? 'A' : String(check)) === compact.slice(-1).toUpperCase();
};
const anything = () => true;

const form = (name: string, source: string, valid: IdentityForm['valid'], alone = true): IdentityForm => ({
  name,
  form: new RegExp(`(?:${source})(?![A-Za-z0-9])`, 'y'),
  valid,
  alone,
});

/** Begin with a digit. */
export const DIGIT_FORMS: readonly IdentityForm[] = [
  form('US SSN', '\\d{3}-\\d{2}-\\d{4}', isSsn),
  form('US SSN', '\\d{3} \\d{2} \\d{4}|\\d{9}', isSsn, false),
  form('Brazilian CPF', '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|\\d{11}|\\d{9}-\\d{2}', taxId('pt-BR')),
  form('French NIR', '[12] ?\\d\\d ?[0-9]\\d ?(?:\\d\\d|2[AB]) ?\\d{3} ?\\d{3} ?\\d\\d', isNir),
  form('Polish PESEL', '\\d{11}', isPesel),
  form('German tax id', '[1-9]\\d{10}|[1-9]\\d \\d{3} \\d{3} \\d{3}', taxId('de-DE')),
  form('Turkish identity number', '[1-9]\\d{10}', isTckn),
  form('Norwegian identity number', '\\d{11}|\\d{6} \\d{5}', isNorwegian),
  form('Aadhaar', '[2-9]\\d{3}([ -])\\d{4}\\1\\d{4}', identityCard('IN')),
  form('Aadhaar', '[2-9]\\d{11}', identityCard('IN'), false),
  form(
    'Spanish DNI',
    '\\d{8}[ -]?[A-HJ-NP-TV-Z]|\\d{2}\\.\\d{3}\\.\\d{3}-?[A-HJ-NP-TV-Z]',
    identityCard('ES'),
  ),
  form(
    'Swedish personnummer',
    '(?:19|20)?\\d{6}[-+]\\d{4}',
    (digits, written) => isPersonnummer(digits) && !isRecent(written.slice(0, written.length - 9)),
  ),
  form('Swedish personnummer', '(?:19|20)?\\d{6}[-+]?\\d{4}', isPersonnummer, false),
  form(
    'Finnish identity code',
    '\\d{6}[-+ABCDEFUVWXY]\\d{3}[0-9A-FHJ-NPR-Y]',
    (compact, written) =>
      isDdmmyy(compact) && isIdentityCard(written.replace(/^(.{6})[B-FU-Y]/, '$1A'), 'FI'),
  ),
  form('Danish CPR', '\\d{6}-?\\d{4}', isDdmmyy, false),
  form('Dutch BSN', '\\d{9}|\\d{3}[ .]\\d{3}[ .]\\d{3}|\\d{4}[ .]\\d{2}[ .]\\d{3}', isElevenTest, false),
  form('Belgian national number', '\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}', isBelgian),
  form('Belgian national number', '\\d{11}', isBelgian, false),
  form('Swiss AHV number', '756\\.\\d{4}\\.\\d{4}\\.\\d{2}', isEan13),
  form('Swiss AHV number', '756\\d{10}|756 \\d{4} \\d{4} \\d{2}', isEan13, false),
  form('Austrian social insurance number', '\\d{4} ?\\d{6}', (digits) => isDdmmyy(digits.slice(4)), false),
  form('Czech or Slovak birth number', '\\d{6}/\\d{3,4}', taxId('cs-CZ')),
  form('Czech or Slovak birth number', '\\d{10}', taxId('cs-CZ'), false),
  form('Romanian CNP', '[1-8]\\d{12}', taxId('ro-RO'), false),
  form('Bulgarian EGN', '\\d{10}', taxId('bg-BG'), false),
  form('Hungarian tax number', '8\\d{9}', taxId('hu-HU'), false),
  form('Croatian OIB', '\\d{11}', taxId('hr-HR'), false),
  form('Baltic personal code', '[1-6]\\d{10}', taxId('et-EE'), false),
  form('Latvian personal code', '\\d{6}-?\\d{5}', taxId('lv-LV'), false),
  form('Portuguese NIF', '\\d{9}|\\d{3} \\d{3} \\d{3}', taxId('pt-PT'), false),
  form('Greek tax number', '\\d{9}', taxId('el-GR'), false),
  form('Greek AMKA', '\\d{11}', (digits) => isDdmmyy(digits) && isLuhnNumber(digits), false),
  form('Irish PPS number', '\\d{7}[A-W][A-IW]?', taxId('en-IE'), false),
  form('Canadian SIN', '\\d{9}|\\d{3}([ -])\\d{3}\\1\\d{3}', (digits) => isLuhnNumber(digits), false),
  form('Australian tax file number', '\\d{9}|\\d{3} \\d{3} \\d{3}', isTfn, false),
  form('NHS number', '\\d{10}|\\d{3}([ -])\\d{3}\\1\\d{4}', isNhs, false),
  form('Russian SNILS', '\\d{3}-\\d{3}-\\d{3}[ -]\\d{2}', isSnils),
  form('Russian INN', '\\d{12}', isInn, false),
  form('Ukrainian tax number', '\\d{10}', taxId('uk-UA'), false),
  form('Chinese resident number', '[1-9]\\d{5}(?:19|20)\\d{9}[\\dXx]', identityCard('zh-CN')),
  form('Korean resident number', '\\d{6}-[1-8]\\d{6}', isRrn),
  form('Japanese My Number', '\\d{12}|\\d{4}([ -])\\d{4}\\1\\d{4}', isMyNumber, false),
  form('Thai identity number', '[1-8]-\\d{4}-\\d{5}-\\d{2}-\\d', identityCard('TH')),
  form('Thai identity number', '[1-8]\\d{12}', identityCard('TH'), false),
  form('Israeli identity number', '\\d{9}', identityCard('he-IL'), false),
  form('Iranian national code', '\\d{10}|\\d{3}-\\d{6}-\\d', identityCard('IR'), false),
  form(
    'South African identity number',
    '\\d{13}|\\d{6} \\d{4} \\d{3}',
    (digits) => isYymmdd(digits) && isLuhnNumber(digits),
    false,
  ),
  form('Malaysian MyKad', '\\d{6}-\\d{2}-\\d{4}', isYymmdd),
  form('Indonesian NIK', '\\d{16}', (digits) => isDate(at(digits, 8), at(digits, 6) % 40), false),
  form('Vietnamese citizen number', '0\\d{11}', anything, false),
  form('Chilean RUT', '\\d{1,2}\\.\\d{3}\\.\\d{3}-[\\dkK]', isRut),
  form('Chilean RUT', '\\d{7,8}-[\\dkK]', isRut, false),
  form('Argentine CUIT', '(?:2[0347]|3[034])-\\d{8}-\\d', taxId('es-AR')),
  form('Argentine DNI', '\\d{1,2}\\.\\d{3}\\.\\d{3}', anything, false),
];

/** Begin with a letter. */
export const LETTER_FORMS: readonly IdentityForm[] = [
  form(
    'Italian codice fiscale',
    '[A-Z]{6}[L-NP-V\\d]{2}[A-EHLMPRST][L-NP-V\\d]{2}[A-Z][L-NP-V\\d]{3}[A-Z]',
    taxId('it-IT'),
  ),
  form('Mexican CURP', '[A-Z]{4}\\d{6}[HMX][A-Z]{5}[A-Z\\d]\\d', isCurp),
  form('Spanish NIE', '[XYZ]-?\\d{7}-?[A-HJ-NP-TV-Z]', identityCard('ES')),
  form(
    'UK national insurance number',
    '(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \\d{2} \\d{2} \\d{2} [A-D]',
    anything,
  ),
  form(
    'UK national insurance number',
    '(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PQR-TW-Z][A-CEGHJ-NPQR-TW-Z][ -]?\\d{2}[ -]?\\d{2}[ -]?\\d{2}[ -]?[A-D]',
    anything,
    false,
  ),
  form('Singaporean NRIC', '[STFGM]\\d{7}[A-Z]', isNric),
  form(
    'Taiwanese identity number',
    '[A-Z][12]\\d{8}',
    (compact) => compact !== 'A123456789' && isIdentityCard(compact, 'zh-TW'),
    false,
  ),
  form('Hong Kong identity number', '[A-Z]{1,2}\\d{6}\\([\\dA]\\)', isHongKong),
  form('Indian PAN', '[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]', anything, false),
];
