import { describe, expect, test } from '@jest/globals';
import type { OutboxRecord } from '../../contracts/training-jobs.ts';
import { queuedOutcome } from '../../lambdas/training-jobs/job-outcomes.ts';
import { outcomeRecord } from '../../lambdas/runtime/outbox.ts';
import { dispatchRow } from '../../lambdas/training-workflow/dispatch-outbox.ts';
import type { WorkflowExecutions } from '../../lambdas/training-workflow/outbox-store.ts';
import {
  restart,
  sweepUnfinished,
  type UnfinishedRow,
} from '../../lambdas/training-workflow/sweep-unfinished.ts';
import { at, JOB_ID, OWNER, queuedJob, START } from '../training-jobs/example-job.ts';

const startRow: OutboxRecord = {
  shape: 1,
  id: `${JOB_ID}:start`,
  kind: 'start-training-workflow',
  owner: OWNER,
  jobId: JOB_ID,
  createdAt: START,
};

function executions(states: Record<string, 'running' | 'ended'> = {}) {
  const started: { name: string; input: object }[] = [];
  const fake: WorkflowExecutions = {
    look: async (name) => states[name],
    start: async (name, input) => {
      // As Step Functions: a name that exists starts nothing.
      if (!(name in states)) started.push({ name, input });
      states[name] ??= 'running';
    },
  };
  return { fake, started };
}

describe('an outbox row', () => {
  function parts(publishFails = false) {
    const removed: string[] = [];
    const published: string[] = [];
    const { fake, started } = executions();
    return {
      removed,
      published,
      started,
      dispatch: {
        outbox: { remove: async (id: string) => void removed.push(id) },
        executions: fake,
        outcomes: {
          publish: async (_: unknown, key: string) => {
            if (publishFails) throw new Error('throttled');
            published.push(key);
          },
        },
      },
    };
  }

  test('that came twice starts one execution, named as the job and told ids alone', async () => {
    const { dispatch, started } = parts();
    await dispatchRow(dispatch, startRow);
    await dispatchRow(dispatch, startRow);
    expect(started).toEqual([{ name: JOB_ID, input: { owner: OWNER, jobId: JOB_ID } }]);
  });

  test('goes only when what it asks for is done', async () => {
    const row = outcomeRecord(queuedOutcome(queuedJob()));
    const good = parts();
    await dispatchRow(good.dispatch, row);
    expect([good.published, good.removed]).toEqual([[`${JOB_ID}:queued`], [row.id]]);
    const bad = parts(true);
    await expect(dispatchRow(bad.dispatch, row)).rejects.toThrow('throttled');
    expect(bad.removed).toEqual([]);
  });
});

describe('the sweeper', () => {
  const job = { owner: OWNER, jobId: JOB_ID };
  test('leaves a job alone whose workflow runs', async () => {
    const { fake, started } = executions({ [JOB_ID]: 'ended', [`${JOB_ID}-generation-1`]: 'running' });
    expect(await restart(fake, job)).toBe(false);
    expect(started).toEqual([]);
  });
  test('starts the first execution as the dispatcher would have', async () => {
    const { fake, started } = executions();
    expect(await restart(fake, job)).toBe(true);
    expect(started).toEqual([{ name: JOB_ID, input: job }]);
  });
  test('starts the next one under a name of its own when the last has ended', async () => {
    const { fake, started } = executions({ [JOB_ID]: 'ended' });
    await restart(fake, job);
    expect(started).toEqual([{ name: `${JOB_ID}-generation-1`, input: { ...job, generation: 1 } }]);
  });
  test('repairs the others although one cannot be repaired', async () => {
    const rows: UnfinishedRow[] = [
      { kind: 'dataset-version', owner: OWNER, datasetId: 'ds_1', version: 1 },
      { kind: 'job', ...job },
      { kind: 'dataset', owner: OWNER, id: 'ds_2' },
    ];
    const { fake, started } = executions();
    const dispatched: string[] = [];
    const failures: string[] = [];
    const deleted: string[] = [];
    const swept = await sweepUnfinished(
      {
        unfinished: { due: async () => rows },
        outbox: { waiting: async () => [startRow] },
        executions: fake,
        dispatch: async (row) => void dispatched.push(row.id),
        repairVersion: () => Promise.reject(new Error('throttled')),
        repairDeletion: async ({ id }) => void deleted.push(id),
        failed: (what) => void failures.push(what),
      },
      at(600),
    );
    expect(swept).toEqual({ found: 4, repaired: 3 });
    expect(dispatched).toEqual([startRow.id]);
    expect(started).toHaveLength(1);
    expect(deleted).toEqual(['ds_2']);
    expect(failures).toEqual(['version 1 of ds_1']);
  });
});
