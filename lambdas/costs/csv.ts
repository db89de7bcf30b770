/** The ledger as CSV (RFC 4180) that a spreadsheet can open without running anything. */
import type { CostRecord } from '../../contracts/costs.ts';

const COLUMNS = [
  'from',
  'to',
  'job_id',
  'job_name',
  'attempt',
  'gpu_type',
  'gpu_count',
  'seconds',
  'usd_micros_per_hour',
  'priced_on',
  'cost_usd_micros',
  'cost_usd',
] as const;

/** What a spreadsheet would take for a formula; a leading tab or line break would hide one. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A text cell. One that begins as a formula gets an apostrophe in front, which spreadsheets do not show. */
export function textCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Dollars with six decimals: exact, without the rounding of a division. */
export function dollars(usdMicros: number): string {
  return `${Math.floor(usdMicros / 1e6)}.${String(usdMicros % 1e6).padStart(6, '0')}`;
}

/** One line a record, oldest first, below the names of the columns; lines end with CR LF. */
export function costsAsCsv(records: readonly CostRecord[]): string {
  const oldestFirst = records.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const lines = oldestFirst.map((record) =>
    [
      record.from,
      record.to,
      record.jobId,
      textCell(record.jobName),
      record.attempt,
      textCell(record.gpuType),
      record.gpuCount,
      record.seconds,
      record.usdMicrosPerHour,
      record.pricedOn,
      record.costUsdMicros,
      dollars(record.costUsdMicros),
    ].join(','),
  );
  return [COLUMNS.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}
