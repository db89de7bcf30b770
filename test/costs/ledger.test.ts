import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { StoredCostRecord } from '../../contracts/costs.ts';
import {
  type BilledJob,
  dayOf,
  heldAfter,
  monthOf,
  splitAtDayEnds,
  usageRecords,
} from '../../lambdas/costs/ledger.ts';
import { costOf } from '../../lambdas/costs/money.ts';

const job: BilledJob = {
  id: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
  owner: 'ana',
  name: 'Capitals',
  gpuType: 'cpu-2',
  gpuCount: 1,
  usdMicrosPerHour: 80_000,
  pricedOn: '2026-11-23',
  costSequence: 0,
};
const start = Date.parse('2026-11-30T22:00:00.000Z');
const time = (milliseconds: number) => new Date(start + milliseconds).toISOString();

describe('the ledger', () => {
  test('an interval over a month’s end becomes one record in each month, without a gap', () => {
    const records = usageRecords(
      job,
      { attempt: 1, startedAt: '2026-11-30T23:59:00.000Z' },
      { from: '2026-11-30T23:59:00.000Z', to: '2026-12-01T00:01:30.000Z' },
    );
    expect(records.map((record) => [record.from, record.to, record.seconds])).toEqual([
      ['2026-11-30T23:59:00.000Z', '2026-12-01T00:00:00.000Z', 60],
      ['2026-12-01T00:00:00.000Z', '2026-12-01T00:01:30.000Z', 90],
    ]);
    expect(records.map((record) => monthOf(record.from))).toEqual(['2026-11', '2026-12']);
    expect(records.map((record) => record.sequence)).toEqual([1, 2]);
    for (const record of records) expect(StoredCostRecord.parse(record)).toEqual(record);
  });

  test('an interval that ends at midnight stays in its day, and an empty one has no record', () => {
    expect(splitAtDayEnds({ from: '2026-11-30T23:00:00.000Z', to: '2026-12-01T00:00:00.000Z' })).toEqual([
      { from: '2026-11-30T23:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
    ]);
    expect(splitAtDayEnds({ from: time(0), to: time(0) })).toEqual([]);
  });

  test('however often an attempt is billed, its records add up to one rounding of the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 * 3_600_000 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 20_000_000 }),
        fc.integer({ min: 1, max: 8 }),
        (lengths, usdMicrosPerHour, gpuCount) => {
          const billed = { ...job, usdMicrosPerHour, gpuCount };
          const attempt = { attempt: 1, startedAt: time(0) };
          let from = 0;
          let sum = 0;
          let seconds = 0;
          for (const length of lengths) {
            for (const record of usageRecords(billed, attempt, {
              from: time(from),
              to: time(from + length),
            })) {
              expect(dayOf(record.from)).toBe(dayOf(new Date(Date.parse(record.to) - 1).toISOString()));
              expect(record.costUsdMicros).toBeGreaterThanOrEqual(0);
              sum += record.costUsdMicros;
              seconds += Math.round(record.seconds * 1000);
            }
            from += length;
          }
          expect(seconds).toBe(from);
          expect(sum).toBe(costOf(from / 1000, usdMicrosPerHour, gpuCount));
        },
      ),
    );
  });

  test('an overrun leaves nothing held, never less than nothing', () => {
    expect(heldAfter(100, 40)).toBe(60);
    expect(heldAfter(100, 140)).toBe(0);
  });
});
