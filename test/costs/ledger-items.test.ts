import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { BudgetRecord } from '../../contracts/costs.ts';
import {
  costRecordItems,
  HOLD_PROBLEMS,
  holdItems,
  holdRefusal,
  releaseItems,
} from '../../lambdas/costs/ledger-items.ts';
import { budgetView } from '../../lambdas/costs/budget.ts';
import { usageRecords } from '../../lambdas/costs/ledger.ts';
import { memoryTable } from './memory-table.ts';

const job = {
  id: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
  owner: 'ana',
  name: 'Capitals',
  gpuType: 'cpu-2',
  gpuCount: 1,
  usdMicrosPerHour: 3_600_000,
  pricedOn: '2026-11-23',
  costSequence: 0,
};
const attempt = { attempt: 1, startedAt: '2026-11-30T23:59:00.000Z' };

const budgetOf = (table: ReturnType<typeof memoryTable>, pk: string, month: string) => {
  const row = table.get(pk, `BUDGET#${month}`);
  return row === undefined ? undefined : BudgetRecord.parse(row);
};

describe('hold, spend and release', () => {
  test('a hold above what is free is refused, in the user’s month and in the platform’s', () => {
    const table = memoryTable();
    const limits = { user: 1000, platform: 1500 };
    const hold = (owner: string, usdMicros: number) =>
      table.transact(holdItems('core', { owner, month: '2026-11', usdMicros }, limits));
    expect(hold('ana', 600)).toEqual([]);
    expect(hold('ana', 401).map((place) => HOLD_PROBLEMS[place])).toEqual(['budget-exceeded']);
    expect(hold('ana', 400)).toEqual([]);
    expect(hold('ben', 501).map((place) => HOLD_PROBLEMS[place])).toEqual(['platform-budget-exceeded']);
    expect(budgetOf(table, 'USER#ben', '2026-11')).toBeUndefined();
    expect(hold('ben', 500)).toEqual([]);
    expect(budgetOf(table, 'PLATFORM', '2026-11')).toMatchObject({
      heldUsdMicros: 1500,
      committedUsdMicros: 1500,
    });
  });

  test('a first hold of a month above the limit is refused before any row exists', () => {
    expect(holdRefusal(1001, { user: 1000, platform: 9000 })).toBe('budget-exceeded');
    expect(holdRefusal(1001, { user: 2000, platform: 1000 })).toBe('platform-budget-exceeded');
    expect(holdRefusal(1000, { user: 1000, platform: 1000 })).toBeUndefined();
  });

  test('a repeated cost record changes no sum', () => {
    const table = memoryTable();
    const records = usageRecords(job, attempt, { from: attempt.startedAt, to: '2026-11-30T23:59:30.000Z' });
    const items = costRecordItems('core', records, {
      hold: { month: '2026-11', usdMicros: 100_000 },
      costUsdMicros: 0,
    });
    expect(table.transact(items)).toEqual([]);
    expect(table.transact(items)).toEqual([0]);
    expect(budgetOf(table, 'USER#ana', '2026-11')).toMatchObject({ spentUsdMicros: 30_000 });
    expect(table.get('USER#ana', 'SPEND#2026-11-30')).toMatchObject({ spentUsdMicros: 30_000 });
  });

  test('use over a month’s end leaves the old month’s hold and stands in the new month’s spend', () => {
    const table = memoryTable();
    const hold = { month: '2026-11', usdMicros: 100_000 };
    table.transact(holdItems('core', { owner: 'ana', ...hold }, { user: 1e9, platform: 1e9 }));
    const records = usageRecords(job, attempt, { from: attempt.startedAt, to: '2026-12-01T00:00:20.000Z' });
    table.transact(costRecordItems('core', records, { hold, costUsdMicros: 0 }));
    expect(budgetOf(table, 'USER#ana', '2026-11')).toMatchObject({
      heldUsdMicros: 20_000,
      spentUsdMicros: 60_000,
      committedUsdMicros: 80_000,
    });
    expect(budgetOf(table, 'PLATFORM', '2026-12')).toMatchObject({
      heldUsdMicros: 0,
      spentUsdMicros: 20_000,
      committedUsdMicros: 20_000,
    });
    table.transact(releaseItems('core', { owner: 'ana', hold, costUsdMicros: 80_000 }));
    expect(budgetOf(table, 'USER#ana', '2026-11')).toMatchObject({
      heldUsdMicros: 0,
      committedUsdMicros: 60_000,
    });
    expect(table.get('USER#ana', 'SPEND#2026-12-01')).toMatchObject({ spentUsdMicros: 20_000 });
  });

  test('after hold, any use and release nothing is held and all that was used is spent, overrun or not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200_000 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 6 }),
        (usdMicros, lengths) => {
          const table = memoryTable();
          const hold = { month: '2026-11', usdMicros };
          table.transact(holdItems('core', { owner: 'ana', ...hold }, { user: 1e9, platform: 1e9 }));
          let costUsdMicros = 0;
          let costSequence = 0;
          let from = Date.parse(attempt.startedAt);
          for (const length of lengths) {
            const records = usageRecords({ ...job, costSequence }, attempt, {
              from: new Date(from).toISOString(),
              to: new Date(from + length).toISOString(),
            });
            expect(table.transact(costRecordItems('core', records, { hold, costUsdMicros }))).toEqual([]);
            costUsdMicros += records.reduce((sum, record) => sum + record.costUsdMicros, 0);
            costSequence += records.length;
            from += length;
          }
          table.transact(releaseItems('core', { owner: 'ana', hold, costUsdMicros }));
          for (const pk of ['USER#ana', 'PLATFORM']) {
            const months = ['2026-11', '2026-12'].map((month) => budgetOf(table, pk, month));
            const sum = (name: 'heldUsdMicros' | 'spentUsdMicros' | 'committedUsdMicros') =>
              months.reduce((total, row) => total + (row?.[name] ?? 0), 0);
            expect(sum('heldUsdMicros')).toBe(0);
            expect(sum('spentUsdMicros')).toBe(costUsdMicros);
            expect(sum('committedUsdMicros')).toBe(costUsdMicros);
          }
        },
      ),
    );
  });

  test('what is free is never shown below zero', () => {
    const record = {
      shape: 1 as const,
      owner: 'ana',
      month: '2026-11',
      heldUsdMicros: 500,
      spentUsdMicros: 700,
      committedUsdMicros: 1200,
    };
    expect(budgetView(record, '2026-11', 1000).freeUsdMicros).toBe(0);
    expect(budgetView(undefined, '2026-11', 1000)).toEqual({
      month: '2026-11',
      limitUsdMicros: 1000,
      spentUsdMicros: 0,
      heldUsdMicros: 0,
      freeUsdMicros: 1000,
    });
  });
});
