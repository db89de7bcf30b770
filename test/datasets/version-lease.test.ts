import { describe, expect, test } from '@jest/globals';
import { newDataset } from '../../lambdas/datasets/dataset.ts';
import { newVersion, retried, uploaded, type WorkedOn } from '../../lambdas/datasets/dataset-version.ts';
import { Heart, LeaseLost, OutOfTime } from '../../lambdas/datasets/heart.ts';
import { decideLease, dueAt, isLastTry, outOfTime, putBack } from '../../lambdas/datasets/version-lease.ts';
import { memoryBucket, memoryDatasetStore, memoryQueue } from './memory-datasets.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const OWNER = 'anna';
const ID = `ds_${'0'.repeat(26)}`;
const KEY = `${OWNER}/${ID}/1`;

/** A version that waits for its check, and the functions that are started for it, second by second. */
function world() {
  let clock = START;
  const now = () => new Date(clock);
  const memory = memoryDatasetStore();
  const bucket = memoryBucket();
  const queue = memoryQueue(now);
  const announced = newVersion(
    { owner: OWNER, datasetId: ID, version: 1, uploads: { data: 'u' } },
    { bytes: 100 },
    now(),
  );
  memory.add(newDataset(OWNER, ID, 'Pairs', now()), uploaded(announced, { data: 'v1' }, now()));
  const stored = () => memory.versions.get(KEY)!;
  const ports = { store: memory.store, files: bucket.files, queue: queue.queue, now };

  /** A function that takes the lease, then runs `work`, and is gone without a word when that throws `Death`. */
  async function invoke(holder: string, work: (heart: Heart) => Promise<void>): Promise<boolean> {
    const record = stored();
    if (record.status !== 'validating' && record.status !== 'repairing') return false;
    const decision = decideLease(record, holder, now());
    if (decision.kind === 'held') return false;
    await memory.store.replaceVersion(decision.record);
    if (decision.kind === 'given-up') return false;
    const heart = new Heart(ports, decision.record);
    try {
      await heart.askForLook();
      await work(heart);
    } catch (error) {
      if (error instanceof Death) return true;
      if (!(error instanceof OutOfTime)) throw error;
      const next = outOfTime(heart.record, now());
      await heart.end(next);
      if (next.status !== 'validation-failed')
        await queue.queue.send({ owner: OWNER, datasetId: ID, version: 1 });
    }
    return true;
  }

  /** Delivers what the queue holds until nobody is to be waited for; answers after how many seconds it failed. */
  async function secondsUntilFailed(
    work: (heart: Heart) => Promise<void>,
  ): Promise<{ seconds: number; tries: number }> {
    let tries = 0;
    await queue.queue.send({ owner: OWNER, datasetId: ID, version: 1 });
    while (stored().status !== 'validation-failed') {
      const at = queue.nextAt();
      if (at === undefined) throw new Error('Nobody looks at it any more.');
      clock = Math.max(clock, at);
      queue.receive();
      if (await invoke(`holder-${tries}`, work)) tries += 1;
    }
    return { seconds: (Date.parse(stored().updatedAt) - START) / 1000, tries };
  }
  return {
    invoke,
    stored,
    memory,
    bucket,
    queue,
    now,
    pass: (seconds: number) => (clock += seconds * 1000),
    secondsUntilFailed,
  };
}
class Death extends Error {}

