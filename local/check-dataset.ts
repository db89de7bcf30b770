/**
 * `npm run check-dataset -- FILE`: the check of an uploaded dataset without a cloud. Ends with 0 where the file is
 * accepted, 1 where it is rejected, 2 where it could not be read.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HELP, readOptions } from './dataset-check/options.ts';
import { watchProgress } from './dataset-check/progress.ts';
import { reportAsJson } from './dataset-check/report-as-json.ts';
import { inColour, plain } from './dataset-check/terminal.ts';
import { UnreadableProblem } from './dataset-check/unreadable-problem.ts';

const ACCEPTED = 0;
const REJECTED = 1;
const UNREADABLE = 2;

// Whoever reads may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(HELP);
    return ACCEPTED;
  }
  // Half a second of loading that an option with a slip need not wait for.
  const { checkFiles } = await import('./dataset-check/check-files.ts');
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-check-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', tidy);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(UNREADABLE));
  const progress = watchProgress(process.stderr);
  try {
    const report = options.json ? reportAsJson(folder) : undefined;
    const checked = await checkFiles(options, { folder, progress, onIssue: report?.add }).finally(
      progress.end,
    );
    const isAccepted = checked.summary.verdict !== 'rejected';
    process.exitCode = isAccepted ? ACCEPTED : REJECTED;
    if (report) await report.print(checked, process.stdout);
    else {
      const { reportForPeople } = await import('./dataset-check/report-for-people.ts');
      const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
      process.stdout.write(reportForPeople(checked, options, isColoured ? inColour : plain));
    }
    return isAccepted ? ACCEPTED : REJECTED;
  } finally {
    tidy();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const problem = UnreadableProblem.of(error);
  if (problem === undefined) throw error;
  process.stderr.write(`${problem.message}\n`);
  process.exitCode = UNREADABLE;
}
