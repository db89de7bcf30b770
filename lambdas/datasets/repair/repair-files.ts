/** Makes the files of a repaired version, line by line: what no cure touches is written byte for byte as it came. */
import type { CureCount, DatasetCure, RepairOrder, RowChange } from '../../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import type { FileSource } from '../containers/file-source.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import { ChangeLog } from './change-log.ts';
import { CutLines } from './cut-lines.ts';
import type { FileForm, RowCures } from './cure-row.ts';
import { LinePieces, type LinePiece } from './line-pieces.ts';
import { LineWriter } from './line-writer.ts';
import { NearRows, NearRowSearch } from './near-rows.ts';
import { changedLine, LineCures } from './repair-lines.ts';
import { RepeatedRows } from './repeated-rows.ts';

export interface RepairRequest {
  data: FileSource;
  validation: FileSource | undefined;
  order: RepairOrder;
  counter: TokenCounter;
  write: { data: (chunk: Buffer) => Promise<void>; validation?: (chunk: Buffer) => Promise<void> };
  /** Told often, with how much of both files is done; it may throw to end the repair. */
  onProgress: (bytes: number) => Promise<void>;
}

export interface RepairResult {
  cures: CureCount[];
  rowsChanged: number;
  rowsRemoved: number;
  rowsKept: number;
  changes: RowChange[];
}

/** The shortest usable row, `{"text":"a"}`, and its line feed. */
const SHORTEST_ROW_BYTES = 13;
const NEEDS_SEARCH: readonly DatasetCure[] = ['drop-near-duplicates', 'drop-shared-rows'];
/** A row can be near to another one than the one it was found near to, which is gone; seldom so more than once. */
const MOST_SEARCHES = 4;

type Visit = (piece: LinePiece) => void;

/** Reads a file to its end, or until it is told to stop. */
async function eachPiece(
  source: FileSource,
  visit: Visit,
  after: (bytes: number) => Promise<'stop' | void>,
): Promise<void> {
  const pieces = new LinePieces();
  for await (const part of source.chunks()) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    for (const piece of pieces.push(chunk)) visit(piece);
    if ((await after(chunk.length)) === 'stop') return;
  }
  for (const piece of pieces.end()) visit(piece);
  await after(0);
}

class Repair {
  readonly #request: RepairRequest;
  readonly #cures: RowCures;
  readonly #files: readonly [DatasetFile, FileSource][];
  readonly #near: NearRows;
  readonly #cut = new CutLines();
  readonly #log: ChangeLog;
  #rowsKept = 0;

  constructor(request: RepairRequest) {
    const { data, validation, order, counter } = request;
    this.#request = request;
    const asked = new Set(order.cures);
    this.#cures = { asked, counter, maxTokens: order.maxTokens ?? counter.contextLength };
    // The validation file comes first: whatever is in it is then found in the training rows.
    this.#files = validation
      ? [
          ['validation', validation],
          ['data', data],
        ]
      : [['data', data]];
    this.#near = new NearRows(asked);
    this.#log = new ChangeLog(asked);
  }

  async run(): Promise<RepairResult> {
    const { data, validation, onProgress } = this.#request;
    if (this.#cures.asked.has('drop-cut-answers'))
      await this.#cut.find(data, validation, () => onProgress(0));
    const form = await this.#formOfData();
    const needsSearch = NEEDS_SEARCH.some((cure) => this.#cures.asked.has(cure));
    if (needsSearch) await this.#searchNear(form);
    await this.#write(form, needsSearch ? 0.5 : 0);
    const { changes, rowsChanged, rowsRemoved } = this.#log;
    return { cures: this.#log.counts(), rowsChanged, rowsRemoved, rowsKept: this.#rowsKept, changes };
  }

  /** The form of the training rows, which validation rows must have as well, is needed before they are read. */
  async #formOfData(): Promise<FileForm> {
    const form: FileForm = { format: undefined };
    if (!this.#request.validation || !this.#cures.asked.has('drop-broken-rows')) return form;
    const lines = new LineCures('data', this.#cures, form, this.#cut);
    await eachPiece(
      this.#request.data,
      (piece) => void (piece.isFirst && form.format === undefined && lines.outcome(piece)),
      async () => (form.format === undefined ? this.#request.onProgress(0) : 'stop'),
    );
    return form;
  }

  #repeatedRows(search?: NearRowSearch): RepeatedRows {
    const rows = (source: FileSource | undefined) => Math.ceil((source?.bytes ?? 0) / SHORTEST_ROW_BYTES) + 1;
    const most = { data: rows(this.#request.data), validation: rows(this.#request.validation) };
    return new RepeatedRows(this.#cures.asked, most, this.#near, search);
  }

  async #searchNear(form: FileForm): Promise<void> {
    const bytes = this.#files.reduce((sum, [, source]) => sum + source.bytes, 0);
    for (let round = 0, before = -1; round < MOST_SEARCHES && this.#near.count > before; round += 1) {
      before = this.#near.count;
      const search = new NearRowSearch(this.#near, Math.ceil(bytes / SHORTEST_ROW_BYTES) + 1);
      const repeated = this.#repeatedRows(search);
      let done = 0;
      for (const [file, source] of this.#files) {
        const lines = new LineCures(file, this.#cures, { ...form }, this.#cut, repeated);
        await eachPiece(
          source,
          (piece) => void (piece.isFirst && lines.outcome(piece)),
          (more) =>
            this.#request.onProgress(round === 0 ? Math.floor((done += more) / 2) : Math.floor(bytes / 2)),
        );
      }
      search.end();
    }
  }

  async #write(form: FileForm, begun: number): Promise<void> {
    const repeated = this.#repeatedRows();
    let done = this.#files.reduce((sum, [, source]) => sum + source.bytes * begun, 0);
    for (const [file, source] of this.#files) {
      const lines = new LineCures(file, this.#cures, { ...form }, this.#cut, repeated);
      const writer = new LineWriter(this.#request.write[file] ?? (() => Promise.resolve()));
      let isRemoved = false;
      const visit: Visit = (piece) => {
        if (piece.isFirst) isRemoved = !this.#writeLine(file, piece, lines, writer);
        else if (!isRemoved) writer.add(piece.bytes, false);
      };
      await eachPiece(source, visit, async (more) => {
        await writer.flush();
        await this.#request.onProgress(Math.floor((done += more * (1 - begun))));
      });
      await writer.flush(0);
    }
  }

  /** False where the line is left out. */
  #writeLine(file: DatasetFile, piece: LinePiece, lines: LineCures, writer: LineWriter): boolean {
    const outcome = lines.outcome(piece);
    const { line } = piece;
    if (outcome.kind === 'removed') {
      const { by, isRow, before } = outcome;
      this.#log.add({ file, line, cures: new Set([by]), isRow, before });
      return false;
    }
    const changed = outcome.kind === 'changed' ? changedLine(piece, outcome.after) : undefined;
    writer.add(changed ?? piece.bytes, true);
    if (outcome.kind === 'changed' && changed) {
      const { by, before, after } = outcome;
      this.#log.add({ file, line, newLine: writer.lines, cures: by, isRow: true, before, after });
    }
    if (outcome.kind === 'changed' || outcome.isRow) this.#rowsKept += 1;
    return true;
  }
}

export const repairFiles = (request: RepairRequest): Promise<RepairResult> => new Repair(request).run();
