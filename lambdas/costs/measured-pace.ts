/** What finished runs of this installation say of the speed of the next one; pure. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import type { TrainingFacts } from '../../contracts/run-spec.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { BASE_MODELS, type CatalogBaseModel } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';
import { pacedBy, type Range, type Speed, speedOf } from './speed.ts';

/** Fewer steps than this are warming up; the first of a process loads kernels. */
const LEAST_STEPS = 20;
/** Below three nobody can tell a pace from an accident, nor one's own runs from another person's. */
const LEAST_RUNS = 3;
/** The newest so many are believed: a cluster's drivers and neighbours change. */
const NEWEST_RUNS = 20;
/** So many are read, 15 KB: what else lies in the partition is of other ways to train. */
export const PACES_READ = 60;
/** A base model of the same family teaches while it has up to four times as many parameters, or a quarter. */
const LIKE_SIZES = 4;
/** Even runs that were all alike: the next one's rows are others. */
const LEAST_SPREAD = 1.1;
/** Slower or faster than planned by more is no pace but a fault: of the clock, or of the record. */
const BELIEVABLE = 20;

type Method = Pick<PaceRecord, 'variant' | 'quantization' | 'objective'>;

const methodOf = (
  { variant = 'lora', quantization = 'none' }: Pick<Hyperparameters, 'variant' | 'quantization'>,
  isOfPairs: boolean,
): Method => ({ variant, quantization, objective: isOfPairs ? 'preferences' : 'answers' });

/** What a run that has published its model leaves for estimates; nothing where it was too short to have a pace. */
export function paceOf(
  job: Pick<TrainingJobRecord, 'baseModel' | 'gpuType' | 'gpuCount' | 'hyperparameters' | 'datasetFormat'>,
  training: Pick<TrainingFacts, 'steps' | 'processedTokens' | 'seconds' | 'modelFlopsUtilisation'>,
  now: Date,
): PaceRecord | undefined {
  const { steps, processedTokens: tokens, seconds, modelFlopsUtilisation: utilisation } = training;
  if (steps < LEAST_STEPS || tokens <= 0 || seconds <= 0) return undefined;
  return {
    shape: 1,
    baseModel: job.baseModel,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    ...methodOf(job.hyperparameters, job.datasetFormat === 'preference'),
    steps,
    tokens,
    seconds,
    ...(utilisation === undefined ? {} : { utilisation }),
    measuredOn: now.toISOString().slice(0, 10),
  };
}

interface Planned {
  model: CatalogBaseModel;
  gpuType: CatalogGpuType;
  gpuCount: number;
  hyperparameters: Pick<Hyperparameters, 'variant' | 'quantization'>;
  isOfPairs: boolean;
}

/** What would be planned without them. */
const planned = ({ model, gpuType, gpuCount, hyperparameters }: Omit<Planned, 'isOfPairs'>): Speed =>
  pacedBy(speedOf(model, gpuType, gpuCount), hyperparameters);

/** How many times as long as planned a run took; undefined where that is not to be believed. */
function slowness(pace: PaceRecord, gpuType: CatalogGpuType): number | undefined {
  const model = BASE_MODELS.find(({ id }) => id === pace.baseModel);
  if (!model) return undefined;
  const plan = planned({ model, gpuType, gpuCount: pace.gpuCount, hyperparameters: pace });
  const seconds = pace.tokens / plan.tokensPerSecond.expected + pace.steps * plan.secondsPerStep;
  const times = pace.seconds / seconds;
  return times > 1 / BELIEVABLE && times < BELIEVABLE ? times : undefined;
}

/** The runs that teach: of this base model where there are enough, else of its family and about its size. */
function teachers(
  run: Planned,
  paces: readonly PaceRecord[],
): { runs: PaceRecord[]; of: string } | undefined {
  const { variant, quantization, objective } = methodOf(run.hyperparameters, run.isOfPairs);
  const alike = paces.filter(
    (pace) =>
      pace.gpuType === run.gpuType.id &&
      pace.variant === variant &&
      pace.quantization === quantization &&
      pace.objective === objective &&
      slowness(pace, run.gpuType) !== undefined,
  );
  const own = alike.filter(({ baseModel }) => baseModel === run.model.id);
  if (own.length >= LEAST_RUNS) return { runs: own.slice(0, NEWEST_RUNS), of: run.model.title };
  const near = alike.filter((pace) => {
    const other = BASE_MODELS.find(({ id }) => id === pace.baseModel);
    if (!other || other.family !== run.model.family) return false;
    const ratio = other.parameters / run.model.parameters;
    return ratio <= LIKE_SIZES && ratio >= 1 / LIKE_SIZES;
  });
  if (near.length < LEAST_RUNS) return undefined;
  return { runs: near.slice(0, NEWEST_RUNS), of: `${run.model.title} and its like` };
}

/** Of sorted values the ends, without the outermost tenth on either side where there are ten or more. */
function endsOf(sorted: readonly number[]): { least: number; middle: number; most: number } {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 1;
  const outside = sorted.length < 10 ? 0 : 0.1;
  return { least: at(outside), middle: at(0.5), most: at(1 - outside) };
}

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const figure = (value: number) => Number(value.toPrecision(3)).toLocaleString('en-US');

/** `1,020 to 1,480 tokens a second`, for each GPU where there are several kinds of counts. */
function sourceOf(runs: readonly PaceRecord[], of: string, gpuType: CatalogGpuType): string {
  const speeds = ascending(runs.map(({ tokens, seconds, gpuCount }) => tokens / seconds / gpuCount));
  const shares = ascending(runs.flatMap(({ utilisation }) => utilisation ?? []));
  const each = runs.some(({ gpuCount }) => gpuCount > 1) ? ' and GPU' : '';
  const used =
    shares.length === 0
      ? ''
      : `, ${figure(100 * (shares[0] ?? 0))} to ${figure(100 * (shares.at(-1) ?? 0))} % of the GPU’s peak`;
  return `measured here in ${runs.length} runs of ${of} on ${gpuType.title}: ${figure(speeds[0] ?? 0)} to ${figure(speeds.at(-1) ?? 0)} tokens a second${each}${used}`;
}

/**
 * The speed to plan with. Each run is compared with what would have been planned for its own tokens, steps and GPUs, so
 * that short and long rows, one GPU and eight, teach the same: how many times as long it takes here. `paces` are the
 * newest first.
 */
export function speedHere(run: Planned, paces: readonly PaceRecord[]): { speed: Speed; prior: Speed } {
  const prior = planned(run);
  const taught = teachers(run, paces);
  if (!taught) return { speed: prior, prior };
  const { least, middle, most } = endsOf(
    ascending(taught.runs.flatMap((pace) => slowness(pace, run.gpuType) ?? [])),
  );
  const { expected } = prior.tokensPerSecond;
  const tokensPerSecond: Range = {
    low: expected / Math.max(most, middle * LEAST_SPREAD),
    expected: expected / middle,
    high: expected / Math.min(least, middle / LEAST_SPREAD),
  };
  return {
    prior,
    speed: {
      ...prior,
      tokensPerSecond,
      secondsPerStep: prior.secondsPerStep * middle,
      source: sourceOf(taught.runs, taught.of, run.gpuType),
    },
  };
}
