import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { CostRecord } from '../../contracts/costs.ts';
import { costsAsCsv, dollars, textCell } from '../../lambdas/costs/csv.ts';

const record: CostRecord = {
  jobId: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
  jobName: 'Capitals',
  attempt: 1,
  sequence: 1,
  from: '2026-11-23T15:00:00.000Z',
  to: '2026-11-23T15:01:00.000Z',
  gpuType: 'cpu-2',
  gpuCount: 1,
  seconds: 60,
  usdMicrosPerHour: 80_000,
  pricedOn: '2026-11-23',
  costUsdMicros: 1334,
};

/** RFC 4180, read back: rows of cells. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;
  let row: string[] = [];
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) throw new Error(`Not RFC 4180 at ${pattern.lastIndex}`);
    const cell = match[1]!;
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (match[2] === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('the ledger as CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://x";"y")'])(
    'a job named %j is no formula',
    (name) => {
      const cell = parseCsv(costsAsCsv([{ ...record, jobName: name }]))[1]![3]!;
      expect(cell).toBe(`'${name}`);
    },
  );

  test('any name is read back as it was, but for the apostrophe before a formula', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (name) => {
        const cell = parseCsv(costsAsCsv([{ ...record, jobName: name }]))[1]![3]!;
        expect([name, `'${name}`]).toContain(cell);
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });

  test('money stands in exact micros and in dollars, and lines are sorted by time', () => {
    const later = { ...record, sequence: 2, from: '2026-11-23T15:01:00.000Z', costUsdMicros: 12_000_001 };
    const [names, first, second, ...rest] = parseCsv(costsAsCsv([later, record]));
    expect(names?.slice(-2)).toEqual(['cost_usd_micros', 'cost_usd']);
    expect(first?.slice(-2)).toEqual(['1334', '0.001334']);
    expect(second?.slice(-2)).toEqual(['12000001', '12.000001']);
    expect(rest).toEqual([]);
    expect(dollars(0)).toBe('0.000000');
    expect(textCell('a, "b"')).toBe('"a, ""b"""');
  });

  test('a month without use is the names of the columns alone', () => {
    expect(parseCsv(costsAsCsv([]))).toHaveLength(1);
  });
});
