/** What the cures make of one parsed row, before it is held against other rows. */
import type { DatasetCure } from '../../../contracts/dataset-cures.ts';
import type { DatasetFormat } from '../../../contracts/dataset-format.ts';
import { hasError } from '../check/rows/line-row.ts';
import { readRow, type Row, type Turn } from '../check/rows/row.ts';
import { asMessages } from '../check/rows/row-as-messages.ts';
import { isFields } from '../check/rows/row-fields.ts';
import { qualityProblems } from '../check/text/text-quality.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import { cureTexts } from './cure-texts.ts';
import { shortenedRow } from './shorten-row.ts';
import { tidyRow } from './tidy-row.ts';

export interface RowCures {
  asked: ReadonlySet<DatasetCure>;
  counter: TokenCounter;
  maxTokens: number;
}

/** The form that all rows have once broken ones are dropped: that of the first sound row. */
export interface FileForm {
  format: DatasetFormat | undefined;
}

export interface CuredRow {
  /** The same object as before where nothing was changed. */
  value: unknown;
  /** Of the cured value; nothing where the row is removed. */
  row?: Row;
  /** What changed it, in no order. */
  changedBy: ReadonlySet<DatasetCure>;
  removedBy?: DatasetCure;
  /** Whether it can be trained on, and so repeat other rows. */
  isUsable: boolean;
}

function converted(value: unknown, { asked }: RowCures, did: Set<DatasetCure>): unknown {
  if (!asked.has('convert-to-messages') || (isFields(value) && Object.hasOwn(value, 'messages')))
    return value;
  const chat = asMessages(value);
  if (chat === undefined) return value;
  did.add('convert-to-messages');
  return chat;
}

function isTooLong(value: unknown, row: Row, { counter, maxTokens }: RowCures): boolean {
  const tools = row.hasTools && isFields(value) && Array.isArray(value['tools']) ? value['tools'] : undefined;
  return counter.count(row.turns, tools).longest > maxTokens;
}

/** The one error that a row's form does not show. */
const hasHalfCharacter = ({ content, toolCalls = [] }: Turn): boolean =>
  !content.isWellFormed() || toolCalls.some((call) => !`${call.name}${call.arguments}`.isWellFormed());

/** Whose answers make a row go. */
function droppedForAnswers(row: Row, { asked }: RowCures): DatasetCure | undefined {
  if (!asked.has('drop-refusals') && !asked.has('drop-cut-answers')) return undefined;
  const codes = new Set(qualityProblems(row.turns, { format: row.format }).map(({ code }) => code));
  if (asked.has('drop-refusals') && codes.has('refusal')) return 'drop-refusals';
  return asked.has('drop-cut-answers') && codes.has('truncated-answer') ? 'drop-cut-answers' : undefined;
}

export function cureRow(before: unknown, cures: RowCures, form: FileForm): CuredRow {
  const { asked } = cures;
  const changedBy = new Set<DatasetCure>();
  const removed = (by: DatasetCure): CuredRow => ({
    value: before,
    changedBy,
    removedBy: by,
    isUsable: false,
  });

  let value = cureTexts(converted(before, cures, changedBy), asked, changedBy);
  if (asked.has('tidy-rows')) {
    const tidy = tidyRow(value);
    if (tidy !== value) changedBy.add('tidy-rows');
    value = tidy;
  }
  let row = readRow(value);
  const isBroken = hasError(row);
  if (asked.has('drop-broken-rows')) {
    if (isBroken || row.turns.some(hasHalfCharacter)) return removed('drop-broken-rows');
    form.format ??= row.format ?? undefined;
    if (row.format !== form.format) return removed('drop-broken-rows');
  }
  if (isBroken) return { value, row, changedBy, isUsable: false };

  const [shorten, drop] = [asked.has('shorten-long-rows'), asked.has('drop-long-rows')];
  if ((shorten || drop) && isTooLong(value, row, cures)) {
    if (!shorten) return removed('drop-long-rows');
    value = shortenedRow(value, (shorter) => !isTooLong(shorter, readRow(shorter), cures));
    if (value === undefined) return removed('shorten-long-rows');
    changedBy.add('shorten-long-rows');
    row = readRow(value);
  }
  const dropped = droppedForAnswers(row, cures);
  if (dropped !== undefined) return removed(dropped);
  return { value, row, changedBy, isUsable: true };
}
