/** The second look at a large file: the tokens of every usable row, when the first look has told the rest. */
import type { TokenCounter } from '../../tokens/token-counter.ts';
import type { CountedBlock, CountTask } from './block.ts';
import type { BlockLines } from './block-lines.ts';
import { BlockNotes } from './block-notes.ts';
import { BlockTokens, charactersOf } from './block-tokens.ts';
import { hasError, isBlankLine, rowOfLine } from '../rows/line-row.ts';

/** Which rows are usable is told again: it costs a twentieth of the counting, and a list of them has no bound. */
export function countBlock(
  task: CountTask,
  blockLines: BlockLines,
  counters: readonly TokenCounter[],
  issuesPerCode: number,
): CountedBlock {
  const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.byteLength);
  const notes = new BlockNotes(task.enough, issuesPerCode);
  const tokens = new BlockTokens(counters, notes);
  let lines = 0;
  for (const line of blockLines.of(bytes, task.isFirstOfFile)) {
    lines += 1;
    const { usual } = line;
    const text = usual ? '' : line.text;
    if (text === undefined || (!usual && isBlankLine(text))) continue;
    const row = usual ?? rowOfLine(text);
    if (row === undefined || row.format !== task.format || hasError(row)) continue;
    tokens.add(row, charactersOf(row.turns), line, true, true);
  }
  return {
    kind: 'count',
    buffer: task.bytes.buffer,
    lines,
    findings: notes.findings,
    counts: notes.counts(),
    tokens: tokens.parts(),
  };
}
