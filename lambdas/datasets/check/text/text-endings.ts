/**
 * Whether an answer ends in the middle. Clean answers end in every way there is: a label, a list, a name, program text,
 * a last sentence without its full stop. So only what cannot be an end counts.
 */

/** Why an answer seems cut, in a person's words; nothing where it may be whole. */
export function cutBecause(answer: string): string | undefined {
  if (answer.includes('```') && hasOpenFence(answer)) return 'a code block that is not closed';
  let end = answer.length;
  while (end > 0 && answer.charCodeAt(end - 1) <= 0x20) end -= 1;
  const last = answer.charAt(end - 1);
  if (last === '.' || last === ')')
    return isEmptyStep(answer, end) ? 'a list item without its text' : undefined;
  if (!MAY_BE_CUT.test(last)) return undefined;
  const line = answer.slice(answer.lastIndexOf('\n', end - 1) + 1, end);
  if (CODE.test(line)) return undefined;
  if (last === ',' || last === '，' || last === '、')
    return isClause(line, last) ? 'ends with a comma' : undefined;
  if (last === '(' || last === '（')
    return /[\p{L}\p{N},] ?[(（]$/u.test(line) && isLong(line) ? 'ends with an open bracket' : undefined;
  if (OPEN_BRACKET.test(line) && isLong(line)) return 'a bracket that is not closed';
  if (isLong(line) && (DANGLING.test(line) || (SENTENCES.test(line) && DANGLING_IN_PROSE.test(line))))
    return 'ends with a word that needs another';
  return endsInAWord(answer, line) ? 'ends in the middle of a word' : undefined;
}

/** As in kernel/assembly/marks.ts, which spares most answers from being looked at. */
const MAY_BE_CUT = /[\p{L},，、(（]/u;

/** What program text, tables, addresses and formulas have and sentences do not. */
const CODE = /[{}[\]=<>\\$_|`#@]|\w\(|\)[.;]|::|->|\/\/|;$/;

const words = (line: string): number => line.split(/\s+/).filter(Boolean).length;
const isLong = (line: string): boolean => words(line) >= 5;

/** A greeting (`Kind regards,`), a list and a line of verse may end with a comma. */
function isClause(line: string, comma: string): boolean {
  if (/^\s*(?:[-*•–]|\d+[.)])\s/.test(line)) return false;
  return comma === ',' ? words(line) >= 8 : line.length >= 16;
}

/** A bracket opened in the last words, and no smiley. */
const OPEN_BRACKET = /\s\((?:[^()\n]{0,60}\p{L})$/u;

/** Words that nothing ends with. Left out: what another language ends with (`or`, `an`, `but`, `die`). */
const DANGLING = new RegExp(
  `[\\p{L}\\p{N},)] (?:${[
    'and|the|because|whose|whereas|unless',
    '(?:in order|due|according) to|such as|as well as|because of|instead of|rather than|which is why',
    '(?:of|in|on|with|for|as|is|by|at|from|into|and|or|was|are|than|to|like|has|have) (?:an?|the|its|their|our|my|your)',
    'und|weil|dass|sowie|sondern|(?:mit|von|für|auf|in|zu|bei|aus|nach) (?:der|dem|den|einem|einer|einen|eine|ein)',
    "et|parce que?|ainsi que?|afin de|(?:et|de|dans|avec|pour|sur|par) (?:la|le|les|un|une|des)|aux|d['’]une?",
    'porque|así como|para que|del|(?:de|en|con|por|para) (?:el|la|los|las|un|una)',
  ].join('|')})$|, (?:but|or|aber|oder|mais|pero)$`,
  'u',
);

/**
 * Behind whole sentences, where nothing but a cut leaves the last one open. By two words: `los` ends a German sentence,
 * `des` none in French, and `to` ends `the place I went to`.
 */
const SENTENCES = /\p{L}{2}[.!?] \P{Ll}/u;
const DANGLING_IN_PROSE = new RegExp(
  `[\\p{L}\\p{N},)] (?:${[
    '(?:important|necessary|possible|easy|easier|difficult|essential|crucial|best|helpful|designed|ways?|as|so as|attempt|ability) to',
    '(?:is|are|was|were|be|as|such|into|that) an?|(?:that|which|when|while|if|because|where) (?:it|they|you|we) (?:is|are|can|may|will|should)',
    '(?:que|est|sont|de|dans|avec|pour|sur|par|et|à|comme|entre) (?:les?|la|une?|des|du|ces|cette|leurs?)',
    '(?:que|es|son|de|en|con|por|para|y|a|como|entre|sobre) (?:el|la|los|las|una?|sus?)',
    '(?:que|é|são|de|em|com|por|para|e|como|entre|sobre) (?:os?|as?|uma?)',
    '(?:che|è|sono|di|in|con|per|e|come|tra) (?:il|lo|gli|le|una?|i)',
    '(?:ist|sind|war|wird|und|dass|wenn|weil|durch|über|unter|gegen|ohne|zwischen) (?:der|die|das|den|dem|ein|eine|einen)',
  ].join('|')})$`,
  'u',
);

/** `3.` with nothing behind it, below the step before it: `1. Open it.`, `2. Close it.`, `3.` */
function isEmptyStep(answer: string, end: number): boolean {
  const step = /\n[ \t]*(\d{1,2})([.)])$/.exec(answer.slice(Math.max(0, end - 12), end));
  if (!step) return false;
  const before = Number(step[1]) - 1;
  return before > 0 && new RegExp(`(?:^|\\n)[ \\t]*${before}[${step[2]}] +\\S`).test(answer.slice(-4000));
}

/** A line of the last paragraph this long has sentences, and a text with sentences ends them. */
const LONG_LINE = 80;
const LONGEST_WORD = 30;

/**
 * The last word is the beginning of a longer one that the answer has used, and nowhere a word itself: `Par`, after
 * `Paris`. Most cuts inside a word go unseen so; a dictionary of each language would be needed for them.
 */
function endsInAWord(answer: string, line: string): boolean {
  if (line.length < LONG_LINE || !/[.!?] /.test(line)) return false;
  const [word] = /\p{L}+$/u.exec(line.slice(-LONGEST_WORD)) ?? [];
  if (word === undefined || word.length < 3 || word.length === LONGEST_WORD) return false;
  const before = answer.slice(0, answer.lastIndexOf(word));
  if (new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'u').test(before)) return false;
  // One letter more may be a plural or a case.
  return new RegExp(`(?<!\\p{L})${word}\\p{L}{2,}`, 'u').test(before);
}

/** Fences as CommonMark has them: closed by a line of at least as many marks and nothing else. */
function hasOpenFence(answer: string): boolean {
  let open = 0;
  for (const line of answer.split('\n')) {
    const marks = /^\s*(?:[-*>]\s+|\d+[.)]\s+)?(`{3,})(.*)$/.exec(line);
    if (!marks) continue;
    const [, ticks = '', rest = ''] = marks;
    if (open === 0) {
      // On one line a fence is a span of code.
      if (!rest.includes('`')) open = ticks.length;
    } else if (ticks.length >= open && rest.trim() === '') open = 0;
  }
  return open > 0;
}
