/** Why a run or job can fail: the closed list the trainer, the workflow and the pages share. */
import * as z from 'zod';

export const FAILURES = {
  'dataset-checksum-mismatch': 'The bytes that arrived are not the bytes that were checked.',
  'dataset-unreadable': 'The dataset could not be read as the format that was found.',
  'base-model-not-found': 'The base model is not where it should be.',
  'base-model-invalid': 'The base model’s files are damaged or not safetensors.',
  'chat-template-missing': 'The tokenizer has no chat template.',
  'no-trainable-tokens': 'No row has an answer that fits into the context.',
  'method-unsupported': 'The cluster’s trainer cannot train in this way.',
  'gpus-missing': 'The run saw fewer GPUs than the job pays for.',
  'out-of-memory': 'The GPU’s memory was not enough.',
  'loss-not-finite': 'The loss became infinite or not a number.',
  'disk-full': 'The disk of the cluster node is full.',
  'api-unreachable': 'The trainer could not reach the API.',
  'upload-failed': 'A file of the model could not be stored.',
  'stopped-by-cluster': 'The cluster stopped the run.',
  'start-timeout': 'The cluster did not start the run in time.',
  'cluster-refused': 'The cluster refused the request: its key is wrong or missing.',
  'cluster-unreachable': 'The cluster did not answer for too long.',
  'checkpoint-missing': 'The checkpoint to go on from is not there any more, or does not fit.',
  'attempts-spent': 'The run was lost too often, or made no progress between attempts.',
  'cap-reached': 'The cap was reached before a model could be published.',
  'time-limit': 'The run reached 14 days.',
  'export-failed': 'A published file does not load, or does not answer as the trained model does.',
  'manifest-invalid': 'What the run published is incomplete or differs from its checksums.',
  'trainer-crashed': 'The trainer ended without saying why.',
  'platform-fault': 'Something of ours failed.',
} as const;

export type FailureCode = keyof typeof FAILURES;
const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];
export const FailureCode = z.enum(FAILURE_CODES);

/** What went wrong, as the failure doctor reads it from the log: finer than the code, closed, and only ever added to. */
export const FailureClass = z.enum([
  'gpu-out-of-memory',
  'host-out-of-memory',
  'shared-memory',
  'disk-full',
  'gpu-missing',
  'gpu-driver-too-old',
  'gpu-unsupported',
  'gpu-assert',
  'gpu-fault',
  'gpu-communication',
  'bitsandbytes-missing',
  'flash-attention-missing',
  'module-missing',
  'method-unsupported',
  'wrong-dtype',
  'weights-damaged',
  'weights-mismatch',
  'base-model-missing',
  'chat-template-missing',
  'chat-template-refused',
  'dataset-changed',
  'dataset-unreadable',
  'nothing-to-learn',
  'loss-not-finite',
  'hub-unauthorized',
  'hub-forbidden',
  'hub-gated',
  'hub-not-found',
  'hub-rate-limited',
  'network',
  'permission-denied',
  'preempted',
  'no-resources',
  'start-timeout',
  'worker-crashed',
  'worker-killed',
  'worker-lost',
  'stopped-by-cluster',
  'cluster-refused',
  'cluster-unreachable',
  'platform-unreachable',
  'upload-failed',
  'checkpoint-missing',
  'cap-reached',
  'time-limit',
  'model-incomplete',
  'export-broken',
  'unknown',
]);
export type FailureClass = z.infer<typeof FailureClass>;

/** What may be changed with one click: the body of `retryTrainingJob`, and the button's words. */
export const FailureChange = z.object({
  title: z.string(),
  hyperparameters: z
    .object({
      batchSize: z.int().positive().optional(),
      maxSequenceTokens: z.int().positive().optional(),
      learningRate: z.number().positive().optional(),
    })
    .optional(),
  gpuType: z.string().optional(),
});
export type FailureChange = z.infer<typeof FailureChange>;

export const Diagnosis = z.object({
  class: FailureClass,
  /** The line that proves it, or the likeliest one where the class is unknown; absent where nobody said anything. */
  evidence: z.string().max(500).optional(),
  /** The cause in plain words. */
  cause: z.string(),
  /** What to do, the likeliest first. */
  advice: z.array(z.string()),
  /** Only where the same job with other choices may well succeed. */
  change: FailureChange.optional(),
  /** A GPU with more memory would help: the page offers the next larger one that this installation has. */
  needsMoreGpuMemory: z.boolean().optional(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
