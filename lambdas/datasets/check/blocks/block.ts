/** What the thread that reads a file and those that look at its lines tell each other. */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import type { DatasetIssueCode, SensitiveKind } from '../../../../contracts/dataset-issues.ts';
import type { TokenizerTables } from '../../tokens/tokenizer-tables.ts';
import type { TokenSumsPart } from '../../tokens/token-sums.ts';
import type { BlockEnds } from '../open-ends/open-ends.ts';
import type { RowProblem } from '../rows/row.ts';

/** A base model's tokenizer; the tables lie in memory that threads share. */
export interface CountedModel {
  tokenizer: string;
  contextLength: number;
  tables?: TokenizerTables | undefined;
}

/** What is the same for all blocks of both files. */
export interface CheckSetup {
  models: readonly CountedModel[];
  nearDuplicates: boolean;
  /** Of each code so many findings are told with their place. */
  issuesPerCode: number;
}

/** Whole lines of one file. */
interface Block {
  bytes: Uint8Array<ArrayBuffer>;
  isFirstOfFile: boolean;
  /** The form the file has; undefined until a row has told it, and then the first row of the block decides. */
  format: DatasetFormat | undefined;
  /** Codes of which the report is full: they are only counted. */
  enough: readonly DatasetIssueCode[];
}

/** Look at everything a line shows by itself. */
export interface CheckTask extends Block {
  kind: 'check';
  /** Tokens are counted exactly of one row in so many, by fingerprint; 1 counts all. */
  countOneIn: number;
  /** The language is told of one row in so many, and of so many at most. */
  languageOneIn: number;
  mostLanguages: number;
  /** Answers of one row in so many come back, for which words end sentences; and of so many open ends, what was found. */
  endingsOneIn: number;
  mostEndTexts: number;
  /** What an earlier answer came in, to be filled again: an array a block would be 200 MB of garbage for 500 MB. */
  spare?: SpareMemory | undefined;
}

/** Memory of `rowColumns` and of `signatures`. */
export interface SpareMemory {
  rows: ArrayBuffer;
  signatures: ArrayBuffer;
}

/** Count the tokens of every usable row. */
export interface CountTask extends Block {
  kind: 'count';
}
export type BlockTask = CheckTask | CountTask;

/** A problem of a row. `line` counts from 0 and `byte` from the beginning of the block. */
export interface BlockFinding extends RowProblem {
  line: number;
  byte: number;
}

export interface BlockCount {
  code: DatasetIssueCode;
  count: number;
  rows: number;
  /** In the block, from 0. */
  firstLine: number;
  kinds: Partial<Record<SensitiveKind, number>>;
}

/**
 * Usable rows as columns of numbers: objects would be copied from thread to thread one by one. `byte` and `line` are
 * those of the block.
 */
export const ROW = {
  line: 0,
  byte: 1,
  low: 2,
  high: 3,
  promptLow: 4,
  promptHigh: 5,
  characters: 6,
  width: 7,
} as const;

export interface CheckedBlock {
  kind: 'check';
  /** Comes back to be filled again. */
  buffer: ArrayBuffer;
  lines: number;
  /** Lines that are not blank. */
  rows: number;
  usableRows: number;
  /** The form of the first row that has one. */
  firstFormat: DatasetFormat | undefined;
  findings: BlockFinding[];
  counts: BlockCount[];
  /** `ROW.width` numbers a usable row. */
  rowColumns: Uint32Array<ArrayBuffer>;
  /** By each model. */
  tokens: TokenSumsPart[];
  /** One after the other in the order of rows; see `signatureLength`. Empty where they are not wanted. */
  signatures: Uint32Array<ArrayBuffer>;
  roles: [order: string, rows: number][];
  /** Answers of the rows whose language is to be told: by one thread, because telling takes tables of 10 MB. */
  languageTexts: string[];
  ends: BlockEnds;
  toolRows: number;
  weightedRows: number;
}

export interface CountedBlock {
  kind: 'count';
  buffer: ArrayBuffer;
  lines: number;
  findings: BlockFinding[];
  counts: BlockCount[];
  tokens: TokenSumsPart[];
}
export type BlockAnswer = CheckedBlock | CountedBlock;
