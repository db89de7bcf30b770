/** What the blocks of one file come to, put together in the order of its lines. */
import type { DatasetFormat } from '../../../contracts/dataset-format.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { TokenSums } from '../tokens/token-sums.ts';
import {
  type BlockFinding,
  type CheckedBlock,
  type CountedBlock,
  type CountedModel,
  ROW,
} from './blocks/block.ts';
import type { FindingCount, IssueLog } from './issue-log.ts';
import type { OpenEnds } from './open-ends/open-ends.ts';
import type { Repeats } from './repeats/repeats.ts';
import { RowLengths } from './row-lengths.ts';
import type { MixCount } from './row-mix.ts';

/** Rows that may be extremely long are held until all are known: 5 MB of them. */
const MOST_LONG_ROWS = 100_000;

export interface FileFindingsOptions {
  file: DatasetFile;
  issues: IssueLog;
  repeats: Repeats;
  openEnds: OpenEnds;
  mix: MixCount | undefined;
  models: readonly CountedModel[];
  format: DatasetFormat | undefined;
}

export class FileFindings {
  rows = 0;
  usableRows = 0;
  /** As it was declared, or of the first row that has one. */
  format: DatasetFormat | undefined;
  /** By each model; of all rows, or scaled up from a sample. */
  readonly tokens: TokenSums[];
  /** By the first model, where all rows were counted in a pass of their own. */
  exactTokens: TokenSums | undefined;
  readonly file: DatasetFile;
  readonly #options: FileFindingsOptions;
  readonly #lengths: RowLengths;
  /** Lines before the next block. */
  #lines = 0;
  #countedLines = 0;

  constructor(options: FileFindingsOptions) {
    this.#options = options;
    this.file = options.file;
    this.format = options.format;
    this.#lengths = new RowLengths(Math.min(options.issues.issuesPerCode, MOST_LONG_ROWS));
    this.tokens = options.models.map(({ contextLength }) => new TokenSums(contextLength));
  }

  addLongLine(startByte: number): void {
    this.#lines += 1;
    this.rows += 1;
    const found = `more than ${LIMITS.datasetLineBytes} bytes`;
    this.#options.issues.add({
      code: 'line-too-long',
      file: this.file,
      line: this.#lines,
      byte: startByte,
      found,
    });
  }

  add(block: CheckedBlock, startByte: number): void {
    const { mix, openEnds, repeats } = this.#options;
    const firstLine = this.#lines + 1;
    this.#addFindings(block, firstLine, startByte);
    const { rowColumns } = block;
    for (let at = 0; at < rowColumns.length; at += ROW.width) {
      const line = firstLine + (rowColumns[at + ROW.line] ?? 0);
      const byte = startByte + (rowColumns[at + ROW.byte] ?? 0);
      this.#lengths.add(rowColumns[at + ROW.characters] ?? 0, line, byte);
    }
    repeats.add(block, this.file, firstLine, startByte);
    openEnds.add(block.ends, this.file, firstLine, startByte);
    block.tokens.forEach((part, model) => this.tokens[model]?.merge(part));
    mix?.merge(block);
    this.format ??= block.firstFormat;
    this.rows += block.rows;
    this.usableRows += block.usableRows;
    this.#lines += block.lines;
  }

  /** A line that was too long is counted in the second pass as well. */
  addCountedLongLine(): void {
    this.#countedLines += 1;
  }

  addCounted(block: CountedBlock, startByte: number): void {
    this.#addFindings(block, this.#countedLines + 1, startByte);
    this.#countedLines += block.lines;
    const [part] = block.tokens;
    const [model] = this.#options.models;
    if (!part || !model) return;
    this.exactTokens ??= new TokenSums(model.contextLength);
    this.exactTokens.merge(part);
  }

  /** What only all rows together tell. */
  end(): void {
    const { issues } = this.#options;
    const { file } = this;
    const { count, median, rows } = this.#lengths.outside();
    const [first] = rows;
    if (!first) return;
    const findings = rows.map(({ characters, line, byte }) => ({
      code: 'extreme-length' as const,
      file,
      line,
      byte,
      found: `${characters} characters, where half of the rows have at most ${median}`,
    }));
    issues.addCounted(file, findings, [
      { code: 'extreme-length', count, rows: count, firstLine: first.line, kinds: {} },
    ]);
  }

  #addFindings(
    { findings, counts }: { findings: readonly BlockFinding[]; counts: readonly FindingCount[] },
    firstLine: number,
    startByte: number,
  ): void {
    const { issues } = this.#options;
    const { file } = this;
    issues.addCounted(
      file,
      findings.map(({ line, byte, ...finding }) => ({
        ...finding,
        file,
        line: firstLine + line,
        byte: startByte + byte,
      })),
      counts.map((count) => ({ ...count, firstLine: firstLine + count.firstLine })),
    );
  }
}
