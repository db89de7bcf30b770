/** Size and initialisation of the functions, bundled exactly as they are deployed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operations } from '../../contracts/operations.ts';
import { bundleOf, entries } from '../../lib/constructs/bundles.ts';
import { median, print } from './figure.ts';

/** design.md §10: bundle ≤ 400 KB, initialisation ≤ 2.5 × a bare handler, both of API functions. */
const MOST_BYTES = 400_000;
const MOST_TIMES_BARE = 2.5;
/** Fresh processes for each function; medians of so many move by about 3 % between runs of the bench. */
const PROCESSES = 11;

const BARE = 'export const handler = async () => ({ statusCode: 200, body: "{}" });\n';

const isApi = (entry: string) => operations.some(({ noun }) => entry === `${noun}/${noun}`);

export function benchFunctions(): void {
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-bench-'));
  try {
    const bare = join(folder, 'index.mjs');
    writeFileSync(bare, BARE);
    const functions = entries().map((entry) => ({ entry, bundle: bundleOf(entry) }));
    for (const { entry, bundle } of functions) {
      const { bytes } = bundle;
      print({
        figure: `bundle ${entry}`,
        value: bytes,
        unit: 'bytes',
        ...(isApi(entry)
          ? {
              comparedTo: { what: 'the most an API function may have', value: MOST_BYTES },
              aim: '≤ 400 KB',
              meetsAim: bytes <= MOST_BYTES,
            }
          : { comparedTo: { what: 'a bare handler', value: BARE.length } }),
      });
    }
    for (const { entry, bundle } of functions.filter((each) => isApi(each.entry))) {
      const file = join(bundle.folder, 'index.mjs');
      // In turns, so that whatever else runs on this machine slows both alike.
      const pairs = Array.from({ length: PROCESSES }, () => [loadMs(bare), loadMs(file)] as const);
      const [least, own] = [median(pairs.map(([ms]) => ms)), median(pairs.map(([, ms]) => ms))];
      print({
        figure: `initialisation ${entry}`,
        value: own,
        unit: 'ms',
        comparedTo: { what: 'a bare handler in a fresh process of the same Node', value: least },
        aim: '≤ 2.5 × a bare handler',
        meetsAim: own <= MOST_TIMES_BARE * least,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall time of a fresh process that does nothing but load the module: Node's own start is in it, as in Lambda's INIT. */
function loadMs(file: string): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `await import(${JSON.stringify(file)});process.exit(0);`],
    { env: { AWS_REGION: 'us-east-1' }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${file} cannot be loaded: ${stderr}`);
  return performance.now() - began;
}
