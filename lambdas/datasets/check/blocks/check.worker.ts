/** A thread of the check: blocks come in, what they hold goes back. */
import { parentPort, workerData } from 'node:worker_threads';
import type { BlockTask, CheckSetup } from './block.ts';
import { blockAnswerer } from './block-answer.ts';

// A broken line costs an error object each; nobody reads where in this code it was made.
Error.stackTraceLimit = 0;

const answer = blockAnswerer(workerData as CheckSetup);
parentPort?.on('message', (task: BlockTask) => {
  const block = answer(task);
  const columns = block.kind === 'check' ? [block.rowColumns.buffer, block.signatures.buffer] : [];
  parentPort?.postMessage(block, [block.buffer, ...columns]);
});
