/** One pass over one file: cut into blocks, given to the threads, taken back in the order of the file. */
import { createHash } from 'node:crypto';
import type { BlockAnswer, BlockTask } from './block.ts';
import { BlockBuffers, BlockCutter, type Cut } from './block-cutter.ts';
import type { BlockThreads } from './block-threads.ts';

export interface FileToCheck {
  bytes: number;
  /** Each chunk is given away: where it is a memory of its own, that is free as soon as it was read. */
  chunks: () => AsyncIterable<Uint8Array>;
}

export interface BlockPass {
  threads: BlockThreads;
  buffers: BlockBuffers;
  /** Told how the file begins; where it answers false, the rest is read for its checksum alone. */
  isText?: (head: Uint8Array) => boolean;
  /** What to ask of a block; asked when it is given to a thread. */
  task: (bytes: Uint8Array<ArrayBuffer>, isFirstOfFile: boolean) => BlockTask;
  /** An answer, in the order of the file; `again` where the block has to be asked anew, because more is known now. */
  onAnswer: (answer: BlockAnswer, task: BlockTask, startByte: number) => 'again' | undefined;
  onLongLine: (startByte: number) => void;
  /** Told after each chunk how many bytes it had; it may throw to end the pass. */
  onChunk: (bytes: number) => Promise<void>;
}

interface Pending {
  startByte: number;
  /** Undefined where the line was too long to be looked at. */
  block?: { task: BlockTask; length: number; answer: Promise<BlockAnswer> };
}

/** Memory outside of the heap waits for a collection of the heap, and 32 MB of it would gather until there is one. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** Reads the file to its end, and answers what came: its bytes and their plain SHA-256. */
export async function readBlocks(
  source: FileToCheck,
  pass: BlockPass,
): Promise<{ sha256: string; bytes: number }> {
  const { buffers, threads } = pass;
  const digest = createHash('sha256');
  const cutter = new BlockCutter(buffers);
  const pending: Pending[] = [];
  let bytes = 0;
  let isText = true;

  const ask = (lines: Uint8Array<ArrayBuffer>, startByte: number): Pending => {
    const { length } = lines;
    const task = pass.task(lines, startByte === 0);
    const answer = threads.answer(task);
    // Whoever waits for it hears of a failure; until then it is nobody's.
    answer.catch(() => undefined);
    return { startByte, block: { task, length, answer } };
  };
  const start = (cut: Cut) => {
    const { kind, startByte } = cut;
    if (startByte === 0) isText = pass.isText?.(kind === 'lines' ? cut.bytes : cut.head) ?? true;
    if (kind === 'long-line') {
      if (isText) pending.push({ startByte });
    } else if (isText) pending.push(ask(cut.bytes, startByte));
    else buffers.give(cut.bytes.buffer);
  };
  const settle = async (most: number) => {
    for (let next = pending[0]; next && pending.length > most; next = pending[0]) {
      const { startByte, block } = next;
      pending.shift();
      if (!block) {
        pass.onLongLine(startByte);
        continue;
      }
      const answer = await block.answer;
      if (pass.onAnswer(answer, block.task, startByte) === 'again') {
        pending.unshift(ask(new Uint8Array(answer.buffer, 0, block.length), startByte));
      } else buffers.give(answer.buffer);
    }
  };

  for await (const piece of source.chunks()) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    digest.update(chunk);
    bytes += chunk.length;
    for (const cut of cutter.push(chunk)) {
      start(cut);
      await settle(threads.mostBlocks);
    }
    // Released, it has no length any more.
    const { length } = chunk;
    release(piece);
    await pass.onChunk(length);
  }
  for (const cut of cutter.end()) start(cut);
  await settle(0);
  return { sha256: digest.digest('hex'), bytes };
}
