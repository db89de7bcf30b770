import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { ApiError } from '../../contracts/client.ts';
import { fieldsOf } from '../../web/src/features/datasets/upload/table-head.ts';

const PART = 4;
const DATASET = { id: 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W', name: 'replies' };
const asked: { id: string; input: Record<string, unknown> }[] = [];
let arrived: { partNumber: number; bytes: number; sha256: string }[] = [];
let answers: Record<string, () => unknown> = {};
const put = jest.fn<() => Promise<void>>();

jest.unstable_mockModule('../../web/src/lib/api.ts', () => ({
  call: async (operation: { id: string }, input: { body?: { bytes?: number } }) => {
    asked.push({ id: operation.id, input });
    const over = answers[operation.id];
    if (over) return { body: over() };
    const bytes = input.body?.bytes ?? 12;
    const plan = { file: 'data', bytes, partBytes: PART, parts: Math.ceil(bytes / PART) };
    if (operation.id === 'signDatasetParts') return { body: { parts: [{ url: 'x', headers: {} }] } };
    if (operation.id === 'listUploadedParts') return { body: { uploads: [{ ...plan, arrived }] } };
    const made = { dataset: DATASET, version: { version: operation.id === 'createDataset' ? 1 : 2 } };
    return { body: { ...made, uploads: [plan] } };
  },
  makeStale: async () => undefined,
}));
jest.unstable_mockModule('../../web/src/features/datasets/upload/put-part.ts', () => ({
  putPart: put,
  wait: async () => undefined,
}));
jest.unstable_mockModule('../../web/src/features/datasets/upload/parts.ts', () => ({
  partsOf: (plan: { file: 'data'; bytes: number; partBytes: number; parts: number }) =>
    Array.from({ length: plan.parts }, (_, index) => ({
      file: plan.file,
      partNumber: index + 1,
      from: index * plan.partBytes,
      to: Math.min((index + 1) * plan.partBytes, plan.bytes),
    })),
  sha256Base64: async (bytes: ArrayBuffer) =>
    createHash('sha256').update(new Uint8Array(bytes)).digest('base64'),
}));
const { cancelUpload, continueUpload, startUpload, startVersionUpload } =
  await import('../../web/src/features/datasets/upload/uploads.ts');
const { allUploads, removeUpload, uploadWith } =
  await import('../../web/src/features/datasets/upload/upload-store.ts');

/** What an upload reads of a file; jsdom's own has no `arrayBuffer`. */
const fileOf = (text: string) => {
  const bytes = Uint8Array.from(Buffer.from(text));
  return {
    name: 'replies.jsonl',
    size: bytes.length,
    slice: (from: number, to: number) => ({ arrayBuffer: async () => bytes.slice(from, to).buffer }),
  } as unknown as File;
};
const until = async (is: () => boolean) => {
  for (let turn = 0; turn < 500 && !is(); turn += 1) await new Promise((done) => setTimeout(done, 2));
  expect(is()).toBe(true);
};
const askedFor = (id: string) => asked.filter((call) => call.id === id);

beforeEach(() => {
  for (const { id } of allUploads()) removeUpload(id);
  asked.length = 0;
  arrived = [];
  answers = {};
  put.mockReset();
  put.mockResolvedValue(undefined);
  Object.defineProperty(globalThis, 'crypto', {
    configurable: true,
    value: { randomUUID: () => `${Math.random()}` },
  });
});

describe('an upload', () => {
  test('of a further version is announced for its dataset, with the columns that were chosen', async () => {
    const id = startVersionUpload(DATASET, { data: fileOf('abcdefghijkl'), columns: { text: 'Body' } });
    await until(() => uploadWith(id)?.status === 'done');
    expect(askedFor('createDataset')).toHaveLength(0);
    expect(askedFor('createDatasetVersion')[0]?.input).toEqual({
      path: { datasetId: DATASET.id },
      body: { bytes: 12, columns: { text: 'Body' } },
    });
    expect(put).toHaveBeenCalledTimes(3);
    expect(askedFor('completeDatasetUpload')).toHaveLength(1);
  });

  test('of a further version that is cancelled leaves the dataset and its other versions alone', async () => {
    put.mockReturnValue(new Promise(() => undefined));
    const id = startVersionUpload(DATASET, { data: fileOf('abcdefghijkl') });
    await until(() => uploadWith(id)?.status === 'sending');
    await cancelUpload(id);
    expect(askedFor('deleteDataset')).toHaveLength(0);
    expect(uploadWith(id)).toBeUndefined();
  });

  test('of a new dataset that is cancelled takes what was announced along', async () => {
    put.mockReturnValue(new Promise(() => undefined));
    const id = startUpload('replies', { data: fileOf('abcdefghijkl') });
    await until(() => uploadWith(id)?.status === 'sending');
    await cancelUpload(id);
    expect(askedFor('deleteDataset')).toHaveLength(1);
  });

  test('that goes on after a reload sends only what has not arrived with the same bytes', async () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');
    arrived = [
      { partNumber: 1, bytes: 4, sha256: sha256('abcd') },
      { partNumber: 2, bytes: 4, sha256: sha256('OTHER') },
    ];
    const id = continueUpload(
      { datasetId: DATASET.id, version: 1, name: 'replies', isAlone: true },
      { data: fileOf('abcdefghijkl') },
    );
    await until(() => uploadWith(id)?.status === 'done');
    expect(askedFor('signDatasetParts').map(({ input }) => input['body'])).toMatchObject([
      { parts: [{ partNumber: 2 }] },
      { parts: [{ partNumber: 3 }] },
    ]);
  });

  test('with another file than the one that was begun stops with that reason', async () => {
    const id = continueUpload(
      { datasetId: DATASET.id, version: 1, name: 'replies', isAlone: true },
      { data: fileOf('short') },
    );
    await until(() => uploadWith(id)?.status === 'failed');
    expect(uploadWith(id)?.problem?.words).toMatch(/not the file that was begun/);
    expect(put).not.toHaveBeenCalled();
  });

  test('that the network stopped goes on by itself when it is back', async () => {
    answers['completeDatasetUpload'] = () => {
      throw new ApiError(0, 'unreachable', 'The API does not answer.');
    };
    const id = startUpload('replies', { data: fileOf('abcd') });
    await until(() => uploadWith(id)?.status === 'failed');
    delete answers['completeDatasetUpload'];
    arrived = [{ partNumber: 1, bytes: 4, sha256: createHash('sha256').update('abcd').digest('base64') }];
    answers['listUploadedParts'] = () => ({
      uploads: [{ file: 'data', bytes: 4, partBytes: PART, parts: 1, arrived }],
    });
    window.dispatchEvent(new Event('online'));
    await until(() => uploadWith(id)?.status === 'done');
    expect(put).toHaveBeenCalledTimes(1);
  });

  test('that the API refused stays refused when the network changes', async () => {
    answers['createDataset'] = () => {
      throw new ApiError(400, 'dataset-too-large', 'The file is larger than a dataset may be.');
    };
    const id = startUpload('replies', { data: fileOf('abcd') });
    await until(() => uploadWith(id)?.status === 'failed');
    window.dispatchEvent(new Event('online'));
    expect(uploadWith(id)?.status).toBe('failed');
    expect(askedFor('createDataset')).toHaveLength(1);
  });
});

describe('the head of a table', () => {
  test('is read with its quotes, its delimiter and without its byte order mark', () => {
    expect(fieldsOf('\uFEFFa,"b, c","d ""e"""\r\n1,2,3', ',')).toEqual(['a', 'b, c', 'd "e"']);
    expect(fieldsOf('a\tb\n', '\t')).toEqual(['a', 'b']);
  });
});