describe('how long a person waits who sees "validating" and whose check cannot end', () => {
  test('out of memory after 20 s, each of three times: less than six minutes', async () => {
    const { secondsUntilFailed, pass } = world();
    const waited = await secondsUntilFailed(async (heart) => {
      for (let second = 0; second < 20; second += 1) {
        await heart.beat({ bytes: second });
        pass(1);
      }
      throw new Death();
    });
    // Each: 95 s from when it was taken until somebody looks again.
    expect(waited).toEqual({ seconds: 3 * 95, tries: 3 });
  });

  test('out of memory after four minutes: the look that finds it comes at most 95 s after its death', async () => {
    const { secondsUntilFailed, pass } = world();
    const { seconds, tries } = await secondsUntilFailed(async (heart) => {
      for (let second = 0; second < 240; second += 1) {
        await heart.beat({ bytes: second });
        pass(1);
      }
      throw new Death();
    });
    expect(tries).toBe(3);
    expect(seconds).toBeGreaterThan(3 * 240);
    expect(seconds).toBeLessThanOrEqual(3 * (240 + 95));
  });

  test('too slow: six minutes, then six more with less to do, and no third time', async () => {
    const { secondsUntilFailed, pass } = world();
    const lastTries: boolean[] = [];
    const waited = await secondsUntilFailed(async (heart) => {
      lastTries.push(isLastTry(heart.record));
      for (;;) {
        await heart.beat({ bytes: 1 });
        pass(2);
      }
    });
    expect(waited).toEqual({ seconds: 720, tries: 2 });
    expect(lastTries).toEqual([false, true]);
  });

  test('a fault that passes by itself: tried again after 15 s and 30 s', async () => {
    const { stored } = world();
    const taken = (record: WorkedOn) => {
      const decision = decideLease(record, 'x', new Date(START));
      if (decision.kind !== 'taken') throw new Error(decision.kind);
      return decision.record;
    };
    const again = putBack(taken(stored() as WorkedOn), new Date(START));
    expect(again).toMatchObject({ status: 'validating', tries: 1 });
    expect(again).not.toHaveProperty('lease');
    const third = taken(putBack(taken(again as WorkedOn), new Date(START)) as WorkedOn);
    expect(putBack(third, new Date(START))).toMatchObject({ status: 'validation-failed' });
  });
});

describe('a heart', () => {
  const beating = async () => {
    const it = world();
    let heart!: Heart;
    await it.invoke('holder', async (own) => void (heart = own));
    return { ...it, heart };
  };

  test('writes every three seconds, and at once when the first estimate is there', async () => {
    const { heart, pass, stored } = await beating();
    const soFar = { rows: 5, errors: 0, warnings: 1 };
    pass(1);
    await heart.beat({ bytes: 10, soFar });
    expect(stored()).toMatchObject({ checkedBytes: 0 });
    await heart.beat({ bytes: 20, soFar: { ...soFar, estimatedTokens: 900 } });
    expect(stored()).toMatchObject({ checkedBytes: 20, soFar: { estimatedTokens: 900 } });
    pass(1);
    await heart.beat({ bytes: 30, soFar: { ...soFar, estimatedTokens: 950 } });
    expect(stored()).toMatchObject({ checkedBytes: 20 });
    pass(2);
    await heart.beat({ bytes: 40, soFar: { ...soFar, estimatedTokens: 990 } });
    expect(stored()).toMatchObject({ checkedBytes: 40, soFar: { estimatedTokens: 990 } });
  });

  test('asks for a look twice a minute, however often it beats', async () => {
    const { heart, pass, queue } = await beating();
    for (let second = 0; second < 60; second += 1) {
      pass(1);
      await heart.beat({ bytes: second });
    }
    expect(queue.waiting()).toHaveLength(3);
  });

  test('of a version that was deleted stops, and takes every file of it along', async () => {
    const { heart, pass, memory, bucket } = await beating();
    bucket.write(`datasets/${OWNER}/${ID}/v1/data.converted.jsonl`, Buffer.from('{}'));
    await memory.store.removeVersions(OWNER, ID);
    pass(5);
    await expect(heart.beat({ bytes: 1 })).rejects.toBeInstanceOf(LeaseLost);
    expect(bucket.objects.size).toBe(0);
  });
});

describe('a version that failed', () => {
  const at = new Date(START);
  const failedOf = (record: WorkedOn) => {
    const next = outOfTime({ ...record, tries: 3 }, at);
    if (next.status !== 'validation-failed') throw new Error(next.status);
    return next;
  };
  test('goes on where it ended: its check with new tries, or its repair where there are no files yet', () => {
    const { stored } = world();
    const {
      versionIds: _none,
      uploadedAt: _at,
      checkedBytes: _bytes,
      ...rest
    } = stored() as Extract<WorkedOn, { status: 'validating' }>;
    const repairing: WorkedOn = {
      ...rest,
      status: 'repairing',
      repairedBytes: 5,
      madeFrom: { version: 1, order: { cures: ['drop-duplicates'] } },
    };
    expect(retried(failedOf(stored() as WorkedOn), at)).toMatchObject({ status: 'validating', tries: 0 });
    expect(retried(failedOf(repairing), at)).toMatchObject({
      status: 'repairing',
      tries: 0,
      repairedBytes: 0,
      madeFrom: { version: 1 },
    });
    expect(failedOf(repairing).reason).toContain('repair');
    expect([dueAt(failedOf(repairing)), dueAt(repairing)]).toEqual([
      undefined,
      new Date(START + 60_000).toISOString(),
    ]);
  });
});
