/** Loss curves as runs draw them, from a seed: a fall by a power of the step, the noise of batches, and what goes wrong. */
import type { MetricPoint } from '../../contracts/metrics.ts';
import { random, type Random } from '../simulation/time/random.ts';
import { at } from '../training-jobs/example-job.ts';

export interface Shape {
  steps: number;
  /** Loss before training, and what it nears, nats. */
  began: number;
  floor: number;
  /** How many steps halve what lies above the floor, at first. */
  halving: number;
  /** Standard deviation of one step's loss, as a share of it. */
  noise: number;
  schedule: 'cosine' | 'linear' | 'constant';
  warmupRatio: number;
  /** So often a step's batch is odd, and so many times as high is its loss. */
  spikes?: { share: number; factor: number };
  /** Passes over the data: each later one begins this share lower, as rows are met again. */
  epochs?: { count: number; drop: number };
  evaluations?: number;
}

export const LEARNING_RATE = 2e-4;

/** A normal deviate (Box and Muller). */
const normal = (chance: Random) =>
  Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());

function rateOf({ schedule, warmupRatio, steps }: Shape, step: number): number {
  const warmUp = Math.ceil(warmupRatio * steps);
  if (step <= warmUp) return (LEARNING_RATE * step) / warmUp;
  const done = (step - warmUp) / Math.max(1, steps - warmUp);
  if (schedule === 'cosine') return LEARNING_RATE * 0.5 * (1 + Math.cos(Math.PI * done));
  return schedule === 'linear' ? LEARNING_RATE * (1 - done) : LEARNING_RATE;
}

/** What is measured when nothing goes wrong: validation lies a little above training and falls with it. */
export function healthyCurve(shape: Shape, seed: number): MetricPoint[] {
  const chance = random(seed);
  const every = Math.ceil(shape.steps / (shape.evaluations ?? 10));
  const epochSteps = shape.steps / (shape.epochs?.count ?? 1);
  return Array.from({ length: shape.steps }, (_, place) => {
    const step = place + 1;
    const learnt = Math.max(0, step - shape.warmupRatio * shape.steps * 0.5);
    const above = (shape.began - shape.floor) / (1 + learnt / shape.halving) ** 0.6;
    const epoch = Math.floor(place / epochSteps);
    const mean = (shape.floor + above) * (1 - (shape.epochs?.drop ?? 0)) ** epoch;
    const odd = shape.spikes && chance.chance(shape.spikes.share) ? shape.spikes.factor : 1;
    return {
      step,
      epoch: step / epochSteps,
      at: at(step).toISOString(),
      loss: mean * Math.exp(shape.noise * normal(chance)) * odd,
      learningRate: rateOf(shape, step),
      gradientNorm: 1,
      ...(step % every === 0
        ? { validationLoss: (shape.floor + above) * 1.05 * (1 + 0.005 * normal(chance)) }
        : {}),
    };
  });
}

/** The curve from `from` on as `change` makes it. */
export const changedFrom = (
  points: readonly MetricPoint[],
  from: number,
  change: (point: MetricPoint, since: number) => MetricPoint,
): MetricPoint[] => points.map((point) => (point.step < from ? point : change(point, point.step - from)));

const CALM: Shape = {
  steps: 2000,
  began: 2.4,
  floor: 0.6,
  halving: 60,
  noise: 0.05,
  schedule: 'cosine',
  warmupRatio: 0.05,
};

/** Runs as they should be: nothing is to be told of them. */
export const HEALTHY: Record<string, Shape> = {
  'a calm run': CALM,
  'a long warm-up': { ...CALM, warmupRatio: 0.3 },
  'small batches': { ...CALM, noise: 0.3 },
  'spikes in one step of fifty': { ...CALM, noise: 0.15, spikes: { share: 0.02, factor: 5 } },
  'spikes in one step of ten': { ...CALM, noise: 0.15, spikes: { share: 0.1, factor: 3 } },
  'a cosine’s tail over 10,000 steps': { ...CALM, steps: 10_000, halving: 300, noise: 0.1 },
  'a straight schedule': { ...CALM, steps: 5000, halving: 200, schedule: 'linear' },
  'one rate throughout': { ...CALM, schedule: 'constant', halving: 150 },
  'three epochs in steps': {
    ...CALM,
    steps: 3000,
    halving: 400,
    epochs: { count: 3, drop: 0.12 },
  },
  'a run of 120 steps': { ...CALM, steps: 120, halving: 10, noise: 0.15 },
  'a run that begins where another ended': { ...CALM, began: 1.1, floor: 0.3, halving: 800 },
  'rows that are nearly known': { ...CALM, began: 0.3, floor: 0.01, halving: 30, noise: 0.25 },
};
