import { beforeEach, describe, expect, test } from '@jest/globals';
import { newDataset } from '../../lambdas/datasets/dataset.ts';
import { newVersion } from '../../lambdas/datasets/dataset-version.ts';
import { decideVersionSweep } from '../../lambdas/datasets/sweep-datasets.ts';
import { validateVersion, type ValidationPorts } from '../../lambdas/datasets/validate-version.ts';
import {
  dueAt,
  LEASE_SECONDS,
  MOST_TRIES,
  PAUSE_SECONDS,
  TRY_SECONDS,
} from '../../lambdas/datasets/version-lease.ts';
import { memoryBucket, memoryDatasetStore, memoryQueue } from './memory-datasets.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const OWNER = 'anna';
const ID = `ds_${'0'.repeat(26)}`;
const MODEL = { tokenizer: 'brightrun/tiny-base', contextLength: 256 };
const REQUEST = { owner: OWNER, datasetId: ID, version: 1 };
const DATA = Buffer.from(
  Array.from(
    { length: 30 },
    (_, at) => `${JSON.stringify({ prompt: `p${at}`, completion: `c${at}` })}\n`,
  ).join(''),
);

let memory: ReturnType<typeof memoryDatasetStore>;
let bucket: ReturnType<typeof memoryBucket>;
let queue: ReturnType<typeof memoryQueue>;
let clock: number;
/** What passes between two looks at the clock. */
let tick: number;
let ports: ValidationPorts;

beforeEach(async () => {
  memory = memoryDatasetStore();
  bucket = memoryBucket();
  queue = memoryQueue(() => new Date(clock));
  clock = START;
  tick = 1;
  ports = {
    store: memory.store,
    uploads: bucket.multipart,
    files: bucket.files,
    queue: queue.queue,
    models: [MODEL],
    now: () => new Date((clock += tick)),
  };
  const now = new Date(START);
  const key = `datasets/${OWNER}/${ID}/v1/data.jsonl`;
  const uploads = { data: await bucket.multipart.start(key) };
  const version = newVersion(
    { owner: OWNER, datasetId: ID, version: 1, uploads },
    { bytes: DATA.length },
    now,
  );
  memory.add(newDataset(OWNER, ID, 'Pairs', now), version);
  bucket.send(uploads.data, 1, DATA);
});

const stored = () => memory.versions.get(`${OWNER}/${ID}/1`)!;
const later = (seconds: number) => (clock += seconds * 1000);
/** A holder that dies at its n-th write of the record, leaving everything as it is. */
async function dies(holder: string, atWrite: number): Promise<void> {
  let writes = 0;
  const { promise: death, resolve: die } = Promise.withResolvers<void>();
  const store: typeof memory.store = {
    ...memory.store,
    replaceVersion: (...args) => {
      writes += 1;
      if (writes < atWrite) return memory.store.replaceVersion(...args);
      die();
      return new Promise(() => undefined);
    },
  };
  await Promise.race([death, validateVersion({ ...ports, store }, REQUEST, holder)]);
}

describe('whoever asks, a version is checked once', () => {
  test('a file whose event comes first is completed, checked and judged', async () => {
    expect(await validateVersion(ports, REQUEST, 'one')).toEqual({ kind: 'checked' });
    expect(stored()).toMatchObject({ status: 'ready', summary: { rows: 30, format: 'prompt-completion' } });
    expect(memory.outcomes).toMatchObject([{ kind: 'dataset-ready', owner: OWNER, target: { id: ID } }]);
    expect(await validateVersion(ports, REQUEST, 'two')).toEqual({ kind: 'nothing-to-do' });
    expect(memory.outcomes).toHaveLength(1);
  });

  test('three at the same moment are one check and one outcome', async () => {
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((holder) => validateVersion(ports, REQUEST, holder)),
    );
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
      'checked',
      'nothing-to-do',
      'nothing-to-do',
    ]);
    expect(memory.outcomes).toHaveLength(1);
  });

  test('another owner’s id, and an id that never was, is nothing to do', async () => {
    expect(await validateVersion(ports, { ...REQUEST, owner: 'ben' }, 'x')).toEqual({
      kind: 'nothing-to-do',
    });
    expect(await validateVersion(ports, { ...REQUEST, version: 2 }, 'x')).toEqual({ kind: 'nothing-to-do' });
    expect(stored().status).toBe('uploading');
  });

  test('a file that is not whole is left alone', async () => {
    for (const upload of bucket.uploads.values()) upload.parts.set(1, DATA.subarray(1));
    expect(await validateVersion(ports, REQUEST, 'x')).toEqual({ kind: 'nothing-to-do' });
    expect([stored().status, bucket.objects.size]).toEqual(['uploading', 0]);
  });
});

