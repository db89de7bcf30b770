import type { FailureChange, FailureClass } from '../../../../contracts/failures.ts';
import type { GpuType } from '../../../../contracts/catalog.ts';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';

/** What went wrong, in two or three words. */
export const CLASSES: Record<FailureClass, string> = {
  'gpu-out-of-memory': 'GPU memory ran out',
  'host-out-of-memory': 'memory of the machine ran out',
  'shared-memory': 'shared memory too small',
  'disk-full': 'disk full',
  'gpu-missing': 'no GPU found',
  'gpu-driver-too-old': 'GPU driver too old',
  'gpu-unsupported': 'GPU not supported',
  'gpu-assert': 'GPU refused a value',
  'gpu-fault': 'GPU fault',
  'gpu-communication': 'GPUs lost each other',
  'bitsandbytes-missing': 'bitsandbytes missing',
  'flash-attention-missing': 'FlashAttention missing',
  'module-missing': 'Python module missing',
  'method-unsupported': 'way of training not supported',
  'wrong-dtype': 'wrong number format',
  'weights-damaged': 'weights damaged',
  'weights-mismatch': 'weights don’t fit the model',
  'base-model-missing': 'base model missing',
  'chat-template-missing': 'no chat template',
  'chat-template-refused': 'chat template refused the rows',
  'dataset-changed': 'dataset changed',
  'dataset-unreadable': 'dataset can’t be read',
  'nothing-to-learn': 'nothing to learn from',
  'loss-not-finite': 'loss was no number',
  'hub-unauthorized': 'hub asked for a token',
  'hub-forbidden': 'hub refused access',
  'hub-gated': 'model behind a licence',
  'hub-not-found': 'not found on the hub',
  'hub-rate-limited': 'hub asked to slow down',
  network: 'network',
  'permission-denied': 'permission denied',
  preempted: 'machine taken back',
  'no-resources': 'no GPU free',
  'start-timeout': 'did not start in time',
  'worker-crashed': 'worker crashed',
  'worker-killed': 'worker killed',
  'worker-lost': 'worker lost',
  'stopped-by-cluster': 'stopped by the cluster',
  'cluster-refused': 'cluster refused the run',
  'cluster-unreachable': 'cluster not reachable',
  'platform-unreachable': 'platform not reachable',
  'upload-failed': 'upload failed',
  'checkpoint-missing': 'checkpoint missing',
  'cap-reached': 'cap reached',
  'time-limit': 'time limit reached',
  'model-incomplete': 'model incomplete',
  'export-broken': 'finished files broken',
  unknown: 'not recognised',
};

/** The changes that are offered with one click: what the diagnosis names, and the next GPU type with more memory. */
export function changesOf(
  job: Extract<TrainingJob, { status: 'failed' }>,
  gpuTypes: readonly GpuType[],
): FailureChange[] {
  const { diagnosis } = job.failure;
  if (!diagnosis) return [];
  const changes = diagnosis.change ? [diagnosis.change] : [];
  const larger = diagnosis.needsMoreGpuMemory ? nextLarger(job.gpuType, gpuTypes) : undefined;
  if (larger && diagnosis.change?.gpuType === undefined) {
    changes.push({ title: `Try again on ${larger.title}`, gpuType: larger.id });
  }
  return changes;
}

function nextLarger(gpuType: string, gpuTypes: readonly GpuType[]): GpuType | undefined {
  const own = gpuTypes.find((type) => type.id === gpuType);
  if (!own) return undefined;
  return gpuTypes
    .filter((type) => type.accelerator === own.accelerator && type.memoryBytes > own.memoryBytes)
    .toSorted((a, b) => a.memoryBytes - b.memoryBytes || a.usdMicrosPerHour - b.usdMicrosPerHour)[0];
}
