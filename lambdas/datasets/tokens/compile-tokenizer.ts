/** Makes the tables of a `tokenizer.json`. */
import { BytePairs } from './byte-pairs.ts';
import type { TokenizerFile } from './tokenizer-file.ts';
import { hashOfMerges, sharedInts, type TokenizerTables } from './tokenizer-tables.ts';

/** Printable stand-ins for bytes: GPT-2's table, in which vocabularies and merges are written. */
const BYTE_LETTERS: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
})();

/** Makes the tables of a parsed `tokenizer.json`. Throws where its parts do not fit together. */
export function compileTokenizer(file: TokenizerFile): TokenizerTables {
  const { vocab } = file.model;
  const idOf = (token: string): number => {
    const id = Object.hasOwn(vocab, token) ? vocab[token] : undefined;
    if (id === undefined) throw new Error(`The tokenizer's vocabulary lacks ${JSON.stringify(token)}.`);
    return id;
  };
  const merges = sharedInts(file.model.merges.length * 3);
  file.model.merges.forEach((merge, rank) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
    if (left === undefined || right === undefined) throw new Error('A merge of the tokenizer has one side.');
    merges.set([idOf(left), idOf(right), idOf(left + right)], rank * 3);
  });
  const byteIds = sharedInts(256);
  BYTE_LETTERS.forEach((letter, byte) => (byteIds[byte] = idOf(letter)));
  const tables: TokenizerTables = {
    words: file.pre_tokenizer,
    composes: file.normalizer !== null,
    added: file.added_tokens.map(({ content }) => content),
    whole: [],
    byteIds,
    merges,
    pairs: hashOfMerges(merges),
  };
  return file.model.ignore_merges ? { ...tables, whole: unreachableWords(tables, vocab) } : tables;
}

/**
 * Words of the vocabulary that merging pairs does not arrive at: with `ignore_merges` they are one token all the same.
 * Of Llama 3's 128,000 these are 588, so the vocabulary itself need not be kept.
 */
function unreachableWords(tables: TokenizerTables, vocab: Record<string, number>): string[] {
  const byteOf = new Map(BYTE_LETTERS.map((letter, byte) => [letter, byte]));
  const pairs = new BytePairs(tables);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const words: string[] = [];
  for (const token of Object.keys(vocab)) {
    const bytes = Uint8Array.from(token, (letter) => byteOf.get(letter) ?? 0);
    if (pairs.count(bytes, bytes.length) === 1) continue;
    try {
      words.push(utf8.decode(bytes));
    } catch {
      // A piece of a character is no word of any text.
    }
  }
  return words;
}
