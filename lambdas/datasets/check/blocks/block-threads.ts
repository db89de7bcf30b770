/** Threads that look at blocks. How many there are changes how long it takes, never what is found. */
import { Worker } from 'node:worker_threads';
import type { BlockAnswer, BlockTask, CheckSetup } from './block.ts';
import { blockAnswerer } from './block-answer.ts';

export interface BlockThreads {
  /** How many blocks may be under way: each is a megabyte, and its answer waits until those before it have come. */
  readonly mostBlocks: number;
  answer(task: BlockTask): Promise<BlockAnswer>;
  close(): Promise<void>;
}

/** For a file that is checked before a thread would have started. */
export function noThreads(setup: CheckSetup): BlockThreads {
  const answer = blockAnswerer(setup);
  return {
    mostBlocks: 1,
    answer: (task) => Promise.resolve(answer(task)),
    close: () => Promise.resolve(),
  };
}

/** From source a worker is a TypeScript file; in a function's bundle it lies beside it (lib/constructs/bundles.ts). */
const WORKER = import.meta.url.endsWith('.ts') ? './check.worker.ts' : './check.worker.mjs';

/**
 * A thread's code and tables take 17 MB, a line of a megabyte of `{},` becomes 21 MB of objects and 11 MB of problems,
 * and tokenizers keep 10 MB of words: half as much again would be a fault, and ends the thread instead of the machine.
 * V8 lets garbage gather by what it is allowed. A young generation of 24 MB is no faster than one of 12, of which two
 * threads take 14 MB less; one of 6 MB saves 10 MB more and costs a tenth of the time.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 12 };

/** One block is looked at while the next lies ready. */
const BLOCKS_PER_THREAD = 2;

interface Waiting {
  resolve: (answer: BlockAnswer) => void;
  reject: (error: Error) => void;
}
/** A thread and the answers it owes, in the order in which it was asked. */
interface Thread {
  worker: Worker;
  waiting: Waiting[];
}

export class WorkerThreads implements BlockThreads {
  readonly mostBlocks: number;
  readonly #threads: Thread[];
  #failure: Error | undefined;
  #isClosed = false;

  constructor(setup: CheckSetup, threads: number) {
    this.mostBlocks = threads * BLOCKS_PER_THREAD;
    this.#threads = Array.from({ length: threads }, () => this.#start(setup));
  }

  answer(task: BlockTask): Promise<BlockAnswer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const thread = this.#threads.reduce((one, other) =>
      other.waiting.length < one.waiting.length ? other : one,
    );
    return new Promise((resolve, reject) => {
      thread.waiting.push({ resolve, reject });
      const spare = task.kind === 'check' && task.spare ? [task.spare.rows, task.spare.signatures] : [];
      thread.worker.postMessage(task, [task.bytes.buffer, ...spare]);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(setup: CheckSetup): Thread {
    const worker = new Worker(new URL(WORKER, import.meta.url), {
      workerData: setup,
      resourceLimits: RESOURCE_LIMITS,
    });
    const thread: Thread = { worker, waiting: [] };
    worker.on('message', (answer: BlockAnswer) => thread.waiting.shift()?.resolve(answer));
    worker.on('messageerror', (error) => this.#fail(error));
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => {
      if (!this.#isClosed) this.#fail(new Error(`A thread of the check ended with ${code}.`));
    });
    return thread;
  }

  /** One thread that dies ends the check: what it had in hand is lost. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { waiting } of this.#threads) {
      for (const { reject } of waiting.splice(0)) reject(this.#failure);
    }
  }
}
