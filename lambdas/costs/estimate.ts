/** What a run would take in time, memory and money; pure, and far below 5 ms (design.md §10). */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { Budget, Estimate } from '../../contracts/costs.ts';
import { LIMITS } from '../../contracts/limits.ts';
import type { ModelFormat } from '../../contracts/model-format.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';
import { assertGpuCount, machinesOf } from '../catalog/machines.ts';
import { assertFormatKnown, assertProofFits } from '../catalog/published-formats.ts';
import { assertMethodKnown } from '../catalog/training-methods.ts';
import { blockBytesOf, memoryOf, trainableParameters } from './memory.ts';
import { costOf, roundUpToTwoDigits } from './money.ts';
import { exportSeconds, publishedBytes, storageRemark } from './publication.ts';
import { type CheckedData, LEAST_VALIDATION_ROWS, rowLengths, type RunSize, sizeOfRun } from './run-size.ts';
import { speedHere } from './measured-pace.ts';
import { exchanging, type Range, sharedOut, type Speed } from './speed.ts';

export interface RunToEstimate {
  data: CheckedData;
  baseModel: CatalogBaseModel;
  gpuType: CatalogGpuType;
  gpuCount: number;
  /** Already chosen: `chooseHyperparameters`. */
  hyperparameters: Hyperparameters;
  /** The adapter where nothing else is wanted. */
  modelFormat?: ModelFormat | undefined;
  /** Finished runs of this installation, the newest first: of this family of base models, on this GPU type. */
  paces?: readonly PaceRecord[] | undefined;
}

/** Everything of an estimate that needs no reading; the entry adds the budget. */
export type RunEstimate = Omit<Estimate, 'budget'> & {
  /** What landing takes at the slow end; a run that has measured it says better (docs/decisions/0018). */
  landingSeconds: number;
};

/** How many held-out prompts are answered before and after, and how long an answer may get. */
export const SAMPLES = { prompts: 6, maxTokens: 96 } as const;

/** A forward pass alone is half of what a trained token costs. */
const EVALUATION_SHARE = 0.5;
/** Rows that go through an evaluation together (trainer: row_losses). */
const EVALUATION_ROWS = 16;
/**
 * Canaries (38 questions of four choices, about 34 tokens each) and up to 32 training rows go through the base and the
 * tuned model once each, the frozen prompts with their answers twice (trainer: canaries.py, memorisation.py, proof.py).
 */
const CHECKS = { canaryRows: 152, canaryTokens: 5200, trainingRows: 32, trainingTokens: 32_768 } as const;
const PROOF_PASSES = 2;
/** Uploads to S3 from the cluster, bytes a second, and the calls around them in seconds. */
const UPLOAD_BYTES_PER_SECOND: Range = { low: 1e7, expected: 5e7, high: 2e8 };
const PUBLISH_CALLS_SECONDS: Range = { low: 1, expected: 2, high: 8 };
/** Libraries and tokenizer, before the weights: 3.5 s were measured (trainer/EXPERIMENTS.md). */
const LOAD_LIBRARIES_SECONDS: Range = { low: 1, expected: 3.5, high: 15 };
/** Adapter, its best state and AdamW's two moments, all in float32. */
const CHECKPOINT_BYTES_PER_PARAMETER = 16;
/** Ending, and being seen to land before the cluster is asked to stop the run (trainer: landing.py, LAST_SECONDS). */
const LANDING_LAST_SECONDS = 25;
/** Under about 100 steps an adapter has hardly moved (facts.md §5). */
const FEW_STEPS = 100;
/** The suggested cap leaves a fifth above the high end: a run should end by itself, not at its cap. */
const CAP_MARGIN = 1.2;

const add = (a: Range, b: Range): Range => ({
  low: a.low + b.low,
  expected: a.expected + b.expected,
  high: a.high + b.high,
});
const times = (a: Range, factor: number): Range => ({
  low: a.low * factor,
  expected: a.expected * factor,
  high: a.high * factor,
});
const slower = (a: Range, b: Range): Range => (a.high >= b.high ? a : b);
const fixed = (seconds: number): Range => ({ low: seconds, expected: seconds, high: seconds });
/** Seconds for an amount at a speed: the low end comes from the high speed. */
const at = (amount: number, speed: Range): Range => ({
  low: amount / speed.high,
  expected: amount / speed.expected,
  high: amount / speed.low,
});

