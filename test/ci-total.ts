/** The last line of `.ci/run`: `npm test`, `npm start -- --once` and `npm run test:gpu-trainer`. Arguments: their exit codes. */
import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import { type Counts, countsOf } from './layers.ts';

const reports = resolve(import.meta.dirname, '../.local/test-reports');
const [testExit = 1, onceExit = 1, gpuTrainerExit = 1] = process.argv.slice(2).map(Number);

const gpuTrainer = countsOf(
  { name: 'gpu-trainer', command: [], counts: 'junit' },
  resolve(reports, 'gpu-trainer.xml'),
  gpuTrainerExit,
);
const once = countsOf({ name: 'once', command: [], counts: 'exit-code' }, '', onceExit);
const all = [totalOf(testExit), once, gpuTrainer];
const sum = (what: 'passed' | 'failed') => all.reduce((total, counts) => total + counts[what], 0);
const failed = sum('failed');
console.log(`tests: ${sum('passed')} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function totalOf(exitCode: number): Counts {
  try {
    const total = JSON.parse(readFileSync(resolve(reports, 'total.json'), 'utf8')) as Counts;
    return exitCode !== 0 && total.failed === 0 ? { ...total, failed: 1 } : total;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
