/** What JavaScript calls; kernel.ts says what each does. */
import { marksIn } from './marks';
import { blockAt, endAt, found, makeRoom, textAt, tidyAt } from './memory';
import { addText, beginRow, readRow } from './row';
import { marks, readText, tidyEnd } from './text';

export { beginRow, makeRoom };

export function foundPlace(): i32 {
  return <i32>found;
}
export function blockPlace(): i32 {
  return <i32>blockAt;
}
export function textPlace(): i32 {
  return <i32>textAt;
}
export function endBlock(bytes: i32): void {
  endAt(blockAt + bytes);
}

export function readLine(from: i32, bytes: i32): i32 {
  return readRow(blockAt + from, blockAt + bytes);
}

export function takeText(bytes: i32, mark: i32): i32 {
  const to = textAt + bytes;
  endAt(to);
  if (!readText(textAt, to, false)) unreachable();
  addText(mark);
  return marksIn(tidyAt, tidyEnd, marks);
}
