/** What a real Ray does to a job when it is struck: the whole product on the emulator, one blow a test (docs/faults.md). */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JobLive } from '../../contracts/metrics.ts';
import { cancelTrainingJob, isTerminal, type TrainingJob } from '../../contracts/training-jobs.ts';
import { stateFolder } from '../../local/folders.ts';
import { costsOf } from '../../local/journey/evidence.ts';
import { exampleDataset } from '../../local/journey/example.ts';
import { estimate, followJob, quickRunOn, startJob } from '../../local/journey/training.ts';
import { processesOf, signal } from '../../local/processes.ts';
import { readRunningCopy } from '../../local/running-copy.ts';
import { type StartedCopy, startCopy } from '../browser/copy.ts';
import { keeperOf, newPerson, type Person, type Upload, train, upload } from '../integration/person.ts';

const START_MS = 420_000;
/** A run of half a minute, an outage of three, and a start of the cluster between them. */
const LONGEST_MS = 480_000;
jest.setTimeout(LONGEST_MS);

let copy: StartedCopy;
let mark: string;
let ana: Person;
let countries: Upload;
let pirates: Upload;

beforeAll(async () => {
  copy = await startCopy('chaos', ['--no-pages', '--wait-scale', '0.5']);
  mark = readRunningCopy(stateFolder(copy.folder))!.copy;
  ana = await newPerson(copy.ready, 'ana');
  countries = await upload(ana, exampleDataset());
  const data = readFileSync(join(import.meta.dirname, '../../examples/pirate-support.jsonl'));
  pirates = await upload(ana, { name: 'Pirate support', data });
}, START_MS);
afterAll(async () => {
  // A process that is stopped answers no other signal than the last one.
  strike('SIGCONT');
  await copy?.stop();
}, 60_000);

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};
/** Processes of the cluster whose command holds the words; all of them where there are none. */
const ofCluster = (words = ''): number[] =>
  processesOf(mark)
    .filter(({ pid, part }) => part === 'cluster' && commandOf(pid).includes(words))
    .map(({ pid }) => pid);
function strike(name: NodeJS.Signals, words = ''): number {
  const struck = ofCluster(words);
  for (const pid of struck) signal(pid, name);
  return struck.length;
}

/** Every second of use is paid once: no interval of an attempt overlaps another, and the job's sum is theirs. */
async function expectExactBill(job: TrainingJob): Promise<void> {
  // What never ran has no record, and no price.
  const costs = job.costUsdMicros === 0 ? [] : await costsOf(ana.api, job);
  const byAttempt = Map.groupBy(costs, ({ attempt }) => attempt);
  for (const records of byAttempt.values()) {
    const inOrder = records.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    expect(inOrder.slice(1).map(({ from }) => from)).toEqual(inOrder.slice(0, -1).map(({ to }) => to));
  }
  expect(costs.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0)).toBe(job.costUsdMicros);
}

/** Longer than any machine trains while it is struck: what is to be seen is seen, then the model is kept. */
const LONG_RUN = { epochs: 50 };
describe('the cluster’s head is restarted in the middle of a job', () => {
  test('which forgets every run: the job goes on from its checkpoint, and its model is one', async () => {
    let struck = 0;
    const keep = keeperOf(ana);
    const { job, model, points } = await train(ana, pirates, {
      name: 'Head restart',
      hyperparameters: LONG_RUN,
      onLook({ jobId, progress, attempt }) {
        if (struck === 0 && attempt === 1 && progress?.checkpointStep)
          struck = strike('SIGKILL', 'gcs_server');
        if (attempt === 2 && progress?.attempt === 2 && progress.phase === 'training') keep(jobId);
      },
    });
    expect(struck).toBeGreaterThan(0);
    expect(job.attempts).toMatchObject([
      { attempt: 1, outcome: expect.stringMatching(/^(failed|lost)$/) },
      { attempt: 2, outcome: 'succeeded' },
    ]);
    const resumedFrom = job.attempts[1]!.resumedFromStep!;
    expect(resumedFrom).toBeGreaterThan(0);
    expect(points.find(({ attempt, loss }) => attempt === 2 && loss !== undefined)!.step).toBe(
      resumedFrom + 1,
    );
    expect(model.training).toMatchObject({ stopReason: 'kept-by-user' });
    await expectExactBill(job);
  });
});

describe('a job is cancelled', () => {
  const phases: [string, (live: JobLive) => boolean, RegExp?][] = [
    ['before it is handed over', () => true],
    ['while the cluster starts it', ({ status }) => status === 'submitting'],
    [
      'while it loads',
      ({ progress }) => progress?.phase === 'loading' || progress?.phase === 'evaluating-base',
    ],
    ['while it trains', ({ progress }) => progress?.phase === 'training' && progress.step > 0],
    [
      'while it is measured and stored',
      ({ progress }) => ['evaluating-tuned', 'exporting', 'publishing'].includes(progress?.phase ?? ''),
      // A model that was whole before anybody could stop it stays (faults 31 and 36).
      /^(cancelled|succeeded)$/,
    ],
  ];

  test.each(phases)(
    '%s: nothing of it runs any more, and what ran is paid once',
    async (name, isPhase, ends = /^cancelled$/) => {
      const choices = await quickRunOn(ana.api, countries.dataset);
      const { suggestedCapUsdMicros } = await estimate(ana.api, choices);
      const accepted = await startJob(ana.api, `Cancelled ${name}`, choices, suggestedCapUsdMicros * 10);
      let cancelling: Promise<unknown> | undefined;
      const job = await followJob(
        ana.api,
        accepted.id,
        (live) => {
          if (cancelling || isTerminal(live.status) || !isPhase(live)) return;
          cancelling = ana.api.call(
            cancelTrainingJob,
            { path: { jobId: accepted.id }, body: { keepModel: false } },
            { idempotencyKey: randomUUID() },
          );
          // It may have ended in this very moment: then there is nothing left to cancel.
          cancelling.catch(() => undefined);
        },
        240,
      );
      expect(cancelling).toBeDefined();
      expect(job.status).toMatch(ends);
      for (let round = 0; round < 60 && ofCluster('brightrun-train').length > 0; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      expect(ofCluster('brightrun-train')).toEqual([]);
      await expectExactBill(job);
    },
  );
});

describe('the cluster is down for three minutes', () => {
  test('in the middle of a job: nothing is called lost before it is, and the job succeeds', async () => {
    let downAt: number | undefined;
    let stepThen = 0;
    let isUp = false;
    const keep = keeperOf(ana);
    const { job } = await train(ana, pirates, {
      name: 'Down for three minutes',
      hyperparameters: LONG_RUN,
      seconds: 420,
      onLook({ jobId, progress }) {
        if (downAt === undefined && progress?.checkpointStep) {
          downAt = Date.now();
          stepThen = progress.step;
          // All of it, trainer included, as when its machine is frozen.
          strike('SIGSTOP');
        }
        if (downAt !== undefined && !isUp && Date.now() - downAt >= 180_000) isUp = strike('SIGCONT') > 0;
        if (isUp && progress && progress.step > stepThen) keep(jobId);
      },
    });
    expect(isUp).toBe(true);
    expect(job.status).toBe('succeeded');
    await expectExactBill(job);
  });
});
