import { describe, expect, test } from '@jest/globals';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { Idempotency } from '../../lambdas/runtime/idempotency.ts';
import { createDatasetOnce } from '../../lambdas/datasets/create-dataset.ts';
import type { DatasetCreation } from '../../lambdas/datasets/dataset-store.ts';
import { changed, deleting, newDataset, spared } from '../../lambdas/datasets/dataset.ts';
import { tokenCounter } from '../../lambdas/datasets/tokens/token-counter.ts';
import { previewRows } from '../../lambdas/datasets/preview.ts';
import { reportFile, reportPage } from '../../lambdas/datasets/report.ts';
import { bytesOfPart, fileOfKey, requireWhole, uploadPlan } from '../../lambdas/datasets/upload.ts';
import { requestOfMessage } from '../../lambdas/datasets/validation-message.ts';
import { memoryBucket, memoryDatasetStore } from './memory-datasets.ts';

const NOW = new Date('2026-11-23T10:00:00.000Z');
const PART = LIMITS.uploadPartBytes;
const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('parts', () => {
  const part = (partNumber: number, bytes: number) => ({ partNumber, bytes, sha256: '', etag: '' });
  const plan = uploadPlan('data', 2 * PART + 5);

  test('of a plan add up to the file, the last one shorter', () => {
    expect([1, 2, 3].map((number) => bytesOfPart(plan, number))).toEqual([PART, PART, 5]);
    expect(bytesOfPart(uploadPlan('data', PART), 1)).toBe(PART);
    expect(uploadPlan('data', 1)).toMatchObject({ parts: 1 });
  });

  test('are whole only when each has come in its own size', () => {
    const whole = [part(1, PART), part(2, PART), part(3, 5)];
    expect(codeOf(() => requireWhole(plan, whole))).toBeUndefined();
    expect(codeOf(() => requireWhole(plan, whole.slice(0, 2)))).toBe('upload-incomplete');
    expect(codeOf(() => requireWhole(plan, []))).toBe('upload-incomplete');
    // The sum is right, the parts are not.
    expect(codeOf(() => requireWhole(plan, [part(1, PART), part(2, PART - 1), part(3, 6)]))).toBe(
      'upload-size-differs',
    );
    expect(codeOf(() => requireWhole(plan, [...whole, part(4, 1)]))).toBe('upload-size-differs');
  });
});

describe('a message', () => {
  const id = `ds_${'0'.repeat(26)}`;
  test('of ours or of the bucket asks for a version; anything else asks for nothing', () => {
    const request = { owner: 'anna', datasetId: id, version: 3 };
    expect(requestOfMessage(request)).toEqual(request);
    const event = (key: string) => ({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { object: { key, 'version-id': 'v' } },
    });
    expect(requestOfMessage(event(`datasets/anna/${id}/v3/validation.jsonl`))).toEqual(request);
    for (const key of [
      `datasets/anna/${id}/v3/report.jsonl.gz`,
      `datasets/anna/${id}/v0/data.jsonl`,
      `datasets/anna/../${id}/v3/data.jsonl`,
      `models/anna/${id}/v3/data.jsonl`,
    ]) {
      expect(fileOfKey(key)).toBeUndefined();
      expect(requestOfMessage(event(key))).toBeUndefined();
    }
    expect(requestOfMessage({ ...event(''), 'detail-type': 'Object Deleted' })).toBeUndefined();
    expect(requestOfMessage(undefined)).toBeUndefined();
  });
});

describe('a dataset', () => {
  const dataset = newDataset('anna', 'ds_1', 'Name', NOW);
  test('that changes nothing is not written again', () => {
    expect(changed(dataset, { name: 'Name', status: 'active' }, NOW)).toBe(dataset);
  });
  test('keeps the time of its archiving when only its name changes, and loses it when restored', () => {
    const archived = changed(dataset, { status: 'archived' }, NOW);
    const renamed = changed(archived, { name: 'Other' }, new Date(NOW.getTime() + 1000));
    expect(renamed).toMatchObject({
      status: 'archived',
      archivedAt: NOW.toISOString(),
      name: 'Other',
      revision: 3,
    });
    expect(changed(renamed, { status: 'active' }, NOW)).not.toHaveProperty('archivedAt');
    expect(spared(deleting(renamed, NOW), renamed, NOW)).toMatchObject({
      status: 'archived',
      archivedAt: NOW.toISOString(),
      revision: 5,
    });
  });
});

