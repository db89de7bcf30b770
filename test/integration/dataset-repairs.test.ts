import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { RepairOrder, RowChange } from '../../contracts/dataset-cures.ts';
import { listDatasetChanges } from '../../contracts/dataset-report.ts';
import type { DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  changeDataset,
  deleteDataset,
  listDatasetVersions,
  repairDatasetVersion,
} from '../../contracts/datasets.ts';
import { callApi } from '../owners/call-api.ts';
import {
  call,
  chatRows,
  checked,
  type Created,
  ofVersion,
  problem,
  receive,
  rowsOf,
  versionOf,
} from './dataset-calls.ts';
import { keysOf, openUploads } from './stored-datasets.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

storageOfThisFile('repairs');

async function repair(owner: string, id: string, order: RepairOrder, from = 1): Promise<Created> {
  const input = { path: ofVersion(id, from), body: order, idempotencyKey: randomUUID() };
  return call<Created>(repairDatasetVersion, owner, input);
}
/** Ordered, made and checked. */
async function repaired(owner: string, id: string, order: RepairOrder, from = 1): Promise<DatasetVersion> {
  const { version, dataset } = await repair(owner, id, order, from);
  expect(version).toMatchObject({ status: 'repairing', version: dataset.latestVersion });
  await receive({ owner, datasetId: id, version: version.version });
  return versionOf(owner, id);
}

describe('a repair', () => {
  const sharegpt = Array.from({ length: 15 }, (_, at) =>
    JSON.stringify({
      conversations: [
        { from: 'human', value: `Question ${at}?` },
        { from: 'gpt', value: `Answer ${at}.` },
      ],
    }),
  ).join('\n');

  test('of ShareGPT makes a version that is ready, and tells row by row what it changed', async () => {
    const { dataset } = await checked('bea', sharegpt);
    const before = await versionOf('bea', dataset.id);
    expect(before).toMatchObject({ status: 'rejected', summary: { format: 'sharegpt' } });
    const version = await repaired('bea', dataset.id, { cures: ['convert-to-messages'] });
    expect(version).toMatchObject({
      status: 'ready',
      version: 2,
      summary: { format: 'chat', rows: 15 },
      madeFrom: { version: 1, rowsChanged: 15, rowsRemoved: 0 },
    });
    const { changes, total } = await call<{ changes: RowChange[]; total: number }>(
      listDatasetChanges,
      'bea',
      {
        path: ofVersion(dataset.id, 2),
        query: { limit: '2', offset: '1' },
      },
    );
    expect(total).toBe(15);
    expect(changes).toMatchObject([{ line: 2, newLine: 2, cures: ['convert-to-messages'] }, { line: 3 }]);
    expect(changes[0]!.before).toContain('conversations');
    expect(changes[0]!.after).toContain('messages');
    const { items } = await call<{ items: DatasetVersion[] }>(listDatasetVersions, 'bea', {
      path: { datasetId: dataset.id },
    });
    expect(items.map((each) => each.version)).toEqual([2, 1]);
    expect(items[1]).toEqual(before);
    expect(await problem(listDatasetChanges, 'bea', { path: ofVersion(dataset.id, 1) })).toEqual([
      409,
      'version-not-repaired',
    ]);
  });

  test('drops repeated rows and masks secrets in one go', async () => {
    const secret = ['ghp', 'R7x2Qw9LmZ4tB8nVc1KsY6uJd3PfH0aGeXiT'].join('_');
    const leak = JSON.stringify({
      messages: [
        { role: 'user', content: 'What is the key?' },
        { role: 'assistant', content: `The key is ${secret}, keep it.` },
      ],
    });
    const { dataset } = await checked('bob', `${chatRows(12)}${chatRows(2)}${leak}\n`);
    const found = await versionOf('bob', dataset.id);
    const codes = 'summary' in found ? found.summary.issues.map(({ code, count }) => [code, count]) : [];
    expect(codes).toEqual(
      expect.arrayContaining([
        ['duplicate-row', 2],
        ['possible-secret', 1],
      ]),
    );
    const version = await repaired('bob', dataset.id, { cures: ['drop-duplicates', 'mask-secrets'] });
    expect(version).toMatchObject({
      summary: { rows: 13 },
      madeFrom: { rowsChanged: 1, rowsRemoved: 2 },
    });
    const stored = await call<{ changes: RowChange[] }>(listDatasetChanges, 'bob', {
      path: ofVersion(dataset.id, 2),
    });
    const rows = await rowsOf('bob', dataset.id, 2);
    expect(rows.at(-1)!.messages[1]!.content).toBe('The key is [redacted], keep it.');
    expect(stored.changes).toHaveLength(3);
  });

  test('asked for twice with one key is one version; two orders at once are two', async () => {
    const { dataset } = await checked('cid', `${chatRows(12)}${chatRows(2)}`);
    const body = { cures: ['drop-duplicates'] };
    const input = { path: ofVersion(dataset.id), body, idempotencyKey: randomUUID() };
    const both = await Promise.all([1, 2].map(() => callApi(repairDatasetVersion, 'cid', input)));
    both.push(await callApi(repairDatasetVersion, 'cid', input));
    expect(both.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(both.map(({ body: made }) => (made as Created).version.version))).toEqual(new Set([2]));
    const more = await Promise.all(
      [1, 2, 3].map(() => repair('cid', dataset.id, { cures: ['drop-duplicates'] })),
    );
    expect(more.map(({ version }) => version.version).toSorted()).toEqual([3, 4, 5]);
    expect(await problem(repairDatasetVersion, 'cid', { ...input, body: { cures: ['tidy-rows'] } })).toEqual([
      422,
      'idempotency-key-reused',
    ]);
    await call(changeDataset, 'cid', { path: { datasetId: dataset.id }, body: { status: 'archived' } });
    const archived = { ...input, idempotencyKey: randomUUID() };
    expect(await problem(repairDatasetVersion, 'cid', archived)).toEqual([409, 'dataset-archived']);
  });

  test('that cannot be given is refused with the field that does not fit', async () => {
    const { dataset } = await checked('dan', chatRows(12));
    const ask = async (body: object) => {
      const answer = await callApi(repairDatasetVersion, 'dan', {
        path: ofVersion(dataset.id),
        body,
        idempotencyKey: randomUUID(),
      });
      return [answer.status, (answer.body as { issues?: { path: string }[] }).issues?.[0]?.path];
    };
    expect(await ask({ cures: ['map-columns'] })).toEqual([400, 'columns']);
    expect(await ask({ cures: [] })).toEqual([400, 'cures']);
    expect(await ask({ cures: ['make-it-good'] })).toEqual([400, 'cures.0']);
  });

  test('whose dataset is deleted before and while it is made leaves nothing behind', async () => {
    const { dataset } = await checked('eve', `${chatRows(12)}${chatRows(2)}`);
    await repair('eve', dataset.id, { cures: ['drop-duplicates'] });
    const work = receive({ owner: 'eve', datasetId: dataset.id, version: 2 });
    expect((await callApi(deleteDataset, 'eve', { path: { datasetId: dataset.id } })).status).toBe(204);
    await work;
    await receive({ owner: 'eve', datasetId: dataset.id, version: 2 });
    expect([await keysOf('datasets/eve/'), await openUploads('datasets/eve/')]).toEqual([[], []]);
  });
});
