/** What the Python trainer reads of the contract: schemas, lists and limits as one JSON file. */
import { FAILURES } from './failures.ts';
import { LIMITS } from './limits.ts';
import { RunPhase } from './progress.ts';
import { CheckpointManifest, FurtherMachines, ModelManifest, RunSpec } from './run-spec.ts';
import { jsonSchema } from './openapi.ts';
import { runOperations } from './runs.ts';

/** `trainer/brightrun_trainer/contract.json`; a test keeps it fresh. */
export function trainerContract(): Record<string, unknown> {
  return {
    phases: RunPhase.options,
    failures: FAILURES,
    limits: {
      pointsPerBatch: LIMITS.pointsPerBatch,
      logTailBytes: LIMITS.logTailBytes,
      modelFileBytes: LIMITS.modelFileBytes,
    },
    operations: Object.fromEntries(
      runOperations.map((operation) => [
        operation.id,
        {
          method: operation.method,
          path: operation.path,
          caller: operation.caller,
          body: jsonSchema(operation.body, 'input'),
          response: jsonSchema(operation.success.body, 'output'),
        },
      ]),
    ),
    schemas: {
      RunSpec: jsonSchema(RunSpec, 'output'),
      ModelManifest: jsonSchema(ModelManifest, 'output'),
      CheckpointManifest: jsonSchema(CheckpointManifest, 'output'),
      FurtherMachines: jsonSchema(FurtherMachines, 'output'),
    },
  };
}
