/** Words and figures of a journey, for a terminal. */
import type { Estimate } from '../../contracts/costs.ts';
import type { JobLive } from '../../contracts/metrics.ts';
import type { Model } from '../../contracts/models.ts';
import type { Evidence } from './evidence.ts';

/** `$0.0042`: as many digits as it takes to see something. */
export function usd(micros: number): string {
  const dollars = micros / 1e6;
  return `$${dollars.toFixed(dollars !== 0 && dollars < 1 ? 4 : 2)}`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const BAR = 24;

/** `running · training  ████████░░░░  42/158  loss 1.234  12 s left`. */
export function progressLine(live: JobLive): string {
  const { progress, status } = live;
  if (!progress) return `    ${status}`;
  const share = progress.totalSteps > 0 ? Math.min(1, progress.step / progress.totalSteps) : 0;
  const filled = Math.round(share * BAR);
  return [
    `    ${status === 'running' ? progress.phase : status}`.padEnd(22),
    '█'.repeat(filled) + '░'.repeat(BAR - filled),
    `${progress.step}/${progress.totalSteps}`.padStart(9),
    progress.loss === undefined ? '' : `loss ${progress.loss.toFixed(3)}`,
    progress.validationLoss === undefined ? '' : `validation ${progress.validationLoss.toFixed(3)}`,
    progress.secondsLeft === undefined ? '' : `${duration(progress.secondsLeft)} left`,
    usd(live.costUsdMicros),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

export function estimateLines(estimate: Estimate): string[] {
  const { low, expected, high } = estimate.costUsdMicros;
  return [
    `    Cost ${usd(low)} – ${usd(expected)} – ${usd(high)}, time ${duration(estimate.seconds.low)} – ${duration(estimate.seconds.expected)} – ${duration(estimate.seconds.high)}`,
    `    ${estimate.steps} steps over ${estimate.totalTokens.toLocaleString('en')} tokens; speed from ${estimate.speedSource}`,
  ];
}

/** A curve in one line: each column is the mean of its share of the steps, high losses high. */
export function sparkline(losses: readonly number[], columns = 60): string {
  if (losses.length === 0) return '';
  const width = Math.min(columns, losses.length);
  const means = Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * losses.length) / width);
    const share = losses.slice(from, Math.max(from + 1, Math.floor(((column + 1) * losses.length) / width)));
    return share.reduce((sum, loss) => sum + loss, 0) / share.length;
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low || 1;
  return means.map((mean) => '▁▂▃▄▅▆▇█'[Math.round(((mean - low) / span) * 7)]).join('');
}

export function modelLines(model: Model): string[] {
  const { evaluation, training } = model;
  if (!evaluation) return ['    Too few rows could be held out: a gain is not proven.'];
  const { base, tuned, difference } = evaluation;
  const lines = [
    `    Validation loss ${base.loss.toFixed(3)} → ${tuned.loss.toFixed(3)} on ${evaluation.rows} rows the training never saw`,
    `    Difference ${difference.mean.toFixed(3)}, 95 % interval ${difference.low.toFixed(3)} to ${difference.high.toFixed(3)}: ${VERDICTS[model.verdict]}`,
    `    Kept step ${training.keptStep} of ${training.steps}, ${training.trainedTokens.toLocaleString('en')} tokens learnt in ${duration(training.seconds)}`,
    ...proofLines(model),
  ];
  for (const sample of model.samples.slice(0, 3)) {
    const question = sample.messages.findLast(({ role }) => role === 'user')?.content ?? '';
    lines.push(
      '',
      `    ${oneLine(question)}`,
      `      base   ${oneLine(sample.base)}`,
      `      tuned  ${oneLine(sample.tuned)}`,
    );
  }
  return lines;
}

/** How the published files fared when they were loaded afresh, and what tuning did besides. */
function proofLines({ exportProof, canaries, memorisation }: Model): string[] {
  const lines: string[] = [];
  if (exportProof) {
    const { sameAnswers, prompts, meanLogitDrift } = exportProof;
    lines.push(
      `    Files loaded afresh: ${sameAnswers} of ${prompts} answers the same, logits ${meanLogitDrift.toPrecision(2)} apart on average`,
    );
  }
  if (canaries && memorisation) {
    lines.push(
      `    Short questions right ${canaries.base} → ${canaries.tuned} of ${canaries.items}; training rows known by heart ${memorisation.base} → ${memorisation.tuned} of ${memorisation.trainingRows}`,
    );
  }
  return lines;
}

const VERDICTS: Record<Model['verdict'], string> = {
  ship: 'better than the base',
  'keep-the-base': 'no better than the base',
  unproven: 'not proven',
};

const oneLine = (text: string) => {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length > 150 ? `${flat.slice(0, 149)}…` : flat;
};

export function evidenceLines({ costs, notifications, email }: Evidence): string[] {
  const seconds = costs.reduce((sum, record) => sum + record.seconds, 0);
  const micros = costs.reduce((sum, record) => sum + record.costUsdMicros, 0);
  return [
    `    Cost ${usd(micros)} for ${duration(seconds)} on ${costs[0]?.gpuType ?? ''}, in ${costs.length} records of the ledger`,
    ...notifications.map(({ title }) => `    Notification: ${title}`),
    `    E-mail to ${email.To.join(', ')}: ${email.Subject}`,
  ];
}
