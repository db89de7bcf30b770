/** A dataset that is there when a simulation of a job begins: checked, ready, pinned. */
import { createHash } from 'node:crypto';
import type { DatasetVersionRecord } from '../../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../../contracts/datasets.ts';
import { coreKeys } from '../../../lambdas/runtime/dynamo-keys.ts';
import type { Row } from '../history/history.ts';

export const DATASET_ID = 'ds_01JD0000000000000000000000';

/** Chat rows that a check takes as they are; no two are alike. */
export const chatRows = (count: number): Buffer =>
  Buffer.from(
    Array.from({ length: count }, (_, at) => {
      const messages = [
        { role: 'user', content: `What is the capital of country ${at}?` },
        { role: 'assistant', content: `City ${at * 7}.` },
      ];
      return `${JSON.stringify({ messages })}\n`;
    }).join(''),
  );

export const dataKey = (owner: string, datasetId: string, version: number): string =>
  `datasets/${owner}/${datasetId}/v${version}/data.jsonl`;

/** Both rows of it; `versionId` is that of its stored bytes. */
export function readyDataset(owner: string, data: Buffer, versionId: string, at: string): Row[] {
  const dataset: DatasetRecord = {
    shape: 1,
    revision: 1,
    owner,
    id: DATASET_ID,
    name: 'capitals',
    latestVersion: 1,
    status: 'active',
    createdAt: at,
    updatedAt: at,
  };
  const version: DatasetVersionRecord = {
    shape: 1,
    revision: 3,
    owner,
    status: 'ready',
    datasetId: DATASET_ID,
    version: 1,
    declaredBytes: data.length,
    createdAt: at,
    updatedAt: at,
    keys: { data: dataKey(owner, DATASET_ID, 1) },
    files: {
      data: { bytes: data.length, sha256: createHash('sha256').update(data).digest('hex'), versionId },
    },
    summary: {
      verdict: 'ready',
      format: 'chat',
      rows: 40,
      usableRows: 40,
      validationRows: 0,
      tokens: null,
      issues: [],
      checkedAt: at,
      checkMilliseconds: 10,
    },
  };
  return [
    { ...coreKeys.dataset(owner, DATASET_ID), ...dataset },
    { ...coreKeys.datasetVersion(owner, DATASET_ID, 1), ...version },
  ];
}