describe('a creation that another one overtook', () => {
  test('answers with the winner’s dataset and leaves no upload behind', async () => {
    const { store, datasets, add } = memoryDatasetStore();
    const bucket = memoryBucket();
    const idempotency: Idempotency = {
      owner: 'anna',
      operationId: 'createDataset',
      key: 'k',
      requestHash: 'h',
    };
    let first: string | undefined;
    const creation: DatasetCreation = {
      ...memoryDatasetStore().creation,
      earlier: async () => undefined,
      create: async (_, dataset, version) => {
        if (first !== undefined) return first;
        add(dataset, version);
        return (first = dataset.id);
      },
    };
    let ids = 0;
    const ports = {
      store,
      creation,
      uploads: bucket.multipart,
      newId: () => `ds_${String((ids += 1)).padStart(26, '0')}`,
    };
    const wanted = { name: 'Twice', bytes: 10, validationBytes: 5 };
    const [one, two] = await Promise.all(
      [1, 2].map(() => createDatasetOnce(ports, idempotency, wanted, NOW)),
    );
    expect(two!.dataset.id).toBe(one!.dataset.id);
    expect([datasets.size, bucket.uploads.size]).toEqual([1, 2]);
    const refusing = { ...creation, create: () => Promise.reject(new ProblemError('request-in-progress')) };
    await expect(
      createDatasetOnce({ ...ports, creation: refusing }, idempotency, wanted, NOW),
    ).rejects.toThrow(ProblemError);
    expect(bucket.uploads.size).toBe(2);
  });

  test('keeps its uploads when its answer was lost: the record that names them may be there (fault 21)', async () => {
    const { store, add } = memoryDatasetStore();
    const bucket = memoryBucket();
    let created: string | undefined;
    const creation: DatasetCreation = {
      ...memoryDatasetStore().creation,
      earlier: async () => created,
      create: async (_, dataset, version) => {
        add(dataset, version);
        created = dataset.id;
        throw new Error('no answer');
      },
    };
    const newId = () => `ds_${'1'.padStart(26, '0')}`;
    const ports = { store, creation, uploads: bucket.multipart, newId };
    const idempotency = { owner: 'anna', operationId: 'createDataset', key: 'k', requestHash: 'h' };
    const ask = () => createDatasetOnce(ports, idempotency, { name: 'Once', bytes: 10 }, NOW);
    await expect(ask()).rejects.toThrow('no answer');
    const { version } = await ask();
    expect(version.status === 'uploading' && bucket.uploads.has(version.uploads.data)).toBe(true);
  });
});

