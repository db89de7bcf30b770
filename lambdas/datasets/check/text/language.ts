/** Which language a text is in. Called on a sample of rows: a call takes 0.1–0.3 ms. */
import { detectAll, supportedLanguages, toISO2 } from 'tinyld';

/** As much as tells a language; more only takes longer. */
const LOOKED_AT = 600;
/** Of an alphabet, fewer letters fit several languages (`ja`, `no`, `Ulm`); other scripts say it in one sign. */
const FEWEST_LETTERS = 12;

const FENCED = /^\s*```[^\n]*\n[\s\S]*?(?:^\s*```|$(?![\s\S]))/gm;
/** Half of the text being in fences makes it code, whatever is said around them. */
const MOST_FENCED = 0.5;

/** A line of program text: how it ends, how it begins, or what stands in it. */
const CODE_LINE = new RegExp(
  [
    '[;{}]\\s*$',
    '^\\s*(?:def \\w+\\(|class \\w+ ?[:({]|import [\\w{*]|from \\S+ import|export |(?:const|let|var) \\w+ ?=|function\\b|(?:public|private) \\w)',
    '^\\s*(?:return\\b[^.]*$|#include|</?[a-z][^>]*>|@\\w+|//|/\\*|elif |else:|try:|except\\b|fn \\w+|func \\w+|["\\w]+ ?: ?["[{\\d]|[\\]}[{])',
    '^\\s*(?:SELECT|INSERT INTO|CREATE TABLE|UPDATE|DELETE FROM|FROM|WHERE|GROUP BY|ORDER BY)\\b',
    '\\w\\(.*\\)\\s*[:;{]?$|^\\s*[\\w.]+ (?:=|:=|\\+=) \\S|=>',
  ].join('|'),
);

const share = (text: string, of: string): number => (of.length === 0 ? 0 : text.length / of.length);

function isCode(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const code = lines.filter((line) => CODE_LINE.test(line)).length;
  return code * 2 > lines.length;
}

/** Of text with fewer letters than this share nothing can be told: figures, tables, keys. */
const FEWEST_LETTERS_SHARE = 0.5;
/** Languages that fit odd text well and are hardly written; three letters are no ISO 639-1 code. */
const RARE = new Set(['eo', 'ia', 'ie', 'io', 'la', 'rn', 'vo']);
const LANGUAGES = supportedLanguages.map(toISO2).filter((code) => code.length === 2 && !RARE.has(code));

/**
 * Of less than a line, the library's favourite leads by a hair: `In South America` is French to it by 0.07, `Water
 * boils at 100 degrees` Afrikaans by 0.11. Sure of a short text, it says 0.13 or more, and a third
 * more than for the next. Only Latin letters serve so many languages.
 */
const SHORT = 40;
const SURE = 0.13;
const SURE_LEAD = 4 / 3;

/** The ISO 639-1 code, `code` for program text, or `unknown` where there is too little to tell. */
export function languageOf(text: string): string {
  const looked = text.slice(0, LOOKED_AT);
  if (looked.trim() === '') return 'unknown';
  const prose = looked.replace(FENCED, '\n');
  if (1 - share(prose, looked) > MOST_FENCED || isCode(prose)) return 'code';
  const letters = prose.match(/[\p{L}\p{M}]/gu) ?? [];
  const signs = prose.match(/\S/gu) ?? [];
  const isAlphabet = !letters.some((letter) => /\p{Lo}/u.test(letter));
  if (isAlphabet && letters.length < FEWEST_LETTERS) return 'unknown';
  if (letters.length < FEWEST_LETTERS_SHARE * signs.length) return 'unknown';
  const [first, second] = detectAll(prose, { only: LANGUAGES });
  if (first === undefined) return 'unknown';
  const isUnsure = first.accuracy < SURE || first.accuracy < SURE_LEAD * (second?.accuracy ?? 0);
  return isUnsure && letters.length < SHORT && /\p{Script=Latin}/u.test(prose) ? 'unknown' : first.lang;
}
