import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { resource, resources, synthesized } from './synthesized.ts';

const { watch } = synthesized('production').templates;
const alarms = resources(watch, 'AWS::CloudWatch::Alarm').map(({ id, Properties }) => {
  const [impact = '', help = ''] = String(Properties['AlarmDescription']).split('\n');
  return { id, name: String(Properties['AlarmName']), impact, help, Properties };
});
const headings = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map(
  ([, heading]) => heading,
);

describe('alarms', () => {
  test('each has a page in the runbook, and each page of the runbook its alarm', () => {
    const named = alarms.map(({ name }) => name.replace('brightrun-prod: ', ''));
    expect(named.length).toBeGreaterThan(8);
    expect(named.sort()).toEqual([...headings].sort());
  });

  test.each(alarms.map((alarm) => [alarm.name, alarm] as const))(
    '%s says who is hurt and what to do',
    (_, alarm) => {
      expect(alarm.impact).toMatch(/^\S.{20,}\.$/);
      expect(alarm.help).toBe(
        `What to do: docs/runbook.md, "${alarm.name.replace('brightrun-prod: ', '')}".`,
      );
    },
  );

  test('each tells the topic, and silence is no alarm', () => {
    const topic = resource(watch, 'AWS::SNS::Topic');
    for (const { Properties } of alarms) {
      expect(Properties['AlarmActions']).toEqual([{ Ref: topic.id }]);
      expect(Properties['TreatMissingData']).toBe('notBreaching');
    }
  });

  test('every dead-letter queue wakes somebody with its first message, and its page says how it is redriven', () => {
    const queues = resources(synthesized('production').templates.workflow, 'AWS::SQS::Queue')
      .map(({ id }) => id)
      .filter((id) => !id.startsWith('ValidationQueue'));
    expect(queues).toHaveLength(4);
    const runbook = readFileSync('docs/runbook.md', 'utf8');
    for (const queue of queues) {
      const watching = alarms.filter(({ Properties }) => JSON.stringify(Properties).includes(queue));
      expect(watching.map(({ Properties }) => Properties['Threshold'])).toEqual([0]);
      const heading = watching[0]?.name.replace('brightrun-prod: ', '') ?? '';
      const page = runbook.split(`## ${heading}\n`)[1]?.split('\n## ')[0];
      expect(page).toMatch(/redrive|again|ValidationQueue|sweeper takes up/i);
    }
  });

  test('there are few enough to cost about a dollar a month', () => {
    // $0.10 an alarm and month; the idle bill is to stay under $5 (design.md §10).
    expect(alarms.length * 0.1).toBeLessThanOrEqual(1.5);
  });
});

test('who is to be told gets alarms and a warning at 80 % of the bill', () => {
  expect(resource(watch, 'AWS::SNS::Subscription').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'operator@example.org',
  });
  expect(resource(watch, 'AWS::Budgets::Budget').Properties).toMatchObject({
    Budget: expect.objectContaining({ BudgetLimit: { Amount: 500, Unit: 'USD' }, TimeUnit: 'MONTHLY' }),
    NotificationsWithSubscribers: expect.arrayContaining([
      expect.objectContaining({ Notification: expect.objectContaining({ Threshold: 80 }) }),
    ]),
  });
});
