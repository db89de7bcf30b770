import { expect, test } from '@jest/globals';
import { outcomeOf } from '../../lambdas/datasets/dataset-outcomes.ts';

test('a notification counts warnings by kind, as the pages do', () => {
  const warning = (code: string, count: number, file = 'data') => ({
    code,
    severity: 'warning',
    count,
    file,
  });
  const record = {
    status: 'ready',
    owner: 'owner-a',
    datasetId: 'ds_1',
    version: 1,
    updatedAt: '2026-11-23T12:00:00.000Z',
    files: {},
    summary: {
      usableRows: 60,
      tokens: null,
      issues: [
        warning('duplicate-row', 29),
        warning('duplicate-row', 1, 'validation'),
        warning('few-rows', 1),
      ],
    },
  };
  expect(outcomeOf(record as never, 'pairs').body).toBe('60 rows. The check found 2 warnings.');
});
