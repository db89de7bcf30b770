/** Whether the last sentence of an answer has an end, where the answer is one that ends its sentences. */
import { lastWord } from './words.ts';

export type LastSentence =
  /** It goes on, by how it looks; `word` is the one it breaks off behind, as a number. */
  { is: 'open'; word: number } | { is: 'ended' };

const OPEN = /[\p{L}\p{M}\p{N},;:，、；：–-]$/u;
/** Those with a space behind them, and those without. */
export const STOPS = { spaced: '.!?…', wide: '。！？।؟۔' } as const;
/** What may stand behind a full stop. */
export const CLOSING = '["”’»“\')\\]*_」』）]*';
const ENDED = new RegExp(`[${STOPS.spaced}${STOPS.wide}]${CLOSING}$`, 'u');
/** A sentence and the beginning of the next one. */
const SENTENCES = new RegExp(
  `\\p{L}{2}[${STOPS.spaced}]${CLOSING} +\\P{Ll}|[${STOPS.wide}]${CLOSING} *\\S`,
  'u',
);

/** What program text, tables, headings, addresses and formulas have near their end and sentences do not. */
const NO_PROSE = /[{}[\]=<>\\$_|#@]|\w\(|\)[.;]|::|->|\/\/|\*\*$|;$/;
const NEAR_ITS_END = 60;
const ITEM = /^\s*(?:[-*•–]|\d{1,3}[.)])\s/;

/** Words in small letters, or of a script that has no others: sentences are made of them, addresses and lists of names are not. */
const PLAIN_WORD = /^[\p{Ps}\p{Pi}\p{Po}]*(?:\p{Ll}|\p{Lo})/u;
const LAST_WORDS = 8;
const LEAST_PLAIN = 1 / 2;

/** A shorter line is a label, a name or a greeting, whatever stands above it. */
const FEWEST_WORDS = { line: 8, lineAbove: 5 } as const;
/** In scripts without spaces. */
const LETTERS_PER_WORD = 3;
/** One item that ends with a full stop may be the only whole sentence among labels. */
const FEWEST_ITEMS = 2;
const MOST_LINES = 40;
/** Of a longer line the end is read. */
const LONGEST_LINE = 4000;

const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]/g;
const isSentence = (line: string): boolean => {
  const last = line.split(/\s+/).filter(Boolean).slice(-LAST_WORDS);
  return last.filter((word) => PLAIN_WORD.test(word)).length >= LEAST_PLAIN * last.length;
};

const words = (line: string): number =>
  line.split(/\s+/).filter(Boolean).length + (line.match(UNSPACED)?.length ?? 0) / LETTERS_PER_WORD;

/** Undefined where nothing says that a full stop belongs there: labels, names, program text, verse. */
export function lastSentence(answer: string): LastSentence | undefined {
  const text = answer.trimEnd();
  const isOpen = OPEN.test(text.slice(-2));
  if (!isOpen && !ENDED.test(text.slice(-8))) return undefined;
  const from = text.lastIndexOf('\n') + 1;
  const line = text.slice(Math.max(from, text.length - LONGEST_LINE));
  if (NO_PROSE.test(line.slice(-NEAR_ITS_END)) || !isSentence(line)) return undefined;
  if (!SENTENCES.test(line) && !endsItsLines(text, from, line)) return undefined;
  return isOpen ? { is: 'open', word: lastWord(line.slice(-NEAR_ITS_END)) } : { is: 'ended' };
}

/** Whether all lines of the kind that the last one is, paragraphs or items of a list, end with a full stop. */
function endsItsLines(text: string, from: number, line: string): boolean {
  const isItem = ITEM.test(line);
  if (words(line) < (isItem ? FEWEST_WORDS.lineAbove : FEWEST_WORDS.line)) return false;
  let ended = 0;
  let end = from - 1;
  for (let lines = 0; end > 0 && lines < MOST_LINES; lines += 1) {
    const begin = text.lastIndexOf('\n', end - 1) + 1;
    const above = text.slice(Math.max(begin, end - LONGEST_LINE), end).trimEnd();
    end = begin - 1;
    if (ITEM.test(above) !== isItem || words(above) < FEWEST_WORDS.lineAbove) continue;
    if (ENDED.test(above)) ended += 1;
    else if (!above.endsWith(':')) return false;
  }
  return ended >= (isItem ? FEWEST_ITEMS : 1);
}
