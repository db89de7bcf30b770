import type { AttemptPoint } from '../../../../contracts/metrics.ts';
import type { StepValue } from './series.ts';

/** Where an attempt went on from a checkpoint, and how many steps had to be done again for it. */
interface Resume {
  attempt: number;
  step: number;
  repeatedSteps: number;
  /** The checkpoint is of the job that this one continues. */
  isOfEarlierJob?: boolean;
}

/** The points of a job, cut into what is drawn. */
export interface Curves {
  /** What counts: of each step the newest attempt's point, in the order of steps. */
  points: readonly AttemptPoint[];
  training: readonly StepValue[];
  validation: readonly StepValue[];
  /** Steps that a later attempt did again, one line an attempt: drawn dotted and grey. */
  repeated: readonly (readonly StepValue[])[];
  resumes: readonly Resume[];
  lastStep: number;
}

/** Adds newer points to known ones; the same step of the same attempt is replaced. */
export function mergePoints(
  known: readonly AttemptPoint[],
  newer: readonly AttemptPoint[],
): readonly AttemptPoint[] {
  if (newer.length === 0) return known;
  const byKey = new Map<string, AttemptPoint>();
  for (const point of [...known, ...newer]) {
    const key = `${point.attempt}/${point.step}`;
    const before = byKey.get(key);
    byKey.set(key, before ? { ...before, ...defined(point) } : point);
  }
  return [...byKey.values()].sort((a, b) => a.attempt - b.attempt || a.step - b.step);
}

/**
 * A later attempt begins where its checkpoint was; everything of earlier ones from there on was repeated.
 * `resumedFrom` says which step that was; without it, the step before the attempt's first point.
 */
export function curvesOf(
  all: readonly AttemptPoint[],
  resumedFrom: ReadonlyMap<number, number> = new Map(),
): Curves {
  const attempts = new Map<number, AttemptPoint[]>();
  for (const point of all) {
    const list = attempts.get(point.attempt);
    if (list) list.push(point);
    else attempts.set(point.attempt, [point]);
  }
  const order = [...attempts.keys()].sort((a, b) => a - b);
  const beginOf = (attempt: number): number => {
    const first = Math.min(...(attempts.get(attempt) ?? []).map((point) => point.step));
    return Math.min(first, (resumedFrom.get(attempt) ?? Infinity) + 1);
  };
  const points: AttemptPoint[] = [];
  const repeated: StepValue[][] = [];
  const resumes: Resume[] = [];
  order.forEach((attempt, index) => {
    const own = (attempts.get(attempt) ?? []).toSorted((a, b) => a.step - b.step);
    const cut = Math.min(...order.slice(index + 1).map(beginOf));
    if (index > 0) {
      const earlier = order.slice(0, index).flatMap((before) => attempts.get(before) ?? []);
      const reached = Math.max(0, ...earlier.map((point) => point.step));
      const from = Math.max(0, beginOf(attempt) - 1);
      resumes.push({ attempt, step: from, repeatedSteps: Math.max(0, reached - from) });
    }
    points.push(...own.filter((point) => point.step < cut));
    const lost = valuesOf(
      own.filter((point) => point.step >= cut),
      'loss',
    );
    if (lost.length > 0) repeated.push(lost);
  });
  points.sort((a, b) => a.step - b.step);
  return {
    points,
    training: valuesOf(points, 'loss'),
    validation: valuesOf(points, 'validationLoss'),
    repeated,
    resumes,
    lastStep: points.at(-1)?.step ?? 0,
  };
}

/** The curves of a job that began at the checkpoint of another: marked where it went on, with nothing drawn before. */
export function continuedAt(curves: Curves, step: number): Curves {
  const begin = { attempt: 1, step, repeatedSteps: 0, isOfEarlierJob: true };
  return { ...curves, resumes: [begin, ...curves.resumes] };
}

type Measure =
  | 'loss'
  | 'validationLoss'
  | 'learningRate'
  | 'gradientNorm'
  | 'tokensPerSecond'
  | 'gpuUtilisation'
  | 'memoryBytes';

/**
 * The validation line begins with the base: before the first step the adapter changes nothing, so the base's loss is
 * the tuned model's at step 0. Not so in a job that continues another: from there to its own first point lies nothing
 * that it has measured.
 */
export function withBase(curves: Curves, baseLoss: number | null): Curves {
  const isContinued = curves.resumes.some((resume) => resume.isOfEarlierJob);
  if (baseLoss === null || isContinued || curves.validation[0]?.step === 0) return curves;
  return { ...curves, validation: [{ step: 0, value: baseLoss }, ...curves.validation] };
}

/** One measure of the points that have it. */
export function valuesOf(points: readonly AttemptPoint[], measure: Measure): StepValue[] {
  const values: StepValue[] = [];
  for (const point of points) {
    const value = point[measure];
    if (value !== undefined) values.push({ step: point.step, value });
  }
  return values;
}

/** The steps at which an epoch ends and the next begins, by the epochs that were measured. */
export function epochMarks(
  points: readonly AttemptPoint[],
  totalSteps: number,
): { step: number; epoch: number }[] {
  const last = points.findLast((point) => point.epoch > 0 && point.step > 0);
  if (!last) return [];
  const stepsPerEpoch = last.step / last.epoch;
  if (!(stepsPerEpoch >= 1)) return [];
  const marks: { step: number; epoch: number }[] = [];
  for (let epoch = 0; epoch * stepsPerEpoch < totalSteps - 0.5 && epoch < 50; epoch++) {
    marks.push({ step: Math.round(epoch * stepsPerEpoch), epoch: epoch + 1 });
  }
  return marks;
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}
