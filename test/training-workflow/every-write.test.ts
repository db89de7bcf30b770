/** Every write to a table is fenced by a condition, or stands here with the reason why it needs none (I1, I3, I4). */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** A write's words in the source: an item of a transaction, or a command of its own. */
const WRITE = /\b(?:Put|Update|Delete): \{|new (?:Put|Update|Delete)Command\(\{/g;

/** Writes without a condition: a part of each one's text, and why whoever is second or late does no harm. */
const WITHOUT: Record<string, Record<string, string>> = {
  'lambdas/account/dynamo-settings-store.ts': {
    'coreKeys.userListing(owner)': 'says that a person exists: the same row again',
  },
  'lambdas/costs/ledger-items.ts': {
    'coreKeys.spend(owner, day)':
      'moves in the transaction of a cost record, which is written once, and of the job’s revision',
  },
  'lambdas/datasets/dynamo-dataset-store.ts': {
    'TableName: coreTable, Key': 'a deletion that was decided is finished: gone twice is gone',
  },
  'lambdas/metrics/dynamo-progress-store.ts': {
    'telemetryKeys.metrics(': 'moves in the transaction of LIVE, which is fenced by attempt and batch',
  },
  'lambdas/metrics/dynamo-telemetry-store.ts': {
    'telemetryKeys.watch(': 'a page’s own row: the later look wins, and a run never writes it',
  },
  'lambdas/metrics/job-events.ts': {
    'telemetryKeys.event(': 'moves with what it tells, or is dated so that a repeat is the same row',
  },
  'lambdas/notifications/dynamo-recipients.ts': {
    'ephemeralKeys.idempotency(': 'that a mail was sent: the same row again',
  },
  'lambdas/costs/pace-rows.ts': {
    'coreKeys.pace(': 'moves in the transaction that makes the model, under job and end: the same row again',
  },
  'lambdas/runtime/outbox.ts': {
    'coreKeys.outbox(':
      'moves in the transaction of a revision or of LIVE; its id is the transition, and readers know it',
  },
  'lambdas/training-jobs/dynamo-job-money.ts': {
    'modelRow(model)': 'moves in the transaction of the job’s last revision (I7)',
  },
  'lambdas/training-jobs/job-rows.ts': {
    '...key, ...listing': 'moves in the transaction that accepts a job; the same row again',
  },
  'lambdas/training-workflow/dynamo-cluster-health.ts': {
    'if_not_exists(since': 'counts: every call that failed is one more',
  },
  'lambdas/training-workflow/dynamo-outbox.ts': {
    'coreKeys.outbox(id)': 'what was dispatched goes: gone twice is gone',
  },
};

/** From its first brace to the one that closes it. */
function bodyOf(source: string, from: number): string {
  const start = source.indexOf('{', from);
  let depth = 0;
  for (let place = start; place < source.length; place += 1) {
    if (source[place] === '{') depth += 1;
    else if (source[place] === '}') depth -= 1;
    if (depth === 0) return source.slice(start, place + 1);
  }
  return source.slice(start);
}

const writes = globSync('lambdas/**/*.ts').flatMap((file) => {
  const source = readFileSync(file, 'utf8');
  return (
    [...source.matchAll(WRITE)]
      .map((found) => bodyOf(source, found.index).replaceAll(/\s+/g, ' '))
      // S3's deletion carries a list of objects, and no condition exists for it.
      .filter((body) => !body.includes('Objects:'))
      .map((body) => ({ file, body }))
  );
});

test('writes to the tables are found at all', () => {
  expect(writes.length).toBeGreaterThan(25);
});

test('each is fenced by a condition, or its reason stands here', () => {
  const bare = writes.filter(({ body }) => !body.includes('ConditionExpression'));
  const unknown = bare.filter(
    ({ file, body }) => !Object.keys(WITHOUT[file] ?? {}).some((part) => body.includes(part)),
  );
  expect(unknown).toEqual([]);
});

test('every reason still has its write', () => {
  const idle = Object.entries(WITHOUT).flatMap(([file, reasons]) =>
    Object.keys(reasons).filter(
      (part) =>
        !writes.some(
          (write) =>
            write.file === file && write.body.includes(part) && !write.body.includes('ConditionExpression'),
        ),
    ),
  );
  expect(idle).toEqual([]);
});
