import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { ProblemError } from '../../contracts/problems.ts';
import { ephemeralKeys } from './dynamo-keys.ts';
import {
  type Documents,
  failedConditions,
  isTransactionConflict,
  throughConflicts,
  type TransactWrite,
} from './dynamo.ts';
import { decideReplay, type Idempotency, IdempotencyRecord, idempotencyRecord } from './idempotency.ts';

/** The id that an earlier, equal request created; nothing when the request is new. Throws `idempotency-key-reused`. */
export async function findReplay(
  documents: Documents,
  table: string,
  idempotency: Idempotency,
  now: Date,
): Promise<string | undefined> {
  const { owner, operationId, key } = idempotency;
  const { Item } = await documents.send(
    new GetCommand({
      TableName: table,
      Key: ephemeralKeys.idempotency(owner, operationId, key),
      ConsistentRead: true,
    }),
  );
  return decideReplay(Item && IdempotencyRecord.parse(Item), idempotency, now);
}

/** The row as part of the transaction that creates: it fails while an unexpired row with this key exists. */
export function idempotencyPut(
  table: string,
  { createdId, now, ...idempotency }: Idempotency & { createdId: string; now: Date },
): TransactWrite {
  const { owner, operationId, key } = idempotency;
  return {
    Put: {
      TableName: table,
      Item: {
        ...ephemeralKeys.idempotency(owner, operationId, key),
        ...idempotencyRecord(idempotency, createdId, now),
      },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': Math.floor(now.getTime() / 1000) },
    },
  };
}

/**
 * Creates once however often the request comes, also twice at the same time.
 * `create` writes one transaction that holds `put`; `replay` answers again from the record of an earlier one.
 * What `create` throws for reasons of its own (a budget, say) is thrown on. A transaction that met another one is
 * repeated, and ends as `request-in-progress` when it keeps meeting it.
 */
export async function createOnce<T>(
  documents: Documents,
  table: string,
  { idempotency, createdId, now }: { idempotency: Idempotency; createdId: string; now: Date },
  work: { create: (put: TransactWrite) => Promise<T>; replay: (createdId: string) => Promise<T> },
): Promise<T> {
  const earlier = await findReplay(documents, table, idempotency, now);
  if (earlier !== undefined) return work.replay(earlier);
  const put = idempotencyPut(table, { ...idempotency, createdId, now });
  try {
    return await throughConflicts(() => work.create(put));
  } catch (error) {
    const contested = failedConditions(error).length > 0 || isTransactionConflict(error);
    // A problem of `create`'s own may hide that the equal request came first: a budget that the first one took.
    if (!contested && !(error instanceof ProblemError)) throw error;
    const winner = await findReplay(documents, table, idempotency, now);
    if (winner !== undefined) return work.replay(winner);
    if (isTransactionConflict(error)) throw new ProblemError('request-in-progress');
    throw error;
  }
}
