/** The last line of `.ci/run`: `npm test` and `npm run test:peft` together. Arguments: their exit codes. */
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { type Counts, countsOf } from './layers.ts';

const reports = resolve(import.meta.dirname, '../.local/test-reports');
const [testExit = 1, peftExit = 1] = process.argv.slice(2).map(Number);

const peft = countsOf({ name: 'peft', command: [], counts: 'junit' }, resolve(reports, 'peft.xml'), peftExit);
const tests = totalOf(testExit);
const failed = tests.failed + peft.failed;
console.log(`tests: ${tests.passed + peft.passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function totalOf(exitCode: number): Counts {
  try {
    const total = JSON.parse(readFileSync(resolve(reports, 'total.json'), 'utf8')) as Counts;
    return exitCode !== 0 && total.failed === 0 ? { ...total, failed: 1 } : total;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
