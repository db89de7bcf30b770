/** The manifest that a scripted trainer writes last: as the Python one's, of a training that never was. */
import type { ManifestFile, RunSpec } from '../../../contracts/run-spec.ts';
import type { TrainerScript } from './trainer-script.ts';

export interface Trained {
  attempt: number;
  createdAt: string;
  files: readonly ManifestFile[];
  step: number;
  script: TrainerScript;
  stopReason: string;
  /** Of other bytes than the run was given (fault 32). */
  datasetSha256?: string;
}

export function manifestOf({ spec }: RunSpec, trained: Trained): Record<string, unknown> {
  const { attempt, createdAt, files, step, script, stopReason } = trained;
  return {
    shape: 1,
    jobId: spec.jobId,
    attempt,
    createdAt,
    format: 'peft',
    baseModel: { id: spec.baseModel.id, revision: spec.baseModel.source.revision },
    files,
    training: {
      backend: 'peft_lora',
      steps: step,
      totalSteps: script.steps,
      keptStep: step,
      epochs: step / script.steps,
      trainingRows: 100,
      validationRows: 0,
      validationSource: 'none',
      trainedTokens: 1000,
      processedTokens: 4000,
      rowsCut: 0,
      rowsSkipped: 0,
      trainableParameters: 5000,
      seconds: (step * script.stepMs) / 1000,
      tokensPerSecond: 80,
      peakMemoryBytes: 1,
      stopReason,
      phases: {},
    },
    evaluation: null,
    samples: [],
    datasetSha256: trained.datasetSha256 ?? spec.dataset.data.sha256,
  };
}
