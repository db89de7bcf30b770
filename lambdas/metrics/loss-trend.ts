/** Where the losses of a job stand: a fold over its points, of the same few hundred bytes however long it runs. */
import type { LossTrend, Tally } from '../../contracts/live-record.ts';
import type { MetricPoint } from '../../contracts/metrics.ts';

/** Points that are judged as one: the mean of 20 is four times as steady as a step. */
const BLOCK_POINTS = 20;
/** A window is a twentieth of the run; below 500 steps 25 points, whose mean is five times as steady as a step. */
const WINDOW_SHARE = 1 / 20;
const LEAST_WINDOW_POINTS = 25;
/** So many windows are looked at together: two fifths of the run. */
export const WINDOWS = 8;
/** Below this share of the full learning rate little is learnt, as meant: the tail of a schedule is no plateau. */
const LEAST_RATE_SHARE = 0.2;
/** One step counts at most so many times the lowest loss: a spike then lifts the mean of 20 by a tenth. */
const SPIKE_FACTOR = 3;
/** A new block's share in the smoothed noise, which so is about that of the last ten. */
const NOISE_SHARE = 0.1;
/** Beyond it a loss says no more (one that knows nothing has ln of its vocabulary, 12), and its square stays finite. */
const HIGHEST_LOSS = 1e6;

/**
 * How far above the lowest mean a block has to lie to be high: a quarter; six of its own standard errors, because the
 * lowest of hundreds of blocks lies three below the middle by chance alone; and 0.05 nats where the loss is nearly 0.
 */
const RISE = { share: 0.25, standardErrors: 6, leastNats: 0.05 };
/** A validation loss is worse than the best when it is so much higher: the same rows, so there is no chance in them. */
const WORSE = { share: 0.03, leastNats: 0.01 };

/** What of a run its curve is judged by. */
export interface Course {
  totalSteps: number;
  /** The full learning rate, and the share of all steps over which it rises to it. */
  learningRate: number;
  warmupRatio: number;
}

const EMPTY: Tally = { count: 0, mean: 0, squares: 0 };
export const NO_TREND: LossTrend = {
  step: 0,
  validatedStep: 0,
  block: EMPTY,
  highBlocks: 0,
  window: EMPTY,
  windows: [],
  spells: [],
};

function counted(tally: Tally, value: number): Tally {
  const count = tally.count + 1;
  const distance = value - tally.mean;
  const mean = tally.mean + distance / count;
  return { count, mean, squares: tally.squares + distance * (value - mean) };
}

const variance = ({ count, squares }: Tally): number => (count < 2 ? 0 : Math.max(0, squares) / (count - 1));

/** How far above `lowest` is clearly above it, nats; undefined before there is anything to compare with. */
export function clearRise({ lowest, noise }: LossTrend): number | undefined {
  if (lowest === undefined || noise === undefined) return undefined;
  const byChance = RISE.standardErrors * Math.sqrt(noise / BLOCK_POINTS);
  return Math.max(RISE.share * lowest, byChance, RISE.leastNats);
}

const isWorse = (loss: number, best: number): boolean =>
  loss > best + Math.max(WORSE.share * best, WORSE.leastNats);

/** Whether the learning rate is at its work, so that standing still means something. */
function learns({ step, learningRate }: MetricPoint, course: Course): boolean {
  if (step <= course.warmupRatio * course.totalSteps) return false;
  return learningRate === undefined || learningRate >= LEAST_RATE_SHARE * course.learningRate;
}

function withWindow(trend: LossTrend, loss: number, course: Course): LossTrend {
  const window = counted(trend.window, loss);
  const size = Math.max(LEAST_WINDOW_POINTS, Math.ceil(WINDOW_SHARE * course.totalSteps));
  if (window.count < size) return { ...trend, window };
  const full = { mean: window.mean, error: variance(window) / window.count };
  return { ...trend, window: EMPTY, windows: [...trend.windows, full].slice(-WINDOWS) };
}

/**
 * A high block says nothing of the noise and is no new lowest; what is not high is both. After two high ones the windows
 * begin anew: a hill in their newer half would read as a fall that stopped.
 */
function withBlock(trend: LossTrend, block: Tally): LossTrend {
  const { mean } = block;
  const full = { ...trend, block: EMPTY, lastBlock: mean, began: trend.began ?? mean };
  const rise = clearRise(trend);
  if (rise !== undefined && mean > (trend.lowest ?? Infinity) + rise) {
    const highBlocks = trend.highBlocks + 1;
    return { ...full, highBlocks, ...(highBlocks > 1 ? { window: EMPTY, windows: [] } : {}) };
  }
  const own = variance(block);
  const noise = trend.noise === undefined ? own : (1 - NOISE_SHARE) * trend.noise + NOISE_SHARE * own;
  const pair = trend.lastBlock === undefined ? undefined : (trend.lastBlock + mean) / 2;
  const lowest = pair === undefined ? trend.lowest : Math.min(pair, trend.lowest ?? Infinity);
  return { ...full, highBlocks: 0, noise, ...(lowest === undefined ? {} : { lowest }) };
}

/**
 * With one more training loss; a step that was taken in before changes nothing. One that has lost its number empties the
 * block, so that a full block after it is twenty numbers in a row.
 */
export function withTraining(trend: LossTrend, point: MetricPoint, course: Course): LossTrend {
  if (point.step <= trend.step) return trend;
  if (point.notFinite) return { ...trend, step: point.step, block: EMPTY };
  if (point.loss === undefined) return trend;
  const loss = Math.min(point.loss, HIGHEST_LOSS, SPIKE_FACTOR * (trend.lowest ?? Infinity));
  const at = { ...trend, step: point.step };
  const next = learns(point, course) ? withWindow(at, loss, course) : at;
  const block = counted(trend.block, loss);
  return block.count < BLOCK_POINTS ? { ...next, block } : withBlock(next, block);
}

/** With one more evaluation, once a step. The base model's loss is the one at step 0: the adapter changes nothing there. */
export function withValidation(
  trend: LossTrend,
  point: MetricPoint,
  baseLoss: number | undefined,
): LossTrend {
  const { step, validationLoss: loss } = point;
  if (loss === undefined || step <= trend.validatedStep) return trend;
  const next = { ...trend, validatedStep: step };
  const best = trend.best ?? (baseLoss === undefined ? undefined : { loss: baseLoss, step: 0, worse: 0 });
  if (!best || loss < best.loss) {
    const training = trend.lastBlock;
    return {
      ...next,
      best: { loss, step, worse: 0, ...(training === undefined ? {} : { training }) },
    };
  }
  return { ...next, best: { ...best, worse: isWorse(loss, best.loss) ? best.worse + 1 : 0 } };
}
