import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';

export type Documents = DynamoDBDocumentClient;
export type TransactWrite = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * A client as the SDK's own environment describes it. Five tries: with a third of all writes throttled (fault 20)
 * one in 250 still fails, and is then retried by whoever called.
 */
export function documentClient(): Documents {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 5 }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

function reasonsOf(error: unknown): (string | undefined)[] {
  if (!(error instanceof TransactionCanceledException)) return [];
  return (error.CancellationReasons ?? []).map((reason) => reason.Code);
}

/** The places, counted from 0, whose condition did not hold; empty for every other error. */
export function failedConditions(error: unknown): number[] {
  return reasonsOf(error).flatMap((code, place) => (code === 'ConditionalCheckFailed' ? [place] : []));
}

/** Whether another transaction held one of the rows: nothing was decided, so the caller may try again. */
export function isTransactionConflict(error: unknown): boolean {
  return (
    reasonsOf(error).includes('TransactionConflict') ||
    (error instanceof Error && error.name === 'TransactionConflictException')
  );
}

/** Whether the condition of a single write did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

const CONFLICT_PAUSES_MS = [20, 80, 250];

/** Repeats a transaction that met another one on the same row; what was decided otherwise is thrown at once. */
export async function throughConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (const pause of CONFLICT_PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isTransactionConflict(error) || failedConditions(error).length > 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}
