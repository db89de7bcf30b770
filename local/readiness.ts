/** Waits until a part that was started answers, dies, or took too long. */
import { StartProblem } from './start-problem.ts';
import type { Part } from './supervise.ts';

export interface Waiting {
  /** Begins the sentence: `The AWS emulator`. */
  what: string;
  part: Part;
  seconds: number;
  /** True once it is ready; throwing counts as not yet. */
  ask: () => Promise<boolean>;
}

export async function untilAnswered({ what, part, seconds, ask }: Waiting): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (part.hasEnded) {
      throw new StartProblem(`${what} ended while it started. Its last words:\n${part.logTail(10)}\n(${part.logFile})`);
    }
    if (await ask().catch(() => false)) return;
    if (Date.now() > deadline) {
      throw new StartProblem(`${what} did not answer within ${seconds} s; its log is ${part.logFile}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