type Phases = Record<Estimate['phases'][number]['phase'], Range>;

function phasesOf(
  run: RunToEstimate,
  size: RunSize,
  speed: Speed,
  partsPerStep: number,
): { phases: Phases; landing: Range; oneStep: Range } {
  const { baseModel, gpuType, gpuCount, hyperparameters: chosen, modelFormat = 'peft' } = run;
  const { low, high } = size.tokenUncertainty;
  /** Rows that the GPUs measure together, all of them in as many passes through a base model that they share out. */
  const measuring = (rows: number) =>
    fixed(Math.ceil(rows / (EVALUATION_ROWS * gpuCount)) * speed.secondsPerPass);
  const widened = ({ low: from, expected, high: to }: Range): Range => ({
    low: from * low,
    expected,
    high: to * high,
  });
  const evaluation = [
    widened(times(at(size.validationTokens, speed.tokensPerSecond), EVALUATION_SHARE)),
    fixed(Math.ceil(size.validationRows / EVALUATION_ROWS) * speed.secondsPerStep * EVALUATION_SHARE),
    measuring(size.validationRows),
  ].reduce(add);
  const prompts = size.validationRows === 0 ? 0 : Math.min(SAMPLES.prompts, size.validationRows);
  const checkedRows = Math.min(CHECKS.trainingRows, size.trainingRows) + PROOF_PASSES * prompts;
  const checkedTokens = Math.min(
    CHECKS.trainingTokens,
    (checkedRows * size.tokensPerEpoch) / Math.max(1, size.trainingRows),
  );
  const checks = [
    widened(times(at(CHECKS.canaryTokens + checkedTokens, speed.tokensPerSecond), EVALUATION_SHARE)),
    fixed(
      Math.ceil((CHECKS.canaryRows + checkedRows) / EVALUATION_ROWS) *
        speed.secondsPerStep *
        EVALUATION_SHARE,
    ),
    measuring(CHECKS.canaryRows),
    measuring(checkedRows),
    fixed(PROOF_PASSES * prompts * speed.secondsPerPass),
  ].reduce(add);
  // Of pairs the base model is measured on every row before the first step (trainer: preferences.py).
  const reference =
    run.data.summary.format === 'preference'
      ? add(
          widened(times(at(size.tokensPerEpoch, speed.tokensPerSecond), EVALUATION_SHARE)),
          measuring(2 * size.trainingRows),
        )
      : fixed(0);
  const generated = prompts * SAMPLES.maxTokens * speed.secondsPerGeneratedToken;
  // Answers end by themselves, as a rule at a third of what they may take.
  const answers: Range = { low: generated * 0.1, expected: generated / 3, high: generated };
  const steps = add(
    widened(at(chosen.epochs * size.tokensPerEpoch, speed.tokensPerSecond)),
    // Each part of a step goes there and back.
    times(
      { low: 0.7, expected: 1, high: 1.5 },
      size.steps * (speed.secondsPerStep + 2 * partsPerStep * speed.secondsPerPass),
    ),
  );
  const training = add(steps, times(evaluation, size.evaluations));
  // Stopping early is possible once patience has run out after the first evaluation.
  const patience = chosen.earlyStoppingPatience;
  const stopsAt =
    patience === 0 || size.evaluations === 0 ? 1 : Math.min(1, (patience + 1) / size.evaluations);
  const parameters = trainableParameters(baseModel, chosen);
  const checkpoint = add(
    PUBLISH_CALLS_SECONDS,
    at(parameters * CHECKPOINT_BYTES_PER_PARAMETER, UPLOAD_BYTES_PER_SECOND),
  );
  const publishing = [
    PUBLISH_CALLS_SECONDS,
    exportSeconds(modelFormat, baseModel),
    at(publishedBytes(modelFormat, baseModel, parameters), UPLOAD_BYTES_PER_SECOND),
  ].reduce(add);
  // In the trainer's own order: an evaluation that is just due, a checkpoint under way and one of this very step, the
  // choice of the best adapter, the tuned model's evaluation and answers, and the upload (trainer: landing.py).
  const landing = [
    times(evaluation, 3),
    answers,
    checks,
    times(checkpoint, 2),
    publishing,
    fixed(LANDING_LAST_SECONDS),
  ].reduce(add);
  return {
    phases: {
      starting: gpuType.startSeconds,
      loading: add(LOAD_LIBRARIES_SECONDS, at(baseModel.weightBytes, gpuType.loadBytesPerSecond)),
      'evaluating-base': [reference, evaluation, answers, checks].reduce(add),
      training: { ...training, low: training.low * stopsAt },
      'evaluating-tuned': [evaluation, answers, checks].reduce(add),
      publishing,
    },
    landing,
    oneStep: times(steps, 1 / Math.max(1, size.steps)),
  };
}

