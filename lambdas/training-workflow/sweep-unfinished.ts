/** Finds accepted work that nobody is doing, and sees that somebody does it (I2). Doing it twice is harmless. */
import type { OutboxRecord } from '../../contracts/training-jobs.ts';
import type { OutboxStore, UnfinishedIndex, WorkflowExecutions } from './outbox-store.ts';

/** A row of the index of unfinished work, as far as it says what must be done. */
export type UnfinishedRow =
  | { kind: 'job'; owner: string; jobId: string }
  | { kind: 'dataset-version'; owner: string; datasetId: string; version: number }
  | { kind: 'dataset'; owner: string; id: string };

export interface Sweep {
  unfinished: UnfinishedIndex;
  outbox: Pick<OutboxStore, 'waiting'>;
  executions: WorkflowExecutions;
  dispatch: (row: OutboxRecord) => Promise<void>;
  repairVersion: (
    version: { owner: string; datasetId: string; version: number },
    now: Date,
  ) => Promise<unknown>;
  repairDeletion: (dataset: { owner: string; id: string }) => Promise<unknown>;
  /** One thing that could not be repaired does not keep the others waiting. */
  failed: (what: string, error: unknown) => void;
}

/** The stream brings a row within a second; one that is a minute old was missed. */
const OUTBOX_PATIENCE_MS = 60_000;
/** A workflow hands over every few weeks at most; so many executions of one job are a fault that repeats itself. */
const GENERATIONS = 50;

/** As the state machine itself names its successors when it hands over (lib/training-workflow.ts). */
const executionName = (jobId: string, generation: number): string =>
  generation === 0 ? jobId : `${jobId}-generation-${generation}`;

/** Starts the job's next execution, unless one is running. True when it did. */
export async function restart(
  executions: WorkflowExecutions,
  { owner, jobId }: { owner: string; jobId: string },
): Promise<boolean> {
  for (let generation = 0; generation < GENERATIONS; generation += 1) {
    const name = executionName(jobId, generation);
    const state = await executions.look(name);
    if (state === 'running') return false;
    if (state === 'ended') continue;
    // The first one carries ids alone, as the dispatcher starts it: whoever is second has started nothing.
    await executions.start(name, generation === 0 ? { owner, jobId } : { owner, jobId, generation });
    return true;
  }
  throw new Error(`The job ${jobId} has had ${GENERATIONS} executions.`);
}

export async function sweepUnfinished(parts: Sweep, now: Date): Promise<{ found: number; repaired: number }> {
  let repaired = 0;
  const attempt = async (what: string, work: () => Promise<boolean>) => {
    try {
      if (await work()) repaired += 1;
    } catch (error) {
      parts.failed(what, error);
    }
  };
  const [rows, outbox] = await Promise.all([
    parts.unfinished.due(now),
    parts.outbox.waiting(new Date(now.getTime() - OUTBOX_PATIENCE_MS)),
  ]);
  for (const row of outbox) {
    await attempt(`outbox ${row.id}`, async () => {
      await parts.dispatch(row);
      return true;
    });
  }
  for (const row of rows) {
    switch (row.kind) {
      case 'job':
        await attempt(`job ${row.jobId}`, () => restart(parts.executions, row));
        break;
      case 'dataset-version':
        await attempt(`version ${row.version} of ${row.datasetId}`, async () => {
          const repair = await parts.repairVersion(row, now);
          return repair !== 'nothing';
        });
        break;
      case 'dataset':
        await attempt(`deletion of ${row.id}`, async () => {
          await parts.repairDeletion(row);
          return true;
        });
        break;
    }
  }
  return { found: rows.length + outbox.length, repaired };
}
