/**
 * The money rows of a transaction: hold, cost record, release. Whoever changes a job adds these items to its own
 * transaction, so the rule of BUDGET# stands once and totals move with what caused them.
 *
 * A DynamoDB condition cannot add two attributes, so each row keeps `committedUsdMicros` = held + spent besides,
 * moved by the same updates: a hold is conditioned on that one figure.
 */
import type { StoredCostRecord } from '../../contracts/costs.ts';
import { coreKeys, type RowKey } from '../runtime/dynamo-keys.ts';
import type { TransactWrite } from '../runtime/dynamo.ts';
import { dayOf, heldAfter, monthOf } from './ledger.ts';

/** In the platform's row there is no user; the row still names whose sum it is. */
const PLATFORM = 'PLATFORM';

export interface Hold {
  owner: string;
  month: string;
  usdMicros: number;
}

interface BudgetRow {
  key: RowKey;
  owner: string;
}

const budgetRows = (owner: string, month: string): [BudgetRow, BudgetRow] => [
  { key: coreKeys.budget(owner, month), owner },
  { key: coreKeys.platformBudget(month), owner: PLATFORM },
];

function moveBudget(
  table: string,
  row: BudgetRow,
  month: string,
  move: { held: number; spent: number },
  room?: number,
): TransactWrite {
  return {
    Update: {
      TableName: table,
      Key: row.key,
      UpdateExpression:
        'SET shape = :shape, #owner = :owner, #month = :month ' +
        'ADD heldUsdMicros :held, spentUsdMicros :spent, committedUsdMicros :committed',
      ...(room === undefined
        ? {}
        : { ConditionExpression: 'attribute_not_exists(pk) OR committedUsdMicros <= :room' }),
      ExpressionAttributeNames: { '#owner': 'owner', '#month': 'month' },
      ExpressionAttributeValues: {
        ':shape': 1,
        ':owner': row.owner,
        ':month': month,
        ':held': move.held,
        ':spent': move.spent,
        ':committed': move.held + move.spent,
        ...(room === undefined ? {} : { ':room': room }),
      },
    },
  };
}

/** Whether a cap can never be held under these limits, however little is spent: decided before the transaction. */
export function holdRefusal(
  usdMicros: number,
  limits: { user: number; platform: number },
): 'budget-exceeded' | 'platform-budget-exceeded' | undefined {
  // A row that does not exist yet has no figure to compare, so the condition lets it pass: the room must be there.
  if (usdMicros > limits.user) return 'budget-exceeded';
  if (usdMicros > limits.platform) return 'platform-budget-exceeded';
  return undefined;
}

/**
 * Holds a cap in the user's month and the platform's: two items, each conditioned on its room. Call `holdRefusal`
 * first. When the transaction fails, `HOLD_PROBLEMS[place − first place of these items]` says which was refused.
 */
export function holdItems(
  table: string,
  hold: Hold,
  limits: { user: number; platform: number },
): [TransactWrite, TransactWrite] {
  const [user, platform] = budgetRows(hold.owner, hold.month);
  const move = { held: hold.usdMicros, spent: 0 };
  return [
    moveBudget(table, user, hold.month, move, limits.user - hold.usdMicros),
    moveBudget(table, platform, hold.month, move, limits.platform - hold.usdMicros),
  ];
}
export const HOLD_PROBLEMS = ['budget-exceeded', 'platform-budget-exceeded'] as const;

/**
 * Gives back what was held and not spent. Not conditioned by itself: the job's row in the same transaction is, on
 * `hold.releasedAt` being absent, so it happens once. Nothing left to release makes no item.
 */
export function releaseItems(
  table: string,
  job: { owner: string; hold: { month: string; usdMicros: number }; costUsdMicros: number },
): TransactWrite[] {
  const left = heldAfter(job.hold.usdMicros, job.costUsdMicros);
  if (left === 0) return [];
  return budgetRows(job.owner, job.hold.month).map((row) =>
    moveBudget(table, row, job.hold.month, { held: -left, spent: 0 }),
  );
}

/**
 * Writes cost records with their sums: five items for one record of the hold's own month, seven otherwise. The record's
 * condition makes a repeat of the whole transaction impossible. What is spent leaves the hold, in the hold's month;
 * an overrun takes no more from it than there is. `job.costUsdMicros` is the sum **before** these records, and
 * `hold.releasedAt` says that nothing is held any more.
 */
export function costRecordItems(
  table: string,
  records: readonly StoredCostRecord[],
  job: { hold: { month: string; usdMicros: number; releasedAt?: string | undefined }; costUsdMicros: number },
): TransactWrite[] {
  const items: TransactWrite[] = [];
  const sums = new Map<string, { owner: string; month: string; held: number; spent: number }>();
  const add = (owner: string, month: string, held: number, spent: number) => {
    const key = `${owner} ${month}`;
    const sum = sums.get(key) ?? { owner, month, held: 0, spent: 0 };
    sums.set(key, { ...sum, held: sum.held + held, spent: sum.spent + spent });
  };
  const days = new Map<string, { owner: string; day: string; spent: number }>();
  let before = job.costUsdMicros;
  for (const record of records) {
    const month = monthOf(record.from);
    items.push({
      Put: {
        TableName: table,
        Item: {
          ...coreKeys.cost(record.owner, month, record.jobId, record.attempt, record.sequence),
          ...record,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
    const after = before + record.costUsdMicros;
    const fromHold = job.hold.releasedAt
      ? 0
      : heldAfter(job.hold.usdMicros, before) - heldAfter(job.hold.usdMicros, after);
    add(record.owner, month, 0, record.costUsdMicros);
    add(record.owner, job.hold.month, -fromHold, 0);
    const day = `${record.owner} ${dayOf(record.from)}`;
    const spent = (days.get(day)?.spent ?? 0) + record.costUsdMicros;
    days.set(day, { owner: record.owner, day: dayOf(record.from), spent });
    before = after;
  }
  for (const { owner, day, spent } of days.values()) {
    items.push({
      Update: {
        TableName: table,
        Key: coreKeys.spend(owner, day),
        UpdateExpression: 'SET shape = :shape, #owner = :owner, #day = :day ADD spentUsdMicros :spent',
        ExpressionAttributeNames: { '#owner': 'owner', '#day': 'day' },
        ExpressionAttributeValues: { ':shape': 1, ':owner': owner, ':day': day, ':spent': spent },
      },
    });
  }
  for (const { owner, month, held, spent } of sums.values()) {
    if (held === 0 && spent === 0) continue;
    for (const row of budgetRows(owner, month)) items.push(moveBudget(table, row, month, { held, spent }));
  }
  return items;
}
