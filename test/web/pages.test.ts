import { describe, expect, test } from '@jest/globals';
import type { TrainingJob } from '../../contracts/training-jobs.ts';
import { matching } from '../../web/src/app/jump-places.ts';
import { readAuthSearch, readDatasetSearch } from '../../web/src/app/searches.ts';
import { budgetProblem } from '../../web/src/features/account/budget-form.tsx';
import { attentionOf } from '../../web/src/features/dashboard/attention-words.ts';
import { jobsSentence } from '../../web/src/features/dashboard/dashboard-words.ts';
import { runningTotals } from '../../web/src/features/dashboard/month-spend.tsx';
import { readConfig } from '../../web/src/lib/config.ts';

describe('an address', () => {
  test.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
    'never leads to %p after signing in',
    (next) => {
      expect(readAuthSearch({ next })).toEqual({});
    },
  );

  test('leads back to a page of ours', () => {
    expect(readAuthSearch({ next: '/datasets?upload=true' })).toEqual({ next: '/datasets?upload=true' });
  });

  test('with a version that is no number shows the newest', () => {
    expect(readDatasetSearch({ version: 'x' })).toEqual({});
    expect(readDatasetSearch({ version: '3' })).toEqual({ version: 3 });
  });
});

test('a description of the installation that lacks a field is refused by name', () => {
  expect(() => readConfig({ userPoolId: 'p', userPoolClientId: 'c', region: 'r', stage: 's' })).toThrow(
    'config.json lacks apiBase.',
  );
});

test('what runs is said in a sentence', () => {
  expect(jobsSentence([])).toBe('Nothing is training.');
  expect(jobsSentence(['running'])).toBe('One job is training.');
  expect(jobsSentence(['running', 'publishing', 'queued'])).toBe(
    'Two jobs are training and one waits for a GPU.',
  );
  expect(jobsSentence(['queued', 'submitting'])).toBe('Two jobs wait for a GPU.');
});

test('a budget above what an admin allows is refused with that figure', () => {
  expect(budgetProblem('1000.01', 1_000_000_000)).toBe('At most $1,000.00: only an admin can allow more.');
  expect(budgetProblem('1000', 1_000_000_000)).toBeUndefined();
  expect(budgetProblem('a lot', 1_000_000_000)).toBe('Enter an amount such as 40.00.');
});

test('the staircase of a month holds every day up to today, and only its own month', () => {
  const totals = runningTotals(
    [
      { day: '2026-11-02', costUsdMicros: 5 },
      { day: '2026-10-31', costUsdMicros: 100 },
      { day: '2026-11-04', costUsdMicros: 7 },
    ],
    '2026-11-04',
  );
  expect(totals.map(({ total }) => total)).toEqual([0, 5, 5, 12]);
});

describe('what needs attention', () => {
  const now = new Date('2026-11-23T12:00:00Z');
  const failed = (id: string, endedAt: string, more: object = {}) =>
    ({
      id,
      name: id,
      status: 'failed',
      endedAt,
      costUsdMicros: 6_120_000,
      failure: { code: 'loss-not-finite', title: 'The loss became infinite', detail: 'At step 112' },
      ...more,
    }) as unknown as TrainingJob;
  const of = (jobs: TrainingJob[]) => attentionOf({ jobs, datasets: [], models: [], now });

  test('is a failed job, with what it cost', () => {
    expect(of([failed('a', '2026-11-23T11:00:00Z')])).toMatchObject([
      { title: 'a failed', sentence: 'The loss became infinite. At step 112. $6.12 was spent.' },
    ]);
  });

  test('is a dataset that cannot be used, with the reason; lines are spoken of where there are some', () => {
    const of = (issues: object[], usableRows: number) =>
      attentionOf({
        jobs: [],
        models: [],
        now,
        datasets: [
          {
            dataset: { id: 'ds_1', name: 'pairs', status: 'active' },
            version: {
              version: 2,
              status: 'rejected',
              updatedAt: '2026-11-23T11:00:00Z',
              files: { data: { bytes: 886 } },
              summary: { issues, rows: 7, usableRows, validationRows: 0, checkMilliseconds: 900 },
            },
          },
        ] as never,
      }).map(({ title, action }) => [title.replaceAll('\u00a0', ' '), action]);
    const short = { code: 'too-few-rows', severity: 'error', count: 1, rows: 0 };
    const broken = { code: 'not-json', severity: 'error', count: 2, rows: 2 };
    expect(of([short], 7)).toEqual([
      ['pairs v2 can’t be used yet: there are too few usable rows', 'See the problem'],
    ]);
    expect(of([short, broken], 5)).toEqual([
      ['pairs v2 can’t be used yet, 3 errors of 2 kinds', 'See the 2 lines'],
    ]);
  });

  test('is not a job that was tried again, nor one that was left for a week', () => {
    const again = { id: 'b', status: 'running', retryOf: 'a' } as unknown as TrainingJob;
    expect(of([failed('a', '2026-11-23T11:00:00Z'), again])).toEqual([]);
    expect(of([failed('a', '2026-11-15T11:00:00Z')])).toEqual([]);
  });
});

describe('jumping', () => {
  const found = {
    datasets: [{ id: 'ds_1', name: 'support-replies' }],
    jobs: [{ id: 'job_1', name: 'support-replies, balanced' }],
    models: [{ id: 'mdl_1', name: 'tone-rewrite, jobs' }],
  };
  const labels = (typed: string) => matching(typed, found).map(({ kind, label }) => `${kind} ${label}`);

  test('finds every typed word, in any order', () => {
    expect(labels('balanced supp')).toEqual(['job support-replies, balanced']);
    expect(labels('nothing of the kind')).toEqual([]);
  });

  test('shows first what begins with what was typed', () => {
    expect(labels('jobs')).toEqual(['page Jobs', 'model tone-rewrite, jobs']);
    expect(labels('')[0]).toBe('page Dashboard');
  });
});
