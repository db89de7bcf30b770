import { LIMITS } from '../../../contracts/limits.ts';
import { ContainerProblem, inMegabytes } from './container-problem.ts';

/** Larger blocks make nothing faster; smaller ones cost a turn of the event loop for each few rows. */
const BLOCK_BYTES = 256 * 1024;

/**
 * Counts what a conversion puts out against what a dataset may have. A file that unpacks to more is told at that
 * byte, before anything beyond it is made.
 */
export async function* withinDatasetBytes(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const block of blocks) {
    bytes += block.length;
    if (bytes > LIMITS.datasetBytes) {
      throw new ContainerProblem(
        'container-too-large',
        `the rows are more than ${inMegabytes(LIMITS.datasetBytes)} as JSON Lines; split the file`,
      );
    }
    yield block;
  }
}

/**
 * Gathers lines into blocks. A line is a string of bytes (Latin-1, a character for each byte): cells pass from the
 * table to the line as they are, so that what is not UTF-8 there is not UTF-8 here and is told by the check.
 */
export class LineBlock {
  #text: string[] = [];
  #bytes = 0;

  add(line: string): void {
    // The check counts a line beyond the limit and never parses it: what follows need not be carried along.
    const kept = line.length > LIMITS.datasetLineBytes ? line.slice(0, LIMITS.datasetLineBytes + 1) : line;
    this.#text.push(kept, '\n');
    this.#bytes += kept.length + 1;
  }

  get isFull(): boolean {
    return this.#bytes >= BLOCK_BYTES;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  take(): Buffer {
    const block = Buffer.from(this.#text.join(''), 'latin1');
    this.#text = [];
    this.#bytes = 0;
    return block;
  }
}
