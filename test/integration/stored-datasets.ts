/** What datasets leave in the bucket and in the table, looked at behind the API. */
import { jest } from '@jest/globals';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoDatasetStore } from '../../lambdas/datasets/dynamo-dataset-store.ts';
import { s3DatasetFiles } from '../../lambdas/datasets/s3-dataset-files.ts';
import { UNFINISHED, unfinishedShards } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { multipartUploads, signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import { BUCKET } from './dataset-calls.ts';

/** Every version and every mark of a deletion below a prefix. */
export const keysOf = async (prefix: string) => {
  const page = await signingClient().send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: prefix }));
  return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key }) => Key);
};

export const openUploads = async (prefix: string) =>
  (await signingClient().send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }))).Uploads ??
  [];

export async function outcomesOf(owner: string): Promise<{ kind: string; key: string }[]> {
  const { Items = [] } = await documentClient().send(new ScanCommand({ TableName: 'core' }));
  return Items.filter((row) => row['kind'] === 'publish-outcome' && row['owner'] === owner).map(
    (row) => row['outcome'],
  );
}

/** What the sweeper would look at. */
export async function unfinishedOf(owner: string): Promise<Record<string, unknown>[]> {
  const rows = await Promise.all(
    unfinishedShards.map((shard) =>
      documentClient().send(
        new QueryCommand({
          TableName: 'core',
          IndexName: UNFINISHED,
          KeyConditionExpression: 'unfinishedShard = :shard',
          ExpressionAttributeValues: { ':shard': shard },
        }),
      ),
    ),
  );
  return rows.flatMap(({ Items = [] }) => Items).filter((row) => row['owner'] === owner);
}

/** The ports of the sweeper; only its queue is a double. */
export const sweeper = () => {
  const client = signingClient();
  return {
    store: dynamoDatasetStore(documentClient(), 'core'),
    uploads: multipartUploads(client, BUCKET),
    files: s3DatasetFiles(client, BUCKET),
    queue: { send: jest.fn(async () => undefined) },
  };
};
