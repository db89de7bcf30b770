import {
  SENSITIVE_KINDS,
  type DatasetIssueCode,
  type SensitiveKind,
} from '../../../../../contracts/dataset-issues.ts';
import type { CheckSummary } from '../../../../../contracts/dataset-versions.ts';
import { compact, counted, listed } from '../../../lib/format/numbers.ts';
import type { ProblemGroup } from './problem-groups.ts';

/** What a finding means for training, in a sentence; figures where the check has them. */
export function meaningOf(group: ProblemGroup, summary: CheckSummary): string {
  switch (group.code) {
    case 'over-context':
      return overContext(group, summary);
    case 'possible-secret':
      return `A model can repeat what it was trained on. ${kindWords(group)}`;
    case 'possible-personal-data':
      return `A model can repeat what it was trained on, to anybody. ${kindWords(group)}`;
    default:
      return MEANINGS[group.code];
  }
}

function overContext(group: ProblemGroup, { tokens }: CheckSummary): string {
  const cut = tokens?.tokensCut;
  const much = cut ? `, ${compact(cut)}\u00a0tokens in all,` : '';
  const answers = tokens?.answersCut ?? 0;
  const part =
    answers === 0
      ? ''
      : answers === group.rows
        ? ' In all of them a part of the answer goes.'
        : ` In ${counted(answers, 'row')} a part of the answer goes.`;
  return `The end of ${group.rows === 1 ? 'this row' : 'these rows'}${much} would not be seen.${part}`;
}

/** `6 look like cloud keys, 3 like card numbers.` */
function kindWords({ kinds }: ProblemGroup): string {
  const found = (Object.entries(kinds) as [SensitiveKind, number][]).sort((a, b) => b[1] - a[1]);
  if (found.length === 0) return '';
  const words = found.map(([kind, many], index) => {
    const verb = index > 0 ? 'like' : many === 1 ? 'looks like' : 'look like';
    const { word } = SENSITIVE_KINDS[kind];
    return `${counted(many, verb, verb)} ${many === 1 ? article(word) : plural(word)}`;
  });
  return `${listed(words)}.`;
}

const article = (word: string) => `${/^[aeio]/i.test(word) ? 'an' : 'a'} ${word}`;
/** `signed tokens (JWT)`, `passwords in an address`. */
function plural(word: string): string {
  if (word === 'e-mail address') return 'e-mail addresses';
  if (word === 'national identity number') return 'national identity numbers';
  if (word === 'password in an address') return 'passwords in an address';
  return word.replace(/( \(.*\))?$/, 's$1');
}

const MEANINGS: Record<
  Exclude<DatasetIssueCode, 'over-context' | 'possible-secret' | 'possible-personal-data'>,
  string
> = {
  'empty-file': 'There is nothing in it to train on.',
  'not-text': 'It is none of the kinds of file that can be turned into rows.',
  'container-broken': 'It ends early or is damaged, so nobody knows what is missing.',
  'container-too-large': 'Unpacked it is larger than a dataset may be.',
  'columns-unknown': 'It is a table whose columns do not say what is asked and what is answered.',
  'sharegpt-rows': 'They say the same as messages in other words, so they can be converted without loss.',
  'not-utf8': 'The bytes are no text, so it cannot be said what stands there.',
  'line-too-long': 'Such a line is usually a whole file without line breaks. It was not read.',
  'not-json': 'The line cannot be read, so nothing in it can be learnt.',
  'not-an-object': 'A row has named fields; this is a list or a bare value.',
  'too-deep': 'No known form of a row is nested like this.',
  'unknown-format': 'It cannot be told what is asked here and what is answered.',
  'mixed-formats': 'All rows of a file are read the same way, so this one cannot be.',
  'missing-field': 'Without it the row cannot be put together.',
  'wrong-type': 'Something else stands where text belongs.',
  'unknown-role': 'It is not known who speaks, so the turn has no place in a chat template.',
  'bad-weight': 'It is not clear whether to learn from this answer.',
  'bad-tool-call': 'The call would be learnt in a form that no program can carry out.',
  'lone-surrogate': 'Such text cannot be written as UTF-8, so it cannot be trained on.',
  'no-answer': 'Models learn from answers only; this row has none.',
  'equal-pair': 'There is nothing to prefer between them.',
  'too-few-rows':
    'With so few rows a model learns them by heart, and nothing can be held back to measure with.',
  'in-both-files': 'The model would be examined on what it has learnt by heart.',
  'near-in-both-files': 'The model would be examined on what it has almost seen.',
  'duplicate-row':
    'They count double in training. The split keeps copies together, so the validation loss is still honest.',
  'near-duplicate': 'They differ in a few words only and weigh more than the rest.',
  'conflicting-answers': 'The model is taught both and will waver between them.',
  'truncated-answer': 'The model learns to stop in the middle as well.',
  refusal: 'The model learns to refuse where it should answer.',
  'template-token': 'In training they would end a turn where none ends.',
  mojibake: 'Characters such as é stand there as Ã©, and would be learnt so.',
  'control-characters': 'They cannot be seen, and would be learnt.',
  'role-order': 'It can be trained on, but is not how the model will be asked.',
  'ends-without-answer': 'What follows the last answer is read but not learnt from.',
  'unmatched-tool-call': 'The model learns results that belong to no call.',
  'empty-message': 'It costs tokens and teaches nothing.',
  'blank-line': 'It is passed over.',
  'unknown-field': 'It is passed over.',
  'extreme-length': 'One such row takes the place of many in a batch.',
  'few-rows': 'It trains, but what it gains may not be proven.',
};
