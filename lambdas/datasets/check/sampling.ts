/** Of which rows tokens and languages are told in the first pass, and which words end sentences: chosen by fingerprint, so that it is no matter of threads. */

/** Up to here all tokens are counted at once: a second and a half on two cores at 12 MB/s each. */
const COUNT_ALL_BYTES = 32 * 1024 * 1024;
/**
 * A sample of 2 MB is 3,000 rows of 700 bytes. Tokens a character differ by a tenth from row to row, so its mean is
 * within 0.2 % (facts.md §4 found the same of one row in a hundred), and it costs 0.15 core-seconds a tokenizer.
 */
const SAMPLE_BYTES = 2 * 1024 * 1024;

/** A share of 500 rows is within 4 %; telling a language takes 0.2 ms. */
const LANGUAGE_ROWS = 500;
/** Which words end sentences is learnt from rows of so many bytes: 250,000 words, 0.05 core-seconds. */
const ENDINGS_BYTES = 3 * 1024 * 1024;
const USUAL_ROW_BYTES = 500;
const BLOCK_BYTES = 1024 * 1024;

export interface Sampling {
  /** Tokens are counted of one row in so many. */
  countOneIn: number;
  languageOneIn: number;
  endingsOneIn: number;
  /** Of a block: one of tiny rows would else have thousands of them. */
  mostLanguages: number;
}

export function samplingOf(bytes: number): Sampling {
  return {
    countOneIn: bytes <= COUNT_ALL_BYTES ? 1 : Math.ceil(bytes / SAMPLE_BYTES),
    languageOneIn: Math.max(1, Math.round(bytes / USUAL_ROW_BYTES / LANGUAGE_ROWS)),
    endingsOneIn: Math.ceil(Math.max(1, bytes / ENDINGS_BYTES)),
    mostLanguages: Math.ceil(LANGUAGE_ROWS / Math.max(1, bytes / BLOCK_BYTES)),
  };
}
