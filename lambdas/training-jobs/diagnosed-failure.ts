/** A failure with what the doctor reads from it. */
import type { Failure, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { diagnose } from '../failures/diagnose.ts';

export interface LastWords {
  logTail?: string | undefined;
  exitMessage?: string | undefined;
}

/** Without a log the line that came with the failure is read. One that has its diagnosis keeps it. */
export function diagnosed(job: TrainingJobRecord, failure: Failure, words: LastWords = {}): Failure {
  if (failure.diagnosis) return failure;
  const { batchSize, maxSequenceTokens, learningRate } = job.hyperparameters;
  const diagnosis = diagnose({
    code: failure.code,
    detail: failure.detail,
    logTail: words.logTail || failure.logLine,
    exitMessage: words.exitMessage,
    choices: { batchSize, maxSequenceTokens, learningRate },
  });
  return { ...failure, diagnosis };
}
