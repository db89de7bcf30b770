/** What our stores do, by the real handlers and adapters. */
import { describe, expect, test } from '@jest/globals';
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { changeSettings, getSettings } from '../../contracts/account.ts';
import { exportCosts, getCostSummary, listCostRecords } from '../../contracts/costs.ts';
import { changeModel, createDownloads, deleteModel, getModel, listModels } from '../../contracts/models.ts';
import {
  listNotifications,
  type Outcome,
  readAllNotifications,
  readNotification,
} from '../../contracts/notifications.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import { newestPaces, pacePut, pacesIn } from '../../lambdas/costs/pace-rows.ts';
import { costRecordItems, holdItems, releaseItems } from '../../lambdas/costs/ledger-items.ts';
import { usageRecords } from '../../lambdas/costs/ledger.ts';
import { modelRow } from '../../lambdas/models/model-rows.ts';
import { dynamoNotificationStore } from '../../lambdas/notifications/dynamo-notification-store.ts';
import { notificationOf } from '../../lambdas/notifications/notification.ts';
import { documentClient, failedConditions } from '../../lambdas/runtime/dynamo.ts';
import { modelRecord } from '../models/model-record.ts';
import { callApi } from '../owners/call-api.ts';
import type { StorageUnderTest } from './storage-under-test.ts';

