/** When a curve that goes wrong is told: once a spell, and only where chance does not explain it. */
import type { LossTrend } from '../../contracts/live-record.ts';
import type { AlertKind, MetricPoint } from '../../contracts/metrics.ts';
import { type AlertFigures, type AlertWords, type JudgedRun, wordsOf } from './alert-words.ts';
import { clearRise, type Course, NO_TREND, WINDOWS, withTraining, withValidation } from './loss-trend.ts';

/** A fall of less than this share between the two halves of the windows is none: their middles are a fifth of the run apart. */
const LEAST_FALL = 0.01;
/** What two standard errors may hide counts as fall: chance then makes no plateau in 39 of 40 looks at a curve that falls so little. */
const STANDARD_ERRORS = 2;
/** With less than a tenth of the run to go, a plateau can no longer be acted upon. */
const LEAST_LEFT = 0.1;
/** So many blocks or evaluations in a row: one alone is told by the curve. */
const IN_A_ROW = 2;
/** How far training must have fallen since the best evaluation, so that a rise of validation is overfitting. */
const LEAST_TRAINING_FALL = 0.02;

export interface Alert extends AlertWords {
  kind: AlertKind;
  step: number;
}

/** `begins`: it is so. `passes`: clearly no longer. Otherwise neither, and what was told before stands. */
type Verdict = 'begins' | 'passes' | undefined;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The means of the older and newer half of the windows, and the standard error of their difference; before there are enough, none. */
function halvesOf({ windows }: LossTrend): { older: number; newer: number; error: number } | undefined {
  if (windows.length < WINDOWS) return undefined;
  const half = WINDOWS / 2;
  const mean = (part: typeof windows) => sum(part.map((window) => window.mean)) / half;
  return {
    older: mean(windows.slice(0, half)),
    newer: mean(windows.slice(half)),
    error: Math.sqrt(sum(windows.map((window) => window.error))) / half,
  };
}

function plateau(before: LossTrend, now: LossTrend, { totalSteps }: Course): Verdict {
  if (now.windows === before.windows) return undefined;
  const halves = halvesOf(now);
  if (!halves) return undefined;
  const fall = halves.older - halves.newer;
  const hidden = STANDARD_ERRORS * halves.error;
  const least = LEAST_FALL * halves.older;
  if (fall - hidden > least) return 'passes';
  const isInTime = totalSteps - now.step >= LEAST_LEFT * totalSteps;
  return fall + hidden < least && isInTime && !now.spells.includes('divergence') ? 'begins' : undefined;
}

/** Whether this point filled a block: then it is judged, and else there is nothing new to judge. */
const fillsBlock = (before: LossTrend, now: LossTrend, point: MetricPoint): boolean =>
  now.block.count < before.block.count && !point.notFinite;

function divergence(now: LossTrend): Verdict {
  if (now.lowest === undefined) return undefined;
  if (now.highBlocks >= IN_A_ROW) return 'begins';
  // Half way back, so that a curve at the threshold does not begin and pass by turns.
  const isBack = now.highBlocks === 0 && (now.lastBlock ?? 0) < now.lowest + (clearRise(now) ?? 0) / 2;
  return isBack ? 'passes' : undefined;
}

function overfitting(before: LossTrend, now: LossTrend): Verdict {
  const { best, lastBlock, began } = now;
  if (!best || now.validatedStep === before.validatedStep) return undefined;
  if (best.worse === 0) return 'passes';
  const then = best.training ?? began;
  if (then === undefined || lastBlock === undefined) return undefined;
  const falls = lastBlock < (1 - LEAST_TRAINING_FALL) * then;
  return best.worse >= IN_A_ROW && falls && !now.spells.includes('divergence') ? 'begins' : undefined;
}

const notFinite = (before: LossTrend, now: LossTrend, point: MetricPoint): Verdict =>
  point.notFinite && now.step > before.step ? 'begins' : undefined;

/**
 * The trend after these points, which are in the order of their steps, and what they tell. A step that an earlier report
 * or attempt brought tells nothing again, and a spell that an attempt began goes on in the next.
 */
export function decideAlerts(
  stored: LossTrend | undefined,
  points: readonly MetricPoint[],
  run: JudgedRun,
): { trend: LossTrend | undefined; alerts: Alert[] } {
  let trend = stored ?? NO_TREND;
  const alerts: Alert[] = [];
  for (const point of points) {
    const before = trend;
    trend = withValidation(withTraining(before, point, run), point, run.baseValidationLoss);
    const figures: AlertFigures = { trend, point, halves: halvesOf(trend) };
    const judge = (kind: AlertKind, verdict: Verdict) => {
      const isOpen = trend.spells.includes(kind);
      if (verdict === 'passes' && isOpen) {
        trend = { ...trend, spells: trend.spells.filter((open) => open !== kind) };
      }
      if (verdict !== 'begins' || isOpen) return;
      trend = { ...trend, spells: [...trend.spells, kind] };
      alerts.push({ kind, step: point.step, ...wordsOf(kind, figures, run) });
    };
    const isFull = fillsBlock(before, trend, point);
    judge('not-finite', isFull ? 'passes' : notFinite(before, trend, point));
    // A curve that runs away is neither flat nor learnt by heart, so that is judged first.
    if (isFull) judge('divergence', divergence(trend));
    judge('plateau', plateau(before, trend, run));
    judge('overfitting', overfitting(before, trend));
  }
  return { trend: trend === NO_TREND ? undefined : trend, alerts };
}
