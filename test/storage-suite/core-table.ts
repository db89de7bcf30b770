/** One table, and what the suites do to it. */
import { expect } from '@jest/globals';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';

export type Row = Record<string, unknown>;
export const TableName = 'core';

/** A set as a list in order; anything else as it is. */
export const sorted = (value: unknown): unknown => (value instanceof Set ? [...value].sort() : value);

export const refused = async (work: Promise<unknown>, name = 'ValidationException'): Promise<void> => {
  await expect(work).rejects.toMatchObject({ name });
};

/** The client is made at its first use: the storage sets what it reads. */
export function coreTable() {
  let client: DynamoDBDocumentClient | undefined;
  const documents = () => (client ??= documentClient());
  return {
    documents,
    put: (Item: Row) => documents().send(new PutCommand({ TableName, Item })),
    get: async (pk: string, sk: string): Promise<Row | undefined> =>
      (await documents().send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item,
    query: (pk: string, more: Partial<QueryCommandInput> = {}) =>
      documents().send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ...more,
          ExpressionAttributeValues: { ':pk': pk, ...more.ExpressionAttributeValues },
        }),
      ),
  };
}
