/** The check's kernel as machine code: compiled from AssemblyScript here, and committed so that nothing compiles at run time. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../lambdas/datasets/check/kernel/', import.meta.url));
export const KERNEL_FILE = join(FOLDER, 'kernel-binary.ts');

const COMPILER = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
/** No garbage collector, and no aborts with the names of files: what is left is 6 kB. 112: vectors go from file to file alone. */
const OPTIONS = '--runtime stub --enable simd -O3 --noAssert --use abort= --disableWarning 112'.split(' ');

/** What KERNEL_FILE has to hold. Throws where the source does not compile. */
export function compiledKernel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-kernel-'));
  try {
    const outFile = join(folder, 'kernel.wasm');
    const program = ['assembly/index.ts', '--baseDir', FOLDER, '--outFile', outFile];
    execFileSync(process.execPath, [COMPILER, ...program, ...OPTIONS]);
    const binary = readFileSync(outFile).toString('base64');
    return `/** Made from \`assembly\` by \`npm run generate\`. */\nexport const KERNEL =\n  '${binary}';\n`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