/**
 * Estimates a run. More rows, tokens, epochs or evaluations never cost less, except where steps fall so that one
 * measurement less is made. Throws `invalid-request` for a way of training that this GPU type's trainer does not know, or a
 * format that this base model cannot be had in.
 */
export function estimateRun(run: RunToEstimate): RunEstimate {
  const { baseModel, gpuType, gpuCount, hyperparameters, modelFormat = 'peft' } = run;
  assertGpuCount(gpuType, gpuCount);
  assertMethodKnown(gpuType, hyperparameters);
  assertFormatKnown(baseModel, modelFormat);
  assertProofFits(baseModel, gpuType, hyperparameters, modelFormat);
  const size = sizeOfRun(run.data, baseModel, hyperparameters);
  const { machines, gpusEach } = machinesOf(gpuType, gpuCount);
  const lengths = rowLengths(run.data, baseModel, hyperparameters);
  const memory = memoryOf(baseModel, gpuType, gpuCount, hyperparameters, lengths);
  const isOfPairs = run.data.summary.format === 'preference';
  // A GPU without a row of the batch waits for the others.
  const busy = Math.min(gpuCount, hyperparameters.batchSize);
  const here = speedHere(
    { model: baseModel, gpuType, gpuCount: busy, hyperparameters, isOfPairs },
    run.paces ?? [],
  );
  const over = (one: Speed) => {
    const speed = exchanging(one, trainableParameters(baseModel, hyperparameters), machines);
    return memory.sharded ? sharedOut(speed, blockBytesOf(baseModel), gpusEach) : speed;
  };
  const speed = over(here.speed);
  const { phases, landing: plannedLanding, oneStep } = phasesOf(run, size, speed, memory.partsPerStep);
  // A run that has to land has one try: what was measured here may lengthen the time kept for that, never shorten it.
  const priorLanding = phasesOf(run, size, over(here.prior), memory.partsPerStep).landing;
  const landing = slower(plannedLanding, priorLanding);
  const seconds = Object.values(phases).reduce(add);
  const cost = (value: number) => costOf(value, gpuType.usdMicrosPerHour, gpuCount);
  const costUsdMicros = {
    low: cost(seconds.low),
    expected: cost(seconds.expected),
    high: cost(seconds.high),
  };
  // The least a usable model costs, at the slow end: a step, and the landing with its checkpoint. Less than this would
  // buy nothing at all (design.md §6).
  const least = [phases.starting, phases.loading, phases['evaluating-base'], oneStep, landing];
  const minimumCapUsdMicros = Math.max(1, cost(least.reduce(add).high));
  const tokensPerStep = size.steps === 0 ? 0 : (hyperparameters.epochs * size.tokensPerEpoch) / size.steps;
  return {
    trainingRows: size.trainingRows,
    validationRows: size.validationRows,
    tokensPerEpoch: size.tokensPerEpoch,
    totalTokens: size.totalTokens,
    steps: size.steps,
    evaluations: size.evaluations,
    tokensPerSecond: paceOf(speed, tokensPerStep, memory.partsPerStep),
    speedSource: speed.source,
    seconds,
    phases: Object.entries(phases).map(([phase, range]) => ({
      phase: phase as keyof Phases,
      seconds: range,
    })),
    costUsdMicros,
    memory,
    price: {
      usdMicrosPerHour: gpuType.usdMicrosPerHour,
      gpuCount,
      pricedOn: gpuType.pricedOn,
      source: gpuType.priceSource,
    },
    minimumCapUsdMicros,
    landingSeconds: Math.ceil(landing.high),
    suggestedCapUsdMicros: Math.min(
      largestCap(gpuType, gpuCount),
      roundUpToTwoDigits(Math.max(minimumCapUsdMicros, costUsdMicros.high) * CAP_MARGIN),
    ),
    hyperparameters,
    remarks: remarksOf(run, size, speed, memory),
  };
}

