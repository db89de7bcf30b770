import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDataset,
  listDatasets,
  listUploadedParts,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { s3DatasetFiles } from '../../lambdas/datasets/s3-dataset-files.ts';
import { sweepVersion } from '../../lambdas/datasets/sweep-datasets.ts';
import { signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import {
  BUCKET,
  call,
  chatRows,
  create,
  created,
  type Created,
  problem,
  put,
  receive,
  sha256,
  sign,
  upload,
  versionOf,
} from './dataset-calls.ts';
import { keysOf, openUploads, sweeper, unfinishedOf } from './stored-datasets.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

storageOfThisFile('uploads');

describe('an announcement', () => {
  test('that comes twice, also at the same moment, is one dataset and one upload', async () => {
    const key = randomUUID();
    const body = { bytes: 1000, validationBytes: 100 };
    const both = await Promise.all([1, 2, 3].map(() => create('dan', body, key)));
    const again = await create('dan', body, key);
    expect(new Set([...both, again].map(({ dataset }) => dataset.id)).size).toBe(1);
    const { items } = await call<{ items: unknown[] }>(listDatasets, 'dan');
    expect(items).toHaveLength(1);
    expect(await openUploads('datasets/dan/')).toHaveLength(2);
    expect(
      await problem(createDataset, 'dan', { body: { name: 'Other', bytes: 1 }, idempotencyKey: key }),
    ).toEqual([422, 'idempotency-key-reused']);
  });

  test('of nothing, or of more than a dataset may have, is refused', async () => {
    const idempotencyKey = randomUUID();
    const refused = (body: object) =>
      problem(createDataset, 'dan', { body: { name: 'n', ...body }, idempotencyKey });
    expect(await refused({ bytes: 0 })).toEqual([400, 'invalid-request']);
    expect(await refused({ bytes: LIMITS.datasetBytes + 1 })).toEqual([400, 'dataset-too-large']);
    expect(await refused({ bytes: 1, validationBytes: LIMITS.validationBytes + 1 })).toEqual([
      400,
      'dataset-too-large',
    ]);
  });
});

describe('an upload', () => {
  const data = Buffer.from(chatRows(12));
  const path = (made: Created) => ({ datasetId: made.dataset.id, version: '1' });

  test('takes only the bytes its URL was signed for', async () => {
    const made = await create('eve', { bytes: data.length });
    const [signed] = await sign('eve', made.dataset.id, [
      { partNumber: 1, sha256: sha256(data).digest('base64') },
    ]);
    expect(new URL(signed!.url).searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-amz-checksum-sha256');
    expect((await put(signed!, Buffer.from(data).fill('x'))).status).toBe(400);
    expect(await problem(completeDatasetUpload, 'eve', { path: path(made) })).toEqual([
      409,
      'upload-incomplete',
    ]);
    expect((await put(signed!, data)).status).toBe(200);
    const parts = await call<{ uploads: { arrived: object[] }[] }>(listUploadedParts, 'eve', {
      path: path(made),
    });
    expect(parts.uploads[0]!.arrived).toEqual([
      { partNumber: 1, bytes: data.length, sha256: sha256(data).digest('base64') },
    ]);
    expect(await call(completeDatasetUpload, 'eve', { path: path(made) })).toMatchObject({
      status: 'validating',
    });
  });

  test('that differs from its declared size never becomes an object', async () => {
    const made = await create('fay', { bytes: data.length + 1 });
    await upload('fay', made.dataset.id, data);
    expect(await problem(completeDatasetUpload, 'fay', { path: path(made) })).toEqual([
      409,
      'upload-size-differs',
    ]);
    expect(await keysOf('datasets/fay/')).toEqual([]);
    expect((await versionOf('fay', made.dataset.id)).status).toBe('uploading');
  });

  test('with a part larger than its place never becomes an object, though the part itself was taken', async () => {
    const made = await create('fay', { bytes: 100 });
    await upload('fay', made.dataset.id, Buffer.alloc(5000, 'x'));
    const [status, code] = await problem(completeDatasetUpload, 'fay', { path: path(made) });
    expect([status, code]).toEqual([409, 'upload-size-differs']);
    // Put again in its own size it is the file after all.
    await upload('fay', made.dataset.id, Buffer.alloc(100, 'x'));
    expect(await call(completeDatasetUpload, 'fay', { path: path(made) })).toMatchObject({
      status: 'validating',
    });
  });

  test('takes no part it did not announce, and no other file', async () => {
    const made = await create('gil', { bytes: data.length });
    const parts = [{ partNumber: 2, sha256: sha256(data).digest('base64') }];
    const asked = (body: object) => problem(signDatasetParts, 'gil', { path: path(made), body });
    expect(await asked({ parts })).toEqual([400, 'invalid-request']);
    expect(await asked({ file: 'validation', parts })).toEqual([400, 'invalid-request']);
  });

  test('completes once, however often that is asked for, and then takes no parts', async () => {
    const made = await create('hal', { bytes: data.length });
    await upload('hal', made.dataset.id, data);
    const asked = { partNumber: 1, sha256: sha256(data).digest('base64') };
    const [kept] = await sign('hal', made.dataset.id, [asked]);
    const answers = await Promise.all(
      [1, 2, 3].map(() => call<DatasetVersion>(completeDatasetUpload, 'hal', { path: path(made) })),
    );
    answers.push(await call<DatasetVersion>(completeDatasetUpload, 'hal', { path: path(made) }));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'validating'));
    expect(await problem(signDatasetParts, 'hal', { path: path(made), body: { parts: [asked] } })).toEqual([
      409,
      'version-not-uploading',
    ]);
    // A URL that is still valid opens an upload that has ended.
    expect((await put(kept!, data)).status).toBe(404);
  });

  test('whose completion died half-way is finished by the bucket’s event', async () => {
    const made = await create('ida', { bytes: data.length });
    await upload('ida', made.dataset.id, data);
    const record = await sweeper().store.version('ida', made.dataset.id, 1);
    if (record?.status !== 'uploading') throw new Error('not uploading');
    const { uploads } = sweeper();
    const parts = await uploads.arrived(record.keys.data, record.uploads.data);
    await uploads.complete(record.keys.data, record.uploads.data, parts!);
    expect((await versionOf('ida', made.dataset.id)).status).toBe('uploading');
    await receive(created(record.keys.data));
    expect((await versionOf('ida', made.dataset.id)).status).toBe('ready');
  });

  test('that nobody finished is abandoned after 48 hours with its parts, and one that is whole goes on', async () => {
    const [half, whole] = [
      await create('jon', { bytes: data.length + LIMITS.uploadPartBytes }),
      await create('jon', { bytes: data.length }),
    ];
    await upload('jon', half.dataset.id, Buffer.alloc(LIMITS.uploadPartBytes, 'x'));
    await upload('jon', whole.dataset.id, data);
    const ports = sweeper();
    const found = await unfinishedOf('jon');
    expect(found).toHaveLength(2);
    const repair = (made: Created, now: Date) =>
      sweepVersion(ports, { owner: 'jon', datasetId: made.dataset.id, version: 1 }, now);
    expect(await repair(half, new Date())).toBe('nothing');
    const late = new Date(Date.now() + (LIMITS.uploadHours + 1) * 3_600_000);
    await repair(half, late);
    await repair(whole, late);
    expect((await versionOf('jon', half.dataset.id)).status).toBe('abandoned');
    expect((await versionOf('jon', whole.dataset.id)).status).toBe('validating');
    expect(ports.queue.send).toHaveBeenCalledTimes(1);
    expect(await openUploads('datasets/jon/')).toEqual([]);
    expect(await problem(completeDatasetUpload, 'jon', { path: path(half) })).toEqual([
      409,
      'version-not-uploading',
    ]);
  });
});

test('a file that is written to the bucket in parts and given up is none', async () => {
  const files = s3DatasetFiles(signingClient(), BUCKET);
  const writer = files.writer('datasets/una/half.jsonl');
  await writer.write(Buffer.alloc(LIMITS.uploadPartBytes + 1, 'x'));
  await writer.write(Buffer.alloc(LIMITS.uploadPartBytes, 'y'));
  await writer.abort();
  expect([await keysOf('datasets/una/'), await openUploads('datasets/una/')]).toEqual([[], []]);
  expect(await files.writer('datasets/una/none.jsonl').finish()).toBeUndefined();
  expect(await keysOf('datasets/una/')).toEqual([]);
});
