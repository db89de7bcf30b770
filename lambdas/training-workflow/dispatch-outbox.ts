/** What an outbox row asks for is done, then the row goes; done twice it is the same. */
import { Outcome } from '../../contracts/notifications.ts';
import type { OutboxRecord } from '../../contracts/training-jobs.ts';
import type { OutboxStore, OutcomeTopic, WorkflowExecutions } from './outbox-store.ts';

export interface Dispatch {
  outbox: Pick<OutboxStore, 'remove'>;
  executions: Pick<WorkflowExecutions, 'start'>;
  outcomes: OutcomeTopic;
}

/**
 * Throws when it could not be done: the row stays for the sweeper. An execution carries the job's id as its name and
 * ids alone as its input, so a second start is the first one; an outcome carries its key, so its readers know it.
 */
export async function dispatchRow(
  { outbox, executions, outcomes }: Dispatch,
  row: OutboxRecord,
): Promise<void> {
  switch (row.kind) {
    case 'start-training-workflow':
      await executions.start(row.jobId, { owner: row.owner, jobId: row.jobId });
      break;
    case 'publish-outcome': {
      const outcome = Outcome.parse(row.outcome);
      await outcomes.publish(outcome, outcome.key);
      break;
    }
  }
  await outbox.remove(row.id);
}
