import { type TokenCounter, tokenCounter } from '../../tokens/token-counter.ts';
import type { BlockAnswer, BlockTask, CheckSetup } from './block.ts';
import { BlockCheck } from './check-block.ts';
import { BlockLines } from './block-lines.ts';
import { countBlock } from './count-block.ts';
import { Kernel } from '../kernel/kernel.ts';
import { Fingerprints } from '../repeats/fingerprint.ts';

export type AnswerBlock = (task: BlockTask) => BlockAnswer;

/** What every thread does, the reading one too where the file is small. */
export function blockAnswerer({ models, ...setup }: CheckSetup): AnswerBlock {
  const counters = models.map((model) => tokenCounter(model, model.tables));
  const kernel = new Kernel();
  const lines = new BlockLines(kernel);
  const check = new BlockCheck(lines, new Fingerprints(kernel), counters, setup);
  // The exact count is of the model that is shown; of the others the sample stands.
  const shown: TokenCounter[] = counters.slice(0, 1);
  return (task) =>
    task.kind === 'check' ? check.check(task) : countBlock(task, lines, shown, setup.issuesPerCode);
}
