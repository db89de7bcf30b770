/** Words that nobody has in a key by chance; in one case throughout, as people write them ("yoUr" is drawn). */
const WORDS = 'example your placeholder dummy sample redacted changeme insert replace xxxxxx'
  .split(' ')
  .flatMap((word) => [word, word.toUpperCase(), `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`]);
const WORD = new RegExp(
  `${WORDS.join('|')}|\\.{3}|…|(?:^|[_-])(?:key|token|secret|test|fake|here|api|my|KEY|TOKEN|SECRET|TEST|FAKE|HERE|API|MY)(?:[_-]|$)`,
);
/** Typed along the keyboard. */
const TYPED = /qwertyu|deadbeefdeadbeef/i;
const REPEATED = /(.{1,8})\1{2,}/;

/** Bits a character, as Shannon counts them: a random key of 16 has over 3, "aaaabbbb" has 1. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Whether most of it counts up: 1234567890abcdefghij. A key that is drawn may have a number in it that does. */
function countsUp(text: string): boolean {
  let counted = 0;
  let run = 1;
  for (let at = 1; at <= text.length; at += 1) {
    if (text.charCodeAt(at) === text.charCodeAt(at - 1) + 1) run += 1;
    else {
      if (run >= 5) counted += run;
      run = 1;
    }
  }
  return counted > text.length / 2;
}

const isRepeated = (body: string) => (REPEATED.exec(body.slice(0, 200))?.[0].length ?? 0) > body.length / 2;

/** Whether the part of a key after its prefix is a stand-in: no machine drew it. */
export function isPlaceholder(body: string): boolean {
  if (TYPED.test(body) || WORD.test(body) || isRepeated(body) || countsUp(body.slice(0, 200))) return true;
  // 16 hexadecimal digits drawn at random fall below 2.5 bits once in ten thousand.
  return entropy(body.slice(0, 200)) < (body.length < 16 ? 2 : 2.5);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const caseOf = (code: number) => (code < 58 ? 0 : code < 91 ? 1 : 2);

/** How often small letters, capitals and digits take turns: of 62 characters drawn at random, 1.6 a turn. */
function turns(value: string): number {
  let changes = 0;
  for (let at = 1; at < value.length; at += 1)
    if (caseOf(value.charCodeAt(at)) !== caseOf(value.charCodeAt(at - 1))) changes += 1;
  return changes / (value.length - 1);
}

/**
 * Whether a value without a prefix looks drawn by a machine: neither a name, a path, a version nor a UUID. Names change
 * between small letters, capitals and digits once a word.
 */
export function looksDrawn(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || UUID.test(value)) return false;
  if ((value.match(/[-_./]/g)?.length ?? 0) > value.length / 8) return false;
  const groups = value.match(/\d+/g)?.length ?? 0;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value);
  if (groups < 3 && !(mixed && turns(value) >= (groups < 2 ? 0.5 : 0.38))) return false;
  return entropy(value.slice(0, 200)) >= 3 && !isPlaceholder(value);
}

/** As above, for 40 characters of base64, where a slash or two are nothing strange; `isNamed` says that its name stands before it. */
export const isDrawnBase64 = (value: string, isNamed: boolean): boolean =>
  /[a-z]/.test(value) &&
  /[A-Z]/.test(value) &&
  (value.match(/\//g)?.length ?? 0) < 6 &&
  (isNamed || turns(value) >= ((value.match(/\d+/g)?.length ?? 0) < 3 ? 0.5 : 0.38)) &&
  !isPlaceholder(value);

/** Passwords of examples. Anything in brackets or with a sign of a template is filled in later. */
const EXAMPLE_PASSWORD =
  /^(?:p(?:ass)?(?:w(?:or)?d)?|pass(?:wort|code|phrase)|secret|token|user(?:name)?|changeme|admin|root|test|example|foo|bar|x+|\*+|\.+|•+|…|[_-]+|(?:your|my|the|some)[_-][\w-]*|(?:your|my|the|some|db|database)_?(?:pass|pw|pwd|secret)\w*|[\w-]*(?:password|passwd|placeholder|redacted)|%s|:\w+)$/i;
const TEMPLATE = /^[$%{<[(*]|\$\{|\{\{|\}\}|^\w*_(?:PASS|PASSWORD|PWD|SECRET|TOKEN)$/;
export const isExamplePassword = (password: string): boolean =>
  EXAMPLE_PASSWORD.test(password) || TEMPLATE.test(password);
