import { createHash } from 'node:crypto';
import type { AvailableModel } from '../../lambdas/models/model.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { chooseHyperparameters } from '../../lambdas/catalog/presets.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const file = (path: string, bytes: number) => ({
  path,
  bytes,
  sha256: sha256(path),
  compositeSha256: `${createHash('sha256').update(path).digest('base64')}-1`,
});

/** A whole model as the workflow stores it. */
export function modelRecord(owner: string, more: Partial<AvailableModel> = {}): AvailableModel {
  const jobId = 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z';
  return {
    shape: 1,
    owner,
    revision: 1,
    status: 'available',
    id: 'mdl_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
    name: 'Capitals',
    jobId,
    createdAt: '2026-11-23T15:00:00.000Z',
    updatedAt: '2026-11-23T15:00:00.000Z',
    format: 'peft',
    baseModel: { id: 'brightrun/tiny-base', revision: BASE_MODELS[0]!.source.revision },
    dataset: {
      id: 'ds_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
      name: 'Capitals',
      version: 1,
      sha256: sha256('data'),
    },
    preset: 'balanced',
    hyperparameters: chooseHyperparameters(BASE_MODELS[0]!, 'balanced', {}),
    gpuType: 'cpu-2',
    attempts: 1,
    verdict: 'unproven',
    evaluation: null,
    training: {
      backend: 'mlx_lora',
      steps: 144,
      totalSteps: 144,
      keptStep: 96,
      epochs: 3,
      trainingRows: 189,
      validationRows: 0,
      validationSource: 'none',
      trainedTokens: 9000,
      processedTokens: 22_680,
      rowsCut: 0,
      rowsSkipped: 0,
      trainableParameters: 149_504,
      seconds: 54,
      tokensPerSecond: 420,
      peakMemoryBytes: 400_000_000,
      stopReason: 'completed',
      phases: { training: 54 },
    },
    samples: [],
    files: [file('final/adapter_model.safetensors', 598_000), file('final/adapter_config.json', 640)],
    totalBytes: 598_640,
    costUsdMicros: 1334,
    prefix: `models/${owner}/${jobId}/attempt-1/`,
    versionIds: { 'final/adapter_model.safetensors': 'v-adapter', 'final/adapter_config.json': 'v-config' },
    ...more,
  };
}
