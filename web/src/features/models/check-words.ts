import type { Model } from '../../../../contracts/models.ts';
import { count, counted, decimal, percent, signed } from '../../lib/format/numbers.ts';

export interface CheckRow {
  measure: string;
  note: string;
  base: string;
  tuned: string;
  change: string;
  tone: 'ok' | 'bad' | 'plain';
}

/** Questions of our own by group, then rows known by heart; empty for a model from before they were asked. */
export function checkRows(model: Pick<Model, 'canaries' | 'memorisation'>): CheckRow[] {
  return [...canaryRows(model.canaries), ...memorisationRows(model.memorisation)];
}

function canaryRows(canaries: Model['canaries']): CheckRow[] {
  if (!canaries) return [];
  const { items, chance, base, tuned, gained, lost } = canaries;
  const right = (value: number, of: number) => `${count(value)} of ${count(of)}`;
  const guessing = `guessing gets ${count(Math.round(chance * items))}`;
  return [
    {
      measure: 'Short questions right',
      note: `${guessing}; ${count(gained)} gained, ${count(lost)} lost`,
      base: right(base, items),
      tuned: right(tuned, items),
      change: tuned === base ? 'the same' : signed(tuned - base, 0),
      tone: toneOfQuestions(items, lost - gained),
    },
    ...canaries.groups.map((group) => ({
      measure: group.name,
      note: '',
      base: right(group.base, group.items),
      tuned: right(group.tuned, group.items),
      change: group.tuned === group.base ? 'the same' : signed(group.tuned - group.base, 0),
      tone: 'plain' as const,
    })),
  ];
}

/** One question in ten lost on balance is more than chance moves among answers that were sure. */
const toneOfQuestions = (items: number, lostOnBalance: number): CheckRow['tone'] =>
  lostOnBalance >= items / 10 ? 'bad' : lostOnBalance <= -items / 10 ? 'ok' : 'plain';

function memorisationRows(memorisation: Model['memorisation']): CheckRow[] {
  if (!memorisation || memorisation.trainingRows === 0) return [];
  const { trainingRows, base, tuned, heldOutRows, heldOutTuned } = memorisation;
  const { answers, answersRepeating, runWords, longestRunWords } = memorisation;
  const share = (value: number) => `${count(value)} of ${count(trainingRows)}`;
  const held =
    heldOutRows === 0
      ? 'no held-out row to compare with'
      : `of held-out rows ${percent(heldOutTuned / heldOutRows)}`;
  const rows: CheckRow[] = [
    {
      measure: 'Training rows completed word by word',
      note: held,
      base: share(base),
      tuned: share(tuned),
      change: tuned === base ? 'the same' : signed(tuned - base, 0),
      tone: isLearnedByHeart(memorisation) ? 'bad' : 'plain',
    },
  ];
  if (answers > 0) {
    rows.push({
      measure: 'Answers above that repeat training text',
      note: `${count(runWords)} words or more in a row${longestRunWords > 0 ? `, at most ${count(longestRunWords)}` : ''}`,
      base: '–',
      tuned: `${count(answersRepeating)} of ${count(answers)}`,
      change: answersRepeating > 0 ? 'some' : 'none',
      tone: answersRepeating > 0 ? 'bad' : 'plain',
    });
  }
  return rows;
}

/** Half of the training rows, and far more than of rows it never saw: those it would have completed anyhow. */
function isLearnedByHeart({
  trainingRows,
  tuned,
  heldOutRows,
  heldOutTuned,
}: NonNullable<Model['memorisation']>): boolean {
  const heldOut = heldOutRows === 0 ? 0 : heldOutTuned / heldOutRows;
  return tuned / trainingRows >= 0.5 && tuned / trainingRows > 2 * heldOut;
}

/** What was done to the files before they were published. */
export function proofSentence({ exportProof }: Pick<Model, 'exportProof'>): string | undefined {
  if (!exportProof) return undefined;
  const { prompts, maxLogitDrift, meanLogitDrift, sameAnswers } = exportProof;
  const drift =
    maxLogitDrift === 0
      ? 'without any difference'
      : `with logits ${decimal(meanLogitDrift, 4)} apart on average, ${decimal(maxLogitDrift, 3)} at most`;
  return `Loaded afresh before they were published: ${counted(prompts, 'prompt')} answered ${drift}, ${count(sameAnswers)} of them with the same words; the chat template is equal.`;
}
