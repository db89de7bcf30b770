/** What becomes of each line of a file. */
import { isUtf8 } from 'node:buffer';
import type { DatasetCure } from '../../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { nestsDeeperThan } from '../check/rows/nesting.ts';
import { isFields } from '../check/rows/row-fields.ts';
import type { CutLines } from './cut-lines.ts';
import { type CuredRow, cureRow, type FileForm, type RowCures } from './cure-row.ts';
import { withNumberTexts } from './exact-json.ts';
import { contentOf, type LinePiece } from './line-pieces.ts';
import type { RepeatedRows } from './repeated-rows.ts';

export type LineOutcome =
  /** Written byte for byte. */
  | { kind: 'kept'; isRow: boolean }
  | { kind: 'changed'; by: ReadonlySet<DatasetCure>; before: unknown; after: unknown }
  /** `before` is the parsed row, or the bytes of a line that is none. */
  | { kind: 'removed'; by: DatasetCure; isRow: boolean; before: unknown };

const KEPT = { kind: 'kept', isRow: true } as const;

export class LineCures {
  readonly #file: DatasetFile;
  readonly #cures: RowCures;
  readonly #form: FileForm;
  readonly #cut: CutLines;
  readonly #repeated: RepeatedRows | undefined;

  constructor(file: DatasetFile, cures: RowCures, form: FileForm, cut: CutLines, repeated?: RepeatedRows) {
    this.#file = file;
    this.#cures = cures;
    this.#form = form;
    this.#cut = cut;
    this.#repeated = repeated;
  }

  /** Told the first piece of each line. */
  outcome(piece: LinePiece): LineOutcome {
    const { content } = contentOf(piece);
    if (piece.isLong || !isUtf8(content)) return this.#broken(content);
    const text = content.toString('utf8');
    if (text.trim() === '') {
      const isTidied = this.#cures.asked.has('tidy-rows');
      return isTidied
        ? { kind: 'removed', by: 'tidy-rows', isRow: false, before: content }
        : { kind: 'kept', isRow: false };
    }
    const before = parsed(text);
    if (!isFields(before)) return this.#broken(content);
    const cured = cureRow(before, this.#cures, this.#form);
    const removedBy = cured.removedBy ?? this.#removedForOthers(cured, piece.line);
    if (removedBy !== undefined) return { kind: 'removed', by: removedBy, isRow: true, before };
    if (cured.value === before) return KEPT;
    const exact = withNumberTexts(text, before);
    const after = exact === before ? cured.value : cureRow(exact, this.#cures, this.#form).value;
    return { kind: 'changed', by: cured.changedBy, before: exact, after };
  }

  #broken(content: Buffer): LineOutcome {
    return this.#cures.asked.has('drop-broken-rows')
      ? { kind: 'removed', by: 'drop-broken-rows', isRow: true, before: content }
      : KEPT;
  }

  #removedForOthers({ isUsable, row }: CuredRow, line: number): DatasetCure | undefined {
    if (isUsable && this.#cut.has(this.#file, line)) return 'drop-cut-answers';
    return isUsable && row ? this.#repeated?.removedBy(this.#file, row.turns, line) : undefined;
  }
}

function parsed(text: string): unknown {
  if (nestsDeeperThan(text, LIMITS.datasetLineDepth)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The line that takes the place of another one; nothing where it would be longer than a line may be. */
export function changedLine(piece: LinePiece, after: unknown): Buffer | undefined {
  const { before, after: ending } = contentOf(piece);
  const content = Buffer.from(JSON.stringify(after));
  return content.length > LIMITS.datasetLineBytes ? undefined : Buffer.concat([before, content, ending]);
}
