/** What a person's client does with datasets, through the real handlers; and what the queue does behind it. */
import { createHash, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { previewDataset, type PreviewRow } from '../../contracts/dataset-report.ts';
import { type DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDataset,
  getDataset,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import type { AnyOperation } from '../../contracts/operation.ts';
import { handler as validate } from '../../lambdas/datasets/validate-dataset.lambda.ts';
import { type ApiInput, callApi } from '../owners/call-api.ts';

export const BUCKET = 'brightrun-datasets';

export const chatRows = (count: number, answer = 'Answer') =>
  Array.from(
    { length: count },
    (_, at) =>
      `${JSON.stringify({
        messages: [
          { role: 'user', content: `Question ${at}?` },
          { role: 'assistant', content: `${answer} ${at}.` },
        ],
      })}\n`,
  ).join('');

export async function call<T>(operation: AnyOperation, owner: string, input: ApiInput = {}): Promise<T> {
  const answer = await callApi(operation, owner, input);
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return answer.body as T;
}

export const problem = async (operation: AnyOperation, owner: string, input: ApiInput = {}) => {
  const { status, body } = await callApi(operation, owner, input);
  return [status, (body as { code?: string }).code];
};

export interface Created {
  dataset: { id: string; latestVersion: number };
  version: DatasetVersion;
  uploads: { file: string; bytes: number; partBytes: number; parts: number }[];
}
export const create = (owner: string, body: Record<string, unknown>, idempotencyKey: string = randomUUID()) =>
  call<Created>(createDataset, owner, { body: { name: 'Questions', ...body }, idempotencyKey });

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes);

/** Of one dataset's version, as the paths name it. */
export const ofVersion = (datasetId: string, version = 1) => ({ datasetId, version: String(version) });

interface SignedPart {
  partNumber: number;
  url: string;
  headers: Record<string, string>;
}
export async function sign(
  owner: string,
  id: string,
  parts: object[],
  file = 'data',
  version = 1,
): Promise<SignedPart[]> {
  const path = ofVersion(id, version);
  return (await call<{ parts: SignedPart[] }>(signDatasetParts, owner, { path, body: { file, parts } }))
    .parts;
}
export const put = ({ url, headers }: SignedPart, body: Buffer) =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });

export async function upload(
  owner: string,
  id: string,
  content: Buffer,
  file = 'data',
  version = 1,
): Promise<void> {
  const size = LIMITS.uploadPartBytes;
  for (let at = 0; at < content.length; at += size) {
    const bytes = content.subarray(at, at + size);
    const asked = { partNumber: at / size + 1, sha256: sha256(bytes).digest('base64') };
    const [signed] = await sign(owner, id, [asked], file, version);
    const answer = await put(signed!, bytes);
    expect(answer.status).toBe(200);
  }
}

const message = (body: unknown) => ({
  messageId: randomUUID(),
  body: JSON.stringify(body),
  attributes: { ApproximateReceiveCount: '1' },
});
/** What the queue hands to the function. */
export const receive = (...bodies: unknown[]) => validate({ Records: bodies.map(message) } as never);

/** What the bucket tells of a new object. */
export const created = (key: string, versionId?: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: BUCKET }, object: { key, 'version-id': versionId } },
});

/** Announced, uploaded, completed and checked. */
export async function checked(owner: string, text: string | Buffer, validation?: string): Promise<Created> {
  const [data, held] = [Buffer.from(text), validation === undefined ? undefined : Buffer.from(validation)];
  const made = await create(owner, {
    bytes: data.length,
    ...(held ? { validationBytes: held.length } : {}),
  });
  await upload(owner, made.dataset.id, data);
  if (held) await upload(owner, made.dataset.id, held, 'validation');
  await call(completeDatasetUpload, owner, { path: ofVersion(made.dataset.id) });
  await receive({ owner, datasetId: made.dataset.id, version: 1 });
  return made;
}

/** The newest one. */
export const versionOf = async (owner: string, id: string) =>
  (await call<{ version: DatasetVersion }>(getDataset, owner, { path: { datasetId: id } })).version;

/** The first rows of a version, as the preview shows them. */
export const rowsOf = async (owner: string, id: string, version: number) =>
  (
    await call<{ rows: PreviewRow[] }>(previewDataset, owner, {
      path: ofVersion(id, version),
      query: { limit: '50' },
    })
  ).rows;