const outcome = (owner: string, key: string, at = new Date()): Outcome => ({
  shape: 1,
  key,
  owner,
  kind: 'job-succeeded',
  title: `Told ${key}`,
  body: 'Words',
  target: { noun: 'training-jobs', id: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z' },
  at: at.toISOString(),
});
const bodyOf = <T>(answer: { status: number; body: unknown }) => {
  expect(answer.status).toBeLessThan(300);
  return answer.body as T;
};
type Notes = { items: { id: string; status: string }[]; unread: number; nextCursor?: string };

export function storesSuite(storage: () => StorageUnderTest): void {
  test('finished runs of a family on a GPU type are read newest first, a repeat once, and no others', async () => {
    const pace = (steps: number): PaceRecord => ({
      shape: 1,
      baseModel: 'brightrun/tiny-base',
      gpuType: 'cpu-suite',
      gpuCount: 1,
      variant: 'lora',
      quantization: 'none',
      objective: 'answers',
      steps,
      tokens: 1000,
      seconds: 2.5,
      measuredOn: '2026-11-23',
    });
    const ends: [number, string][] = [
      [21, '2026-11-23T10:00:00.000Z'],
      [23, '2026-11-23T12:00:00.000Z'],
      [22, '2026-11-23T11:00:00.000Z'],
      [23, '2026-11-23T12:00:00.000Z'],
    ];
    for (const [steps, endedAt] of ends) {
      const put = pacePut('core', pace(steps), { family: 'llama', endedAt, jobId: `job_${steps}` });
      await documentClient().send(new TransactWriteCommand({ TransactItems: [put] }));
    }
    const read = async (family: string, gpuType: string) =>
      pacesIn(await documentClient().send(new QueryCommand(newestPaces('core', family, gpuType))));
    expect((await read('llama', 'cpu-suite')).map(({ steps }) => steps)).toEqual([23, 22, 21]);
    expect([await read('qwen', 'cpu-suite'), await read('llama', 'cpu')]).toEqual([[], []]);
  });

  describe('notifications', () => {
    const store = () => dynamoNotificationStore(documentClient(), 'ephemeral');

    test('an outcome that arrives twice is one notification, also at the same moment', async () => {
      const told = notificationOf(outcome('nia', 'job:1'), new Date());
      const news = await Promise.all([1, 2, 3].map(() => store().deliver(told, new Date())));
      expect(news.filter(Boolean)).toHaveLength(1);
      const list = bodyOf<Notes>(await callApi(listNotifications, 'nia'));
      expect(list).toMatchObject({ unread: 1, items: [{ id: told.id, status: 'unread' }] });
    });

    test('reading, reading all and arriving late add up to an exact count', async () => {
      const minute = (ago: number) => new Date(Date.now() - ago * 60_000);
      for (const [index, ago] of [5, 4, 3].entries()) {
        await store().deliver(
          notificationOf(outcome('noa', `job:${index}`, minute(ago)), minute(ago)),
          minute(ago),
        );
      }
      const list = () => callApi(listNotifications, 'noa').then((answer) => bodyOf<Notes>(answer));
      const [newest, , oldest] = (await list()).items;
      for (let again = 0; again < 2; again += 1) {
        bodyOf(await callApi(readNotification, 'noa', { path: { notificationId: oldest!.id } }));
      }
      expect((await list()).unread).toBe(2);
      expect((await callApi(readAllNotifications, 'noa')).status).toBe(204);
      expect((await list()).unread).toBe(0);
      // It happened before "read all", but nobody can have seen it.
      await store().deliver(notificationOf(outcome('noa', 'late', minute(9)), new Date()), new Date());
      const after = await list();
      expect(after.unread).toBe(1);
      expect(after.items.map((item) => item.status)).toEqual(['read', 'read', 'read', 'unread']);
      expect(after.items[0]!.id).toBe(newest!.id);
      const unread = bodyOf<Notes>(await callApi(listNotifications, 'noa', { query: { status: 'unread' } }));
      expect(unread.items).toHaveLength(1);
    });

    test('a row that has expired but is still there counts as absent, and its outcome can be told again', async () => {
      const long = new Date(Date.now() - 31 * 86_400_000);
      const old = notificationOf(outcome('nor', 'job:1', long), long);
      expect(await store().deliver(old, long)).toBe(true);
      expect(bodyOf<Notes>(await callApi(listNotifications, 'nor'))).toMatchObject({ items: [], unread: 0 });
      expect((await callApi(readNotification, 'nor', { path: { notificationId: old.id } })).status).toBe(404);
      expect(await store().deliver(old, new Date())).toBe(true);
    });

    test('pages hold each notification once, newest first', async () => {
      const start = Date.now() - 3_600_000;
      for (let index = 0; index < 7; index += 1) {
        const at = new Date(start + index * 1000);
        await store().deliver(notificationOf(outcome('nat', `job:${index}`, at), at), at);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = bodyOf<Notes>(
          await callApi(listNotifications, 'nat', { query: { limit: '3', ...(cursor ? { cursor } : {}) } }),
        );
        seen.push(...page.items.map((item) => item.id));
        cursor = page.nextCursor;
      } while (cursor);
      expect(seen).toHaveLength(7);
      expect(seen).toEqual(seen.toSorted().toReversed());
    });
  });

  describe('e-mails', () => {
    const topicEvent = (message: unknown) => ({
      Records: [{ Sns: { MessageId: 'm1', Message: JSON.stringify(message) } }],
    });
    const send = async (message: unknown) => {
      const { handler } = await import('../../lambdas/notifications/send-email.lambda.ts');
      await handler(topicEvent(message) as never);
    };

    test('one is sent for an outcome that arrives twice, and none against the person’s choice', async () => {
      await new SESv2Client({}).send(
        new CreateEmailIdentityCommand({ EmailIdentity: storage().environment['EMAIL_FROM']! }),
      );
      const sub = await storage().addPerson('eva@example.test');
      await send(outcome(sub, 'job:1'));
      await send({ ...outcome(sub, 'job:2'), kind: 'job-queued' });
      const repeated = outcome(sub, 'job:3');
      await send(repeated);
      await send(repeated);
      bodyOf(await callApi(changeSettings, sub, { body: { emailChoices: { jobsEnded: false } } }));
      await send(outcome(sub, 'job:4'));
      const emails = await storage().emailsTo('eva@example.test');
      expect(emails.map((email) => email.Subject)).toEqual(['Told job:1', 'Told job:3']);
      expect(emails[0]!.BodyText).toContain('http://127.0.0.1:4800/training-jobs/job_01KAR4');
      expect(emails[0]!.BodyHtml).toContain('Told job:1');
    });
  });

  describe('settings', () => {
    test('are made on first use with the address of the account, once', async () => {
      const sub = await storage().addPerson('Ana@example.test');
      const [first, second] = await Promise.all([callApi(getSettings, sub), callApi(getSettings, sub)]);
      expect(first?.status).toBe(200);
      expect(second?.body).toEqual(first?.body);
      expect(bodyOf<{ email: string }>(first!).email.toLowerCase()).toBe('ana@example.test');
      const changed = await callApi(changeSettings, sub, {
        body: { emailChoices: { jobsStarted: true }, monthlyBudgetUsdMicros: 5_000_000 },
      });
      expect(changed.body).toMatchObject({
        emailChoices: { jobsStarted: true, jobsEnded: true },
        monthlyBudgetUsdMicros: 5_000_000,
      });
      const above = await callApi(changeSettings, sub, { body: { monthlyBudgetUsdMicros: 100_000_001 } });
      expect(above.status).toBe(403);
      expect((await callApi(getSettings, sub)).body).toEqual(changed.body);
    });
  });

  describe('the ledger', () => {
    const jobId = 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z';
    const job = {
      id: jobId,
      owner: 'lea',
      name: '=cmd()',
      gpuType: 'cpu-2',
      gpuCount: 1,
      usdMicrosPerHour: 3_600_000,
      pricedOn: '2026-11-23',
      costSequence: 0,
    };
    const attempt = { attempt: 1, startedAt: '2026-11-30T23:59:58.000Z' };
    const hold = { month: '2026-11', usdMicros: 90_000 };
    const limits = { user: 100_000, platform: 1_000_000 };
    const transact = (items: ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']) =>
      documentClient().send(new TransactWriteCommand({ TransactItems: items }));

    test('hold, use over a month’s end and release are exact, and a repeat changes nothing', async () => {
      await transact(holdItems('core', { owner: 'lea', ...hold }, limits));
      const refused = await transact(holdItems('core', { owner: 'lea', ...hold }, limits)).catch(
        failedConditions,
      );
      expect(refused).toEqual([0]);
      const records = usageRecords(job, attempt, { from: attempt.startedAt, to: '2026-12-01T00:00:03.000Z' });
      const items = costRecordItems('core', records, { hold, costUsdMicros: 0 });
      await transact(items);
      expect(await transact(items).catch(failedConditions)).toEqual([0, 1]);
      await transact(releaseItems('core', { owner: 'lea', hold, costUsdMicros: 5000 }));
      const summary = async (month: string) =>
        bodyOf<{ budget: object; days: { day: string; costUsdMicros: number }[] }>(
          await callApi(getCostSummary, 'lea', { query: { month } }),
        );
      const november = await summary('2026-11');
      expect(november.budget).toMatchObject({ spentUsdMicros: 2000, heldUsdMicros: 0 });
      const december = await callApi(listCostRecords, 'lea', { query: { month: '2026-12' } });
      expect(december.body).toMatchObject({ items: [{ seconds: 3, costUsdMicros: 3000 }] });
      expect(JSON.stringify(december.body)).not.toContain('"owner"');
    });

    test('pages hold each record once, and a cursor of another list is refused', async () => {
      for (let index = 0; index < 5; index += 1) {
        const [record] = usageRecords({ ...job, owner: 'lia', costSequence: index }, attempt, {
          from: `2026-11-20T10:0${index}:00.000Z`,
          to: `2026-11-20T10:0${index + 1}:00.000Z`,
        });
        await transact(
          costRecordItems('core', [record!], { hold: { ...hold, usdMicros: 0 }, costUsdMicros: 0 }),
        );
      }
      type Page = { items: { sequence: number }[]; nextCursor?: string };
      const page = async (query: Record<string, string>) =>
        bodyOf<Page>(await callApi(listCostRecords, 'lia', { query: { month: '2026-11', ...query } }));
      const first = await page({ limit: '2' });
      const second = await page({ limit: '2', cursor: first.nextCursor! });
      const third = await page({ limit: '2', cursor: second.nextCursor!, jobId });
      expect([first, second, third].flatMap((each) => each.items.map((item) => item.sequence))).toEqual([
        1, 2, 3, 4, 5,
      ]);
      expect(third.nextCursor).toBeUndefined();
      const foreign = await callApi(listCostRecords, 'lia', {
        query: { month: '2026-12', cursor: first.nextCursor! },
      });
      expect(foreign.status).toBe(400);
      const csv = await callApi(exportCosts, 'lia', { query: { month: '2026-11' } });
      expect(csv.headers['content-type']).toContain('text/csv');
      expect(String(csv.body)).toContain(",'=cmd(),");
      expect(String(csv.body).trim().split('\r\n')).toHaveLength(6);
    });
  });

  describe('models', () => {
    test('a download gets the verified version although the key was overwritten, and deleting leaves no version', async () => {
      const s3 = new S3Client({});
      const Bucket = storage().environment['MODELS_BUCKET']!;
      const record = modelRecord('mia');
      const put = async (path: string, Body: string) =>
        (await s3.send(new PutObjectCommand({ Bucket, Key: `${record.prefix}${path}`, Body }))).VersionId!;
      const versionIds: Record<string, string> = {};
      for (const file of record.files) versionIds[file.path] = await put(file.path, `verified ${file.path}`);
      await put('final/adapter_config.json', 'overwritten by a URL that was still valid');
      await put('manifest.json', '{}');
      await documentClient().send(
        new PutCommand({ TableName: 'core', Item: modelRow({ ...record, versionIds }) }),
      );
      const path = { modelId: record.id };
      const downloads = bodyOf<{ files: { path: string; url: string }[] }>(
        await callApi(createDownloads, 'mia', { path, body: {} }),
      );
      for (const file of downloads.files) {
        const response = await fetch(file.url);
        expect(await response.text()).toBe(`verified ${file.path}`);
        // The emulator signs this but does not answer it.
        const disposition = new URL(file.url).searchParams.get('response-content-disposition');
        expect(disposition).toBe(`attachment; filename="${file.path.replace('final/', '')}"`);
      }
      expect(
        (await callApi(createDownloads, 'mia', { path, body: { paths: ['manifest.json'] } })).status,
      ).toBe(400);
      expect((await callApi(changeModel, 'mia', { path, body: { name: ' New ' } })).body).toMatchObject({
        name: 'New',
      });
      for (let again = 0; again < 2; again += 1) {
        expect((await callApi(deleteModel, 'mia', { path })).status).toBe(204);
      }
      const left = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: record.prefix }));
      expect((left.Versions ?? []).map((version) => version.Key)).toEqual([`${record.prefix}manifest.json`]);
      expect(left.DeleteMarkers ?? []).toEqual([]);
      expect((await callApi(createDownloads, 'mia', { path, body: {} })).status).toBe(409);
      expect((await callApi(getModel, 'mia', { path })).body).toMatchObject({
        status: 'deleted',
        costUsdMicros: 1334,
      });
      expect((await callApi(listModels, 'mia')).body).toMatchObject({
        items: [{ id: record.id, name: 'New' }],
      });
      await expect(
        s3.send(new GetObjectCommand({ Bucket, Key: `${record.prefix}final/adapter_config.json` })),
      ).rejects.toMatchObject({ name: 'NoSuchKey' });
    });
  });
}
