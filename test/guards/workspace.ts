/** A copy of the repository to be broken in: the files that git knows or would, with the installation linked in. */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** What is installed or generated here and ignored by git. */
const LINKED = ['node_modules', '.local'];
/** A removed bound may never end: then the suite has noticed too. The longest suite of the list takes a tenth of it. */
const LONGEST_RUN_MS = 180_000;

export type Verdict = 'green' | 'red' | 'broken';

interface Report {
  numFailedTests: number;
  numPassedTests: number;
  numRuntimeErrorTestSuites: number;
  success: boolean;
}

export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'brightrun-guards-'));

  constructor() {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    for (const file of listed.split('\0').filter((name) => name !== '')) {
      const target = join(this.folder, file);
      mkdirSync(dirname(target), { recursive: true });
      try {
        copyFileSync(join(ROOT, file), target);
      } catch (error) {
        // Deleted and not committed yet: git lists it, and it is not there.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      }
    }
    for (const name of LINKED) symlinkSync(join(ROOT, name), join(this.folder, name));
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Runs the test files that match. `broken` is a suite that could not even run: it proves nothing, because the
   * compiler and not a guarantee has spoken.
   */
  async verdict(tests: string): Promise<{ verdict: Verdict; said: string }> {
    const report = join(this.folder, 'guard-report.json');
    rmSync(report, { force: true });
    const jest = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        'node_modules/jest/bin/jest.js',
        '--selectProjects',
        'unit',
        'simulation',
        '--testPathPatterns',
        tests,
        '--json',
        '--outputFile',
        report,
        '--runInBand',
      ],
      { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: LONGEST_RUN_MS },
    );
    let said = '';
    jest.stderr.on('data', (part: Buffer) => (said = (said + part.toString()).slice(-20_000)));
    const ended = await new Promise<{ signal: NodeJS.Signals | null }>((done, failed) => {
      jest.on('error', failed);
      jest.on('close', (_code, signal) => done({ signal }));
    });
    if (ended.signal) return { verdict: 'red', said: `It did not end within ${LONGEST_RUN_MS / 1000} s.` };
    return { verdict: verdictOf(report), said };
  }
}

function verdictOf(file: string): Verdict {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return 'broken';
  }
  if (report.numFailedTests > 0) return 'red';
  if (report.numRuntimeErrorTestSuites > 0 || report.numPassedTests === 0) return 'broken';
  return report.success ? 'green' : 'broken';
}
