import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { LiveRecord } from '../../contracts/live-record.ts';
import { telemetryKeys } from '../runtime/dynamo-keys.ts';
import {
  type Documents,
  failedConditions,
  isConditionFailed,
  throughConflicts,
  type TransactWrite,
} from '../runtime/dynamo.ts';
import { outboxPut, outcomeRecord } from '../runtime/outbox.ts';
import { eventPuts, numberedEvents } from './job-events.ts';
import type { ProgressStore } from './telemetry-store.ts';

function livePut(table: string, live: LiveRecord) {
  return {
    TableName: table,
    Item: { ...telemetryKeys.live(live.owner, live.jobId), ...live },
    ConditionExpression:
      'attribute_not_exists(pk) OR attempt < :attempt OR (attempt = :attempt AND #batch < :batch)',
    // A word that DynamoDB keeps for itself.
    ExpressionAttributeNames: { '#batch': 'batch' },
    ExpressionAttributeValues: { ':attempt': live.attempt, ':batch': live.batch },
  };
}

export function dynamoProgressStore(
  documents: Documents,
  tables: { core: string; telemetry: string },
): ProgressStore {
  const table = tables.telemetry;
  return {
    async write({ live, chunks, events }, outcomes, now) {
      const numbered = numberedEvents({ owner: live.owner, jobId: live.jobId }, events, 'run', now);
      const more: TransactWrite[] = [
        ...chunks.map((chunk) => ({
          Put: {
            TableName: table,
            Item: {
              ...telemetryKeys.metrics(chunk.owner, chunk.jobId, chunk.attempt, chunk.firstStep),
              ...chunk,
            },
          },
        })),
        ...eventPuts(table, numbered),
        ...outcomes.map((outcome) => outboxPut(tables.core, outcomeRecord(outcome))),
      ];
      try {
        // A transaction costs twice as much as a put, and most reports have nothing beside LIVE.
        if (more.length === 0) await documents.send(new PutCommand(livePut(table, live)));
        else {
          const items = [{ Put: livePut(table, live) }, ...more];
          await throughConflicts(() => documents.send(new TransactWriteCommand({ TransactItems: items })));
        }
        return true;
      } catch (error) {
        if (isConditionFailed(error) || failedConditions(error).length > 0) return false;
        throw error;
      }
    },
  };
}
