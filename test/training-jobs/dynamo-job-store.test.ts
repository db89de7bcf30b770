import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { ProblemError } from '../../contracts/problems.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { Documents } from '../../lambdas/runtime/dynamo.ts';
import { changeJob } from '../../lambdas/training-jobs/change-job.ts';
import { dynamoJobApiStore, dynamoJobStore } from '../../lambdas/training-jobs/dynamo-job-store.ts';
import { jobRow } from '../../lambdas/training-jobs/job-rows.ts';
import { decideCancellation } from '../../lambdas/training-jobs/training-job.ts';
import { at, JOB_ID, OWNER, queuedJob, runningJob } from './example-job.ts';

const tables = { core: 'core', telemetry: 'telemetry', ephemeral: 'ephemeral' };
type Transaction = NonNullable<TransactWriteCommand['input']['TransactItems']>;

/** A client with one job in it; every transaction is kept and answered by `onWrite`. */
function documents(
  stored: TrainingJobRecord | undefined,
  onWrite: (items: Transaction) => void = () => undefined,
) {
  const transactions: Transaction[] = [];
  const world = { stored };
  const client = {
    send: async (command: object) => {
      if (command instanceof GetCommand) {
        const isJob = String(command.input.Key?.['sk']).startsWith('JOB#');
        return { Item: isJob && world.stored ? jobRow(world.stored) : undefined };
      }
      if (command instanceof TransactWriteCommand) {
        transactions.push(command.input.TransactItems ?? []);
        onWrite(command.input.TransactItems ?? []);
        return {};
      }
      throw new Error(`${command.constructor.name} is not expected`);
    },
  };
  return { client: client as unknown as Documents, transactions, world };
}
const cancelled = (places: string[]) =>
  new TransactionCanceledException({
    message: '',
    $metadata: {},
    CancellationReasons: places.map((Code) => ({ Code })),
  });
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'no problem',
    (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
  );

describe('a job’s next revision', () => {
  const change = decideCancellation(runningJob(), false, at(20));

  test('is written with its events on the condition of the revision before', async () => {
    const { client, transactions } = documents(runningJob());
    await dynamoJobStore(client, tables).replace(change, at(20));
    const [put, event] = transactions[0] ?? [];
    expect(put?.Put).toMatchObject({
      TableName: 'core',
      ConditionExpression: 'revision = :before',
      ExpressionAttributeValues: { ':before': runningJob().revision },
    });
    expect(event?.Put).toMatchObject({ TableName: 'telemetry', Item: { kind: 'cancel-requested' } });
  });

  test('whose answer was lost is recognised, not reported as somebody else’s', async () => {
    const { client } = documents(change.job as TrainingJobRecord, () => {
      throw cancelled(['ConditionalCheckFailed', 'None']);
    });
    expect(await codeOf(dynamoJobStore(client, tables).replace(change, at(20)))).toBe('no problem');
  });

  test('after somebody else’s is refused', async () => {
    const other = decideCancellation(runningJob(), true, at(19)).job as TrainingJobRecord;
    const { client } = documents(other, () => {
      throw cancelled(['ConditionalCheckFailed', 'None']);
    });
    expect(await codeOf(dynamoJobStore(client, tables).replace(change, at(20)))).toBe('job-changed');
  });

  test('is decided again when somebody was quicker, on what is true then', async () => {
    let meetings = 2;
    const { client, world } = documents(runningJob(), () => {
      if (meetings === 0) return;
      meetings -= 1;
      world.stored = { ...(world.stored as TrainingJobRecord), revision: (world.stored?.revision ?? 0) + 1 };
      throw cancelled(['ConditionalCheckFailed']);
    });
    const job = await changeJob(
      dynamoJobStore(client, tables),
      OWNER,
      JOB_ID,
      (found) => decideCancellation(found, false, at(20)),
      at(20),
    );
    expect(job.revision).toBe(runningJob().revision + 3);
  });
});

describe('a new job', () => {
  const idempotency = {
    owner: OWNER,
    operationId: 'createTrainingJob',
    key: 'k'.repeat(8),
    requestHash: 'h',
  };
  const limits = { user: 2_000_000, platform: 5_000_000 };
  const create = (client: Documents, given = limits) =>
    dynamoJobApiStore(client, tables).create(
      idempotency,
      JOB_ID,
      async () => ({ change: { job: queuedJob(), events: [], outcomes: [] }, limits: given }),
      at(0),
    );

  test('is written with its two holds, its key, and the order to start: all or nothing', async () => {
    const { client, transactions } = documents(undefined);
    await create(client);
    expect(transactions).toHaveLength(1);
    const keys = transactions[0]?.map(
      ({ Put, Update, ConditionCheck }) => (Put?.Item ?? Update?.Key ?? ConditionCheck?.Key)?.['sk'],
    );
    expect(keys).toEqual([
      'BUDGET#2026-11',
      'BUDGET#2026-11',
      `DATASET#${queuedJob().dataset.id}`,
      expect.stringContaining('IDEM#createTrainingJob#'),
      `JOB#${JOB_ID}`,
      `${JOB_ID}:start`,
      // Makes job and owner known to the admins' lists.
      `${queuedJob().createdAt}#${JOB_ID}`,
      OWNER,
    ]);
  });

  test.each([
    [['ConditionalCheckFailed', 'None', 'None', 'None', 'None', 'None'], 'budget-exceeded'],
    [['None', 'ConditionalCheckFailed', 'None', 'None', 'None', 'None'], 'platform-budget-exceeded'],
  ])('is refused for the budget that had no room: %j', async (places, code) => {
    const { client } = documents(undefined, () => {
      throw cancelled(places);
    });
    expect(await codeOf(create(client))).toBe(code);
  });

  test('is refused when its dataset was archived or deleted in the meantime', async () => {
    const { client } = documents(undefined, () => {
      throw cancelled(['None', 'None', 'ConditionalCheckFailed', 'None', 'None', 'None']);
    });
    expect(await codeOf(create(client))).toBe('dataset-not-ready');
  });

  test('with a cap above a whole budget is refused before anything is written', async () => {
    const { client, transactions } = documents(undefined);
    expect(await codeOf(create(client, { user: 999_999, platform: 5_000_000 }))).toBe('budget-exceeded');
    expect(await codeOf(create(client, { user: 2_000_000, platform: 999_999 }))).toBe(
      'platform-budget-exceeded',
    );
    expect(transactions).toEqual([]);
  });

  test('is not taken for a refusal when a fault hides it', async () => {
    const { client } = documents(undefined, () => {
      throw new ConditionalCheckFailedException({ message: '', $metadata: {} });
    });
    await expect(create(client)).rejects.toThrow(ConditionalCheckFailedException);
  });
});