/** The estimate beside what is free this month: a cap above it would be refused. */
export function withBudget(estimate: RunEstimate, budget: Budget): Estimate {
  const isShort = budget.freeUsdMicros < estimate.minimumCapUsdMicros;
  return {
    ...estimate,
    budget,
    remarks: isShort
      ? [...estimate.remarks, 'What is free in your budget of this month cannot pay for this run.']
      : estimate.remarks,
  };
}

/** More than this cannot be spent: a run ends at 14 days. */
export function largestCap(gpuType: CatalogGpuType, gpuCount: number): number {
  return costOf(LIMITS.jobDays * 86_400, gpuType.usdMicrosPerHour, gpuCount);
}

/** Tokens a second as the monitor will show them: a step's fixed part is in them. */
function paceOf(speed: Speed, tokensPerStep: number, partsPerStep: number): Range {
  if (tokensPerStep === 0) return speed.tokensPerSecond;
  const fixedSeconds = speed.secondsPerStep + 2 * partsPerStep * speed.secondsPerPass;
  const pace = (tokensPerSecond: number, overhead: number) =>
    tokensPerStep / (tokensPerStep / tokensPerSecond + overhead * fixedSeconds);
  return {
    low: pace(speed.tokensPerSecond.low, 1.5),
    expected: pace(speed.tokensPerSecond.expected, 1),
    high: pace(speed.tokensPerSecond.high, 0.7),
  };
}

function remarksOf(run: RunToEstimate, size: RunSize, speed: Speed, memory: Estimate['memory']): string[] {
  const { baseModel, gpuType, gpuCount, hyperparameters: chosen, modelFormat = 'peft' } = run;
  const remarks: string[] = [];
  const count = (value: number) => value.toLocaleString('en-US');
  if (!memory.fits) {
    const several = gpuCount > 1 ? `${gpuCount} of ` : '';
    const shared = memory.sharded ? ', also where they share out the base model' : '';
    remarks.push(
      `The run does not fit into ${several}${gpuType.title}${shared}. Take 4-bit weights, shorter rows, more or larger GPUs or a smaller base model.`,
    );
  }
  if (memory.fits && memory.sharded) {
    remarks.push(
      `The base model exceeds one GPU: the ${machinesOf(gpuType, gpuCount).gpusEach} of a machine share it out and send each other what they need. 4-bit weights would need fewer GPUs and send nothing.`,
    );
  }
  if (chosen.batchSize < gpuCount) {
    remarks.push(
      `A batch of ${count(chosen.batchSize)} rows keeps ${count(chosen.batchSize)} of ${count(gpuCount)} GPUs busy, and all are paid for. Take fewer GPUs or a larger batch.`,
    );
  }
  if (machinesOf(gpuType, gpuCount).machines > 1) {
    remarks.push(
      'Runs over several machines were not measured yet: the time assumes an ordinary network between them.',
    );
  }
  if (size.steps < FEW_STEPS) {
    remarks.push(
      `${count(size.steps)} steps are few: below about 100 a model hardly changes. More epochs or a smaller batch give more.`,
    );
  }
  if (size.validationRows < LEAST_VALIDATION_ROWS) {
    remarks.push(
      `With ${count(size.validationRows)} held-out rows no gain can be proven; ${LEAST_VALIDATION_ROWS} are the least.`,
    );
  }
  if (size.rowsCut > 0) {
    remarks.push(
      `About ${count(size.rowsCut)} rows are longer than ${count(chosen.maxSequenceTokens)} tokens and are cut there.`,
    );
  }
  if (size.tokenUncertainty.high > 1.1) {
    remarks.push(
      'The tokens were estimated, not counted with this base model’s tokenizer: time and cost may be off by 40 %.',
    );
  }
  if (speed.source.startsWith('a formula')) {
    remarks.push('No run of this base model on this GPU type was measured yet: the range is wide.');
  }
  const parameters = trainableParameters(baseModel, chosen);
  const storage = storageRemark(modelFormat, publishedBytes(modelFormat, baseModel, parameters));
  if (storage) remarks.push(storage);
  return remarks;
}
