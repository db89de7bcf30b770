import { describe, expect, test } from '@jest/globals';
import { DATASET_VERSION_MOVES } from '../../contracts/dataset-versions.ts';
import { isTerminal, TRAINING_JOB_MOVES, type TrainingJobStatus } from '../../contracts/training-jobs.ts';

const reachable = (moves: Record<string, readonly string[]>, from: string): Set<string> => {
  const seen = new Set([from]);
  for (const status of seen) for (const next of moves[status] ?? []) seen.add(next);
  return seen;
};

describe('the states of a record', () => {
  test('a job reaches every state from queued, and each non-terminal one can fail and be cancelled', () => {
    expect(reachable(TRAINING_JOB_MOVES, 'queued')).toEqual(new Set(Object.keys(TRAINING_JOB_MOVES)));
    for (const [status, moves] of Object.entries(TRAINING_JOB_MOVES)) {
      if (isTerminal(status as TrainingJobStatus)) continue;
      expect(moves).toEqual(expect.arrayContaining(['failed', 'cancelled']));
    }
  });

  test('succeeded, failed and cancelled are final', () => {
    const terminal = Object.keys(TRAINING_JOB_MOVES).filter((status) =>
      isTerminal(status as TrainingJobStatus),
    );
    expect(terminal.sort()).toEqual(['cancelled', 'failed', 'succeeded']);
  });

  test('a dataset version reaches every state from uploading', () => {
    expect(reachable(DATASET_VERSION_MOVES, 'uploading')).toEqual(
      new Set(Object.keys(DATASET_VERSION_MOVES)),
    );
  });
});
