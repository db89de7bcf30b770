/** What an alert says: the figures that prove it, and what to do. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { LossTrend } from '../../contracts/live-record.ts';
import type { AlertKind, MetricPoint } from '../../contracts/metrics.ts';

export interface AlertWords {
  title: string;
  detail: string;
}

/** What of the hyperparameters an advice depends on. */
export type RunChoices = Pick<
  Hyperparameters,
  'learningRate' | 'warmupRatio' | 'keep' | 'earlyStoppingPatience'
>;

/** What points are judged by. */
export interface JudgedRun extends RunChoices {
  totalSteps: number;
  baseValidationLoss?: number | undefined;
}

export interface AlertFigures {
  trend: LossTrend;
  point: MetricPoint;
  halves: { older: number; newer: number } | undefined;
}

/** Between two sensible learning rates lies about this factor; the failure doctor's one-click change takes the same. */
const RATE_FACTOR = 3;
/** What has fallen by less than this share since its first 20 steps has learnt nothing to speak of. */
const LEAST_LEARNT = 0.05;

const nats = (loss: number | undefined): string => (loss === undefined ? '–' : loss.toFixed(3));
const rate = (value: number): string => String(Number(value.toPrecision(2)));

const NAMES: Record<NonNullable<MetricPoint['notFinite']>[number], string> = {
  loss: 'training loss',
  gradientNorm: 'gradient norm',
  validationLoss: 'validation loss',
};

function plateauWords({ trend, halves, point }: AlertFigures, run: JudgedRun): AlertWords {
  const { older, newer } = halves ?? { older: 0, newer: 0 };
  const began = trend.began ?? older;
  const flat = `Mean ${nats(newer)} over the last fifth of the run, ${nats(older)} over the fifth before: no fall of 1 %, chance counted in.`;
  if (newer > (1 - LEAST_LEARNT) * began) {
    return {
      title: 'Training loss does not fall',
      detail: `${flat} It began at ${nats(began)}. The learning rate of ${run.learningRate} may be too low for these rows, or they contradict each other: cancel, and start again with ${rate(run.learningRate * RATE_FACTOR)}.`,
    };
  }
  return {
    title: 'Training loss no longer falls',
    detail: `${flat} It began at ${nats(began)}. What these rows can teach may be learnt: keep the model and stop, or let the last ${run.totalSteps - point.step} steps run for what is left.`,
  };
}

function divergenceWords({ trend }: AlertFigures, run: JudgedRun): AlertWords {
  const best = run.keep === 'best' && trend.best && trend.best.step > 0 ? trend.best.step : undefined;
  return {
    title: `Training loss climbs: ${nats(trend.lastBlock)} after ${nats(trend.lowest)}`,
    detail: [
      'Twice in a row the mean of 20 steps lay clearly above the lowest; that seldom comes back.',
      ...(best === undefined
        ? []
        : [`To save what was learnt, keep the model and stop: the adapter of step ${best} is published.`]),
      `Start again with a lower learning rate, ${rate(run.learningRate / RATE_FACTOR)} instead of ${run.learningRate}, or with a longer warm-up.`,
    ].join(' '),
  };
}

function overfittingWords({ trend, point }: AlertFigures, run: JudgedRun): AlertWords {
  const { loss, step, training } = trend.best ?? { loss: 0, step: 0, training: undefined };
  const lowest = step === 0 ? 'the base model’s' : `its lowest, at step ${step},`;
  const advice =
    run.keep === 'best' && step > 0
      ? `The adapter of step ${step} is the one that is published: keep the model and stop, more steps seldom beat it.`
      : step === 0
        ? 'Better than the base it has not been so far: look whether the validation rows ask for the same as the training rows.'
        : 'This run publishes its last adapter: start again with fewer epochs, or keep the best.';
  const patience =
    run.earlyStoppingPatience > 0
      ? [`It stops by itself after ${run.earlyStoppingPatience} evaluations without progress.`]
      : [];
  return {
    title: 'Validation loss rises while training loss falls',
    detail: [
      `Validation rose to ${nats(point.validationLoss)} from ${lowest} ${nats(loss)}; training fell from ${nats(training ?? trend.began)} to ${nats(trend.lastBlock)} meanwhile. The run learns its rows by heart.`,
      advice,
      ...patience,
    ].join(' '),
  };
}

function notFiniteWords({ point, trend }: AlertFigures, run: JudgedRun): AlertWords {
  const lost = point.notFinite ?? [];
  const names = lost.map((name) => NAMES[name]).join(' and ');
  const endsRun = lost.includes('loss') || lost.includes('gradientNorm');
  return {
    title: `${names.charAt(0).toUpperCase()}${names.slice(1)} ${lost.length > 1 ? 'are' : 'is'} not a number at step ${point.step}`,
    detail: [
      `Before, training loss was ${nats(trend.lastBlock)}.`,
      endsRun
        ? 'Nothing can be learnt after that, so the trainer ends the run.'
        : 'Training goes on; an evaluation like this counts as one without progress.',
      `Start again with a lower learning rate, ${rate(run.learningRate / RATE_FACTOR)} instead of ${run.learningRate}, and look for rows with broken text.`,
    ].join(' '),
  };
}

const WORDS: Record<AlertKind, (figures: AlertFigures, run: JudgedRun) => AlertWords> = {
  plateau: plateauWords,
  divergence: divergenceWords,
  overfitting: overfittingWords,
  'not-finite': notFiniteWords,
};

/** Title and advice of an alert, with the figures of this run. */
export const wordsOf = (kind: AlertKind, figures: AlertFigures, run: JudgedRun): AlertWords =>
  WORDS[kind](figures, run);
