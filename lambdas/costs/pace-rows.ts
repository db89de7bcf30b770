/** How the paces of finished runs lie in the core table: an item of a transaction and a question, without a client. */
import { PaceRecord } from '../../contracts/pace.ts';
import { coreKeys } from '../runtime/dynamo-keys.ts';
import type { TransactWrite } from '../runtime/dynamo.ts';
import { PACES_READ } from './measured-pace.ts';

/** Written in the transaction that makes the model, under a key of job and end: a repeat is the same row. */
export const pacePut = (
  coreTable: string,
  pace: PaceRecord,
  of: { family: string; endedAt: string; jobId: string },
): TransactWrite => ({
  Put: {
    TableName: coreTable,
    Item: { ...coreKeys.pace(of.family, pace.gpuType, of.endedAt, of.jobId), ...pace },
  },
});

/** Asks for the newest runs of a family of base models on a GPU type: 15 KB at most, two request units. */
export const newestPaces = (coreTable: string, family: string, gpuType: string) => ({
  TableName: coreTable,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': coreKeys.paces(family, gpuType).pk },
  ScanIndexForward: false,
  Limit: PACES_READ,
});

/** The runs in an answer, the newest first. */
export const pacesIn = ({ Items: rows = [] }: { Items?: unknown[] | undefined }): PaceRecord[] =>
  rows.map((row) => PaceRecord.parse(row));
