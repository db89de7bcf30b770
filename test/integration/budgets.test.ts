/** The two budgets on the emulator: whatever is asked for at the same moment, no more is held than there is. */
import { describe, expect, test } from '@jest/globals';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { BudgetRecord } from '../../contracts/costs.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { coreKeys } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { decideAttempt, decideRunning } from '../../lambdas/training-jobs/attempts.ts';
import { decideBilling } from '../../lambdas/training-jobs/billing.ts';
import { dynamoJobMoney } from '../../lambdas/training-jobs/dynamo-job-money.ts';
import { dynamoJobApiStore } from '../../lambdas/training-jobs/dynamo-job-store.ts';
import { decideFailure, decideRelease } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { at, queuedJob } from '../training-jobs/example-job.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

const tables = { core: 'core', telemetry: 'telemetry', ephemeral: 'ephemeral' };
storageOfThisFile('budgets');

const jobs = () => dynamoJobApiStore(documentClient(), tables);
const budget = async (key: { pk: string; sk: string }) => {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: 'core', Key: key, ConsistentRead: true }),
  );
  return BudgetRecord.parse(Item);
};

/** A job of this owner in its own month, so that tests share no row. */
function jobOf(owner: string, month: string): TrainingJobRecord {
  return queuedJob({ id: `job_${ulid()}`, owner, hold: { month, usdMicros: 1_000_000 } });
}

async function withDataset(owner: string): Promise<void> {
  const { dataset } = queuedJob();
  const Item = { ...coreKeys.dataset(owner, dataset.id), status: 'active' };
  await documentClient().send(new PutCommand({ TableName: 'core', Item }));
}

/** Asks until it is decided, as a client does that hears `request-in-progress`: the same key, the same answer. */
async function create(job: TrainingJobRecord, limits: { user: number; platform: number }): Promise<string> {
  const idempotency = { owner: job.owner, operationId: 'createTrainingJob', key: job.id, requestHash: 'h' };
  const decide = async () => ({ change: { job, events: [], outcomes: [] }, limits });
  for (let tries = 0; tries < 30; tries += 1) {
    try {
      await jobs().create(idempotency, job.id, decide, at(0));
      return 'accepted';
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.code !== 'request-in-progress') return error.code;
    }
  }
  return 'never decided';
}
const count = (answers: readonly string[], answer: string) =>
  answers.filter((each) => each === answer).length;

describe('jobs that are asked for at the same moment', () => {
  test('hold together no more than what is free in their owner’s month', async () => {
    await withDataset('una');
    const asked = Array.from({ length: 12 }, () => jobOf('una', '2027-01'));
    const answers = await Promise.all(
      asked.map((job) => create(job, { user: 3_500_000, platform: 100_000_000 })),
    );
    expect(count(answers, 'accepted')).toBe(3);
    expect(count(answers, 'budget-exceeded')).toBe(9);
    const sums = { heldUsdMicros: 3_000_000, spentUsdMicros: 0, committedUsdMicros: 3_000_000 };
    expect(await budget(coreKeys.budget('una', '2027-01'))).toMatchObject(sums);
    const stored = await Promise.all(asked.map((job) => jobs().get('una', job.id)));
    expect(stored.filter(Boolean)).toHaveLength(3);
  });

  test('by many people hold together no more than what is free in the platform’s month', async () => {
    const people = ['pia', 'pit', 'poe', 'pam'];
    await Promise.all(people.map(withDataset));
    const asked = people.flatMap((owner) => Array.from({ length: 3 }, () => jobOf(owner, '2027-02')));
    const answers = await Promise.all(
      asked.map((job) => create(job, { user: 100_000_000, platform: 5_200_000 })),
    );
    expect(count(answers, 'accepted')).toBe(5);
    expect(count(answers, 'platform-budget-exceeded')).toBe(7);
    const platform = await budget(coreKeys.platformBudget('2027-02'));
    expect(platform.committedUsdMicros).toBe(5_000_000);
    const held = await Promise.all(
      people.map((owner) => budget(coreKeys.budget(owner, '2027-02')).catch(() => undefined)),
    );
    expect(held.reduce((sum, each) => sum + (each?.heldUsdMicros ?? 0), 0)).toBe(5_000_000);
  });

  test('under one key are one job with one hold', async () => {
    await withDataset('uma');
    const job = jobOf('uma', '2027-03');
    const limits = { user: 10_000_000, platform: 100_000_000 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(job, limits)));
    expect(count(answers, 'accepted')).toBe(6);
    expect((await budget(coreKeys.budget('uma', '2027-03'))).heldUsdMicros).toBe(1_000_000);
  });
});

describe('what a job does not use', () => {
  test('is free again once, also when its end is settled by several at once and beyond its cap', async () => {
    await withDataset('ute');
    const limits = { user: 1_000_000, platform: 100_000_000 };
    const first = jobOf('ute', '2026-11');
    expect(await create(first, limits)).toBe('accepted');
    expect(await create(jobOf('ute', '2026-11'), limits)).toBe('budget-exceeded');

    const store = jobs();
    const money = dynamoJobMoney(documentClient(), tables);
    const submitting = decideAttempt(first, at(1));
    await store.replace(submitting, at(1));
    const running = decideRunning(submitting.job as never, at(10).toISOString(), at(10));
    await store.replace(running, at(10));
    // 300 s at a thousandth of a dollar a second.
    const billing = decideBilling(running.job, at(310).toISOString(), at(310))!;
    await money.bill(running.job, billing, at(310));
    const failed = decideFailure(billing.job, failureOf('platform-fault', 'x'), at(320), {
      at: at(310).toISOString(),
      outcome: 'lost',
    });
    await store.replace(failed, at(320));
    const release = decideRelease(failed.job, at(330));
    const released = await Promise.allSettled([1, 2, 3].map(() => money.release(release, at(330))));
    // The others see what stands there: their own write, repeated.
    expect(released.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await budget(coreKeys.budget('ute', '2026-11'))).toMatchObject({
      heldUsdMicros: 0,
      spentUsdMicros: 300_000,
      committedUsdMicros: 300_000,
    });
    const small = queuedJob({
      ...jobOf('ute', '2026-11'),
      capUsdMicros: 700_000,
      hold: { month: '2026-11', usdMicros: 700_000 },
    });
    expect(await create(small, limits)).toBe('accepted');
    // It runs for twice what its cap pays: the month is charged the cap, and not a micro more.
    const opened = decideAttempt(small, at(400));
    await store.replace(opened, at(400));
    const started = decideRunning(opened.job as never, at(400).toISOString(), at(400));
    await store.replace(started, at(400));
    const over = decideBilling(started.job, at(1800).toISOString(), at(1800))!;
    await money.bill(started.job, over, at(1800));
    expect(over.job.costUsdMicros).toBe(700_000);
    expect(await budget(coreKeys.budget('ute', '2026-11'))).toMatchObject({
      heldUsdMicros: 0,
      spentUsdMicros: 1_000_000,
      committedUsdMicros: 1_000_000,
    });
  });
});
