/** The layers `npm test` runs, in order: the quickest first, so that a slip is told within seconds. */
import { readFileSync } from 'node:fs';

export interface Layer {
  name: string;
  /** Node's arguments, or a command of node_modules/.bin. */
  command: string[];
  /** How the layer's report says how many tests passed; a check that counts nothing is one test. */
  counts: 'jest' | 'junit' | 'exit-code';
}

/** Passed, failed and skipped tests of one layer. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const jest = (name: string, projects: string[], ...more: string[]): Layer => ({
  name,
  command: [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    ...projects,
    ...more,
  ],
  counts: 'jest',
});

export const LAYERS: readonly Layer[] = [
  {
    name: 'format',
    command: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
    counts: 'exit-code',
  },
  { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', '.'], counts: 'exit-code' },
  { name: 'types-web', command: ['node_modules/typescript/bin/tsc', '-p', 'web'], counts: 'exit-code' },
  { name: 'lint', command: ['node_modules/oxlint/bin/oxlint', '--deny-warnings'], counts: 'exit-code' },
  { name: 'imports', command: ['test/lint-imports.ts'], counts: 'exit-code' },
  { name: 'unused', command: ['node_modules/knip/bin/knip.js', '--no-progress'], counts: 'exit-code' },
  jest('contracts', ['contracts']),
  jest('unit', ['unit', 'web', 'simulation']),
  jest('infrastructure', ['infrastructure']),
  { name: 'trainer', command: ['local/trainer-tests.ts'], counts: 'junit' },
  jest('integration', ['integration'], '--runInBand'),
  jest('browser', ['browser'], '--runInBand'),
];

/** Reads a report; one that is missing or empty is a failure, never "0 failed" (a runner that did not run). */
export function countsOf(layer: Layer, reportFile: string, exitCode: number): Counts {
  if (layer.counts === 'exit-code')
    return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
  let text: string;
  try {
    text = readFileSync(reportFile, 'utf8');
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = layer.counts === 'jest' ? fromJest(text) : fromJunit(text);
  const silentFailure = exitCode !== 0 && counts.failed === 0;
  const ranNothing = counts.passed + counts.failed === 0;
  return silentFailure || ranNothing ? { ...counts, failed: counts.failed + 1 } : counts;
}

function fromJest(text: string): Counts {
  const report = JSON.parse(text) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numRuntimeErrorTestSuites: number;
  };
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests,
  };
}

function fromJunit(text: string): Counts {
  const suite = /<testsuite\s[^>]*>/.exec(text)?.[0] ?? '';
  const figure = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = figure('failures') + figure('errors');
  const skipped = figure('skipped');
  return { passed: figure('tests') - failed - skipped, failed, skipped };
}
