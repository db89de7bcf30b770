/** Why a run or job can fail: the closed list the trainer, the workflow and the pages share. */
import * as z from 'zod';

export const FAILURES = {
  'dataset-checksum-mismatch': 'The bytes that arrived are not the bytes that were checked.',
  'dataset-unreadable': 'The dataset could not be read as the format that was found.',
  'base-model-not-found': 'The base model is not where it should be.',
  'base-model-invalid': 'The base model’s files are damaged or not safetensors.',
  'chat-template-missing': 'The tokenizer has no chat template.',
  'no-trainable-tokens': 'No row has an answer that fits into the context.',
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
  'manifest-invalid': 'What the run published is incomplete or differs from its checksums.',
  'trainer-crashed': 'The trainer ended without saying why.',
  'platform-fault': 'Something of ours failed.',
} as const;

export type FailureCode = keyof typeof FAILURES;
const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]];
export const FailureCode = z.enum(FAILURE_CODES);
