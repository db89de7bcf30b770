import type { Outcome } from '../../contracts/notifications.ts';
import type { OutboxRecord } from '../../contracts/training-jobs.ts';
import { coreKeys } from './dynamo-keys.ts';
import type { TransactWrite } from './dynamo.ts';

/** The row that goes into the transaction which changes a record; the core table's stream brings it to the dispatcher. */
export function outboxPut(coreTable: string, record: OutboxRecord): TransactWrite {
  return { Put: { TableName: coreTable, Item: { ...coreKeys.outbox(record.id), ...record } } };
}

/** An outcome as an outbox record: its id is the outcome's key, so a transition is told once (I8). */
export function outcomeRecord(outcome: Outcome): OutboxRecord {
  return {
    shape: 1,
    id: outcome.key,
    kind: 'publish-outcome',
    owner: outcome.owner,
    outcome,
    createdAt: outcome.at,
  };
}
