import type { Estimate } from '../../contracts/costs.ts';
import type { TrainingJob } from '../../contracts/training-jobs.ts';
import { hyperparameters } from './balanced-hyperparameters.ts';

const ended = '2026-11-24T14:32:00.000Z';

/** A job as the API answers it: $40.00 may be spent; `more` says how it ended. */
export function endedJob<Status extends TrainingJob['status']>(
  status: Status,
  more: object,
): Extract<TrainingJob, { status: Status }> {
  const job = {
    id: 'job_01M84H2MQ0S1HM9ZFZ32W1BV6W',
    name: 'support-replies, balanced',
    dataset: {
      id: 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W',
      name: 'support-replies',
      version: 3,
      rows: 48_210,
      data: { key: 'k', versionId: 'v', sha256: 'a'.repeat(64), bytes: 1 },
    },
    baseModel: 'meta-llama/Llama-3.1-8B-Instruct',
    preset: 'balanced',
    hyperparameters,
    gpuType: 'h100',
    gpuCount: 1,
    usdMicrosPerHour: 7_200_000,
    pricedOn: '2026-11-01',
    capUsdMicros: 40_000_000,
    costUsdMicros: 23_200_000,
    estimate: {
      costUsdMicros: { low: 25_400_000, expected: 29_500_000, high: 35_900_000 },
      seconds: { low: 12_700, expected: 14_750, high: 17_950 },
      steps: 2460,
      totalTokens: 192_000_000,
    },
    attempts: [],
    createdAt: '2026-11-24T10:00:00.000Z',
    updatedAt: ended,
    endedAt: ended,
    status,
    ...more,
  };
  return job as unknown as Extract<TrainingJob, { status: Status }>;
}

/** At $7.20 an hour a second is $0.002: 14,400 s of training are $28.80, the 350 s around it $0.70. */
export const estimate: Estimate = {
  trainingRows: 45_800,
  validationRows: 2_410,
  tokensPerEpoch: 56_370_000,
  totalTokens: 192_000_000,
  steps: 2460,
  evaluations: 12,
  tokensPerSecond: { low: 11_000, expected: 11_900, high: 12_500 },
  speedSource: 'a formula',
  seconds: { low: 12_700, expected: 14_750, high: 17_950 },
  phases: [
    { phase: 'loading', seconds: { low: 150, expected: 200, high: 300 } },
    { phase: 'training', seconds: { low: 12_400, expected: 14_400, high: 17_450 } },
    { phase: 'publishing', seconds: { low: 150, expected: 150, high: 200 } },
  ],
  costUsdMicros: { low: 25_400_000, expected: 29_500_000, high: 35_900_000 },
  memory: {
    neededBytes: 41_300_000_000,
    availableBytes: 80_000_000_000,
    usableBytes: 72_000_000_000,
    fits: true,
    weightBytes: 16_100_000_000,
    adapterBytes: 800_000_000,
    batchBytes: 23_000_000_000,
    overheadBytes: 1_400_000_000,
    rowsAtOnce: 4,
    partsPerStep: 2,
    recomputes: true,
    sharded: false,
  },
  price: { usdMicrosPerHour: 7_200_000, gpuCount: 1, pricedOn: '2026-11-01', source: 'the operator' },
  minimumCapUsdMicros: 2_100_000,
  suggestedCapUsdMicros: 40_000_000,
  budget: {
    month: '2026-11',
    limitUsdMicros: 200_000_000,
    spentUsdMicros: 80_000_000,
    heldUsdMicros: 0,
    freeUsdMicros: 120_000_000,
  },
  hyperparameters,
  remarks: [],
};