describe('a preview', () => {
  const counter = tokenCounter({ tokenizer: 'brightrun/tiny-base', contextLength: 256 });
  async function allPages(text: string, limit = 10) {
    const bucket = memoryBucket();
    const bytes = Buffer.from(text);
    const versionId = bucket.write('k', bytes);
    const source = { file: 'data' as const, key: 'k', versionId, bytes: bytes.length };
    const pages = [];
    let place: { afterByte: number; line: number } | undefined = { afterByte: 0, line: 1 };
    while (place) {
      const page = await previewRows(bucket.files, source, { ...place, limit }, counter);
      pages.push(page.rows);
      place = page.next;
      if (pages.length > 100) throw new Error('The pages do not end.');
    }
    return pages;
  }
  const row = (at: number) => JSON.stringify({ prompt: `p${at}`, completion: `c${at}` });

  test('shows every line once, page after page, with its number and the byte it begins with', async () => {
    const text = [row(1), '', 'broken', row(4), row(5), row(6)].join('\n');
    const pages = await allPages(text, 2);
    expect(pages.map((rows) => rows.map(({ line }) => line))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(pages[0]![0]).toMatchObject({
      tokens: expect.any(Number),
      messages: [
        { role: 'user', content: 'p1', learnt: false, tokens: expect.any(Number) },
        { role: 'assistant', content: 'c1', learnt: true, tokens: expect.any(Number) },
      ],
    });
    for (const shown of pages.flat()) {
      expect(text.slice(shown.byte).split('\n')[0]).toBe(text.split('\n')[shown.line - 1]);
    }
  });

  test('shows a line that is no row as it stands, cut, and without its secrets', async () => {
    const secret = ['ghp', 'R7x2Qw9LmZ4tB8nVc1KsY6uJd3PfH0aGeXiT'].join('_');
    const broken = `{"prompt": "the key is ${secret}", "completion": `;
    const [rows] = await allPages(`${broken}\n${'z'.repeat(9000)}\n${row(3)}`);
    expect(rows![0]).toMatchObject({
      messages: [],
      tokens: null,
      raw: expect.stringContaining('the key is'),
    });
    expect(rows![0]!.raw).not.toContain(secret);
    expect(rows![1]!.raw).toBe('z'.repeat(4000));
    expect(rows![2]).not.toHaveProperty('raw');
  });

  test('begins at any line that the report names, and within a line with the next one', async () => {
    const bucket = memoryBucket();
    const bytes = Buffer.from([row(1), row(2), row(3)].join('\n'));
    const source = {
      file: 'data' as const,
      key: 'k',
      versionId: bucket.write('k', bytes),
      bytes: bytes.length,
    };
    const second = row(1).length + 1;
    const at = (afterByte: number, line: number) =>
      previewRows(bucket.files, source, { afterByte, line, limit: 1 }, counter);
    expect(await at(second, 2)).toMatchObject({ rows: [{ line: 2, byte: second }], next: { line: 3 } });
    expect(await at(second + 5, 2)).toEqual({
      rows: [],
      next: { afterByte: second + row(2).length + 1, line: 3 },
    });
    expect(await at(bytes.length, 4)).toEqual({ rows: [] });
    expect(await at(bytes.length + 100, 4)).toEqual({ rows: [] });
  });

  test('gets past lines that are too long to show, and keeps an answer far below what the gateway passes', async () => {
    const big = JSON.stringify({ text: 'x'.repeat(400_000) });
    const endless = JSON.stringify({ text: 'y'.repeat(3_000_000) });
    const pages = await allPages(`${big}\n${big}\n${big}\n${endless}\n${row(5)}\n`, 50);
    expect(pages.flat().filter(({ messages }) => messages[0]?.role === 'text')).toHaveLength(3);
    expect(pages.flat().map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
    expect(pages.flat()[3]!.raw).toHaveLength(4000);
    expect(pages.flat().at(-1)).toMatchObject({ messages: [{ content: 'p5' }, { content: 'c5' }] });
    for (const rows of pages) expect(JSON.stringify(rows).length).toBeLessThan(2_000_000);
  });
});

test('a report is read back page by page, by code too', async () => {
  const issue = (line: number, code: 'blank-line' | 'not-json') => ({
    code,
    severity: 'error' as const,
    file: 'data' as const,
    line,
    found: 'x',
    cure: 'y',
  });
  const file = reportFile([1, 2, 3, 4].map((line) => issue(line, line % 2 ? 'blank-line' : 'not-json')));
  expect(await reportPage(file, { limit: 2, offset: 1 })).toEqual({
    issues: [issue(2, 'not-json'), issue(3, 'blank-line')],
    total: 4,
  });
  expect(await reportPage(file, { code: 'not-json', limit: 10, offset: 1 })).toEqual({
    issues: [issue(4, 'not-json')],
    total: 2,
  });
  expect(await reportPage(reportFile([]), { limit: 10, offset: 0 })).toEqual({ issues: [], total: 0 });
});

test('stored records carry no upload id or lease to the outside', async () => {
  const { DatasetVersion } = await import('../../contracts/dataset-versions.ts');
  const record = { shape: 1, owner: 'anna', revision: 1, uploads: { data: 'secret' }, status: 'uploading' };
  const base = { datasetId: `ds_${'0'.repeat(26)}`, version: 1, declaredBytes: 1, keys: { data: 'k' } };
  const times = {
    createdAt: NOW.toISOString(),
    updatedAt: NOW.toISOString(),
    uploadEndsAt: NOW.toISOString(),
  };
  const shown = DatasetVersion.parse({ ...record, ...base, ...times } as unknown as DatasetVersionRecord);
  expect(Object.keys(shown).toSorted()).toEqual(
    ['createdAt', 'datasetId', 'declaredBytes', 'status', 'updatedAt', 'uploadEndsAt', 'version'].toSorted(),
  );
});