describe('a check that died', () => {
  test('is respected for a minute, then taken over', async () => {
    // Writes: uploaded, lease, verdict.
    await dies('dead', 3);
    expect(stored()).toMatchObject({ status: 'validating', lease: { holder: 'dead' }, tries: 1 });
    later(LEASE_SECONDS - 10);
    expect(await validateVersion(ports, REQUEST, 'early')).toEqual({ kind: 'nothing-to-do' });
    expect(decideVersionSweep(stored(), new Date(clock))).toBe('nothing');
    later(20);
    expect(decideVersionSweep(stored(), new Date(clock))).toBe('ask-again');
    expect(await validateVersion(ports, REQUEST, 'heir')).toEqual({ kind: 'checked' });
    expect(stored().status).toBe('ready');
  });

  test('that died each time is given up with a reason, and told once', async () => {
    await dies('dead-1', 3);
    for (let tries = 2; tries <= MOST_TRIES; tries += 1) {
      later(LEASE_SECONDS + 1);
      await dies(`dead-${tries}`, 2);
    }
    expect(stored()).toMatchObject({ status: 'validating', tries: MOST_TRIES });
    later(LEASE_SECONDS + 1);
    expect(await validateVersion(ports, REQUEST, 'last')).toEqual({ kind: 'given-up' });
    expect(stored()).toMatchObject({
      status: 'validation-failed',
      reason: expect.stringContaining('3 times'),
    });
    expect(memory.outcomes).toMatchObject([{ kind: 'dataset-validation-failed' }]);
    expect(dueAt(stored())).toBeUndefined();
  });

  test('and comes back to life finds its lease gone and leaves no trace', async () => {
    let overtaken = false;
    memory.hooks.onReplace = (record) => {
      if (record.status !== 'ready' || overtaken) return;
      overtaken = true;
      const current = stored();
      if (current.status !== 'validating') throw new Error('unexpected');
      const lease = { holder: 'heir', heartbeatAt: new Date(clock).toISOString() };
      memory.versions.set(`${OWNER}/${ID}/1`, { ...current, revision: current.revision + 1, lease });
    };
    expect(await validateVersion(ports, REQUEST, 'slow')).toEqual({ kind: 'nothing-to-do' });
    expect(stored()).toMatchObject({ status: 'validating', lease: { holder: 'heir' } });
    expect(memory.outcomes).toEqual([]);
  });
});

describe('while a check runs', () => {
  test('its progress and its heartbeat are written every few seconds, not with every chunk', async () => {
    tick = 1100;
    const seen: number[] = [];
    memory.hooks.onReplace = (record) => {
      if (record.status === 'validating' && record.lease) seen.push(record.checkedBytes);
    };
    await validateVersion(ports, REQUEST, 'one');
    const chunks = Math.ceil(DATA.length / 50);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.length).toBeLessThan(chunks * 0.6);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('a fault that may pass lets go of the lease, so that the next message may try at once', async () => {
    const open = bucket.files.open;
    bucket.files.open = async function* (key, versionId) {
      yield* open(key, versionId);
      throw new Error('connection reset');
    };
    expect(await validateVersion(ports, REQUEST, 'one')).toMatchObject({
      kind: 'put-back',
      error: { message: 'connection reset' },
    });
    expect(stored()).toMatchObject({ status: 'validating', tries: 1 });
    expect(queue.nextAt()! - clock).toBeLessThanOrEqual(PAUSE_SECONDS * 1000);
    expect(decideVersionSweep(stored(), new Date(clock + 1))).toBe('ask-again');
    bucket.files.open = open;
    expect(await validateVersion(ports, REQUEST, 'two')).toEqual({ kind: 'checked' });
  });

  test('that takes too long it is stopped, tried once more at once, and then given up', async () => {
    tick = (TRY_SECONDS + 1) * 1000;
    expect(await validateVersion(ports, REQUEST, 'one')).toMatchObject({ kind: 'put-back' });
    expect(stored()).toMatchObject({ status: 'validating', tries: MOST_TRIES - 1 });
    expect(queue.waiting().at(-1)).toEqual({ request: REQUEST, at: clock });
    expect(await validateVersion(ports, REQUEST, 'two')).toMatchObject({ kind: 'given-up' });
    expect(stored()).toMatchObject({ status: 'validation-failed' });
    expect(memory.outcomes).toMatchObject([{ kind: 'dataset-validation-failed' }]);
  });

  test('a dataset deleted meanwhile gets no report and no outcome', async () => {
    memory.hooks.onReplace = (record) => {
      if (record.status === 'ready') void memory.store.removeVersions(OWNER, ID);
    };
    expect(await validateVersion(ports, REQUEST, 'one')).toEqual({ kind: 'nothing-to-do' });
    expect([...bucket.objects.keys()]).toEqual([]);
    expect(memory.outcomes).toEqual([]);
  });

  test('a write that succeeded though its answer was lost is not taken for somebody else’s', async () => {
    const replace = memory.store.replaceVersion;
    ports.store = {
      ...memory.store,
      replaceVersion: async (record, outcome) => {
        await replace(record, outcome);
        if (record.status === 'ready') await replace(record, outcome);
      },
    };
    expect(await validateVersion(ports, REQUEST, 'one')).toEqual({ kind: 'checked' });
    expect(memory.outcomes).toHaveLength(1);
  });

  test('bytes other than those that were pinned are never judged', async () => {
    const open = bucket.files.open;
    bucket.files.open = async function* (key, versionId) {
      yield* open(key, versionId);
      yield Buffer.from('more\n');
    };
    expect(await validateVersion(ports, REQUEST, 'one')).toMatchObject({
      kind: 'put-back',
      error: { message: expect.stringContaining('not those that were stored') },
    });
    expect(stored().status).toBe('validating');
  });
});
