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

/** Throws a sentence with the part's last words when it ends or stays silent. */
export async function untilAnswered({ what, part, seconds, ask }: Waiting): Promise<void> {
  await untilTrue(
    what,
    seconds,
    async () => {
      if (part.hasEnded) {
        throw new StartProblem(
          `${what} ended while it started. Its last words, from ${part.logFile}:\n${part.logTail(10)}`,
        );
      }
      return ask();
    },
    `its log is ${part.logFile}`,
  );
}

/** Asks ten times a second; a `StartProblem` ends the waiting at once, any other error counts as not yet. */
export async function untilTrue(
  what: string,
  seconds: number,
  ask: () => Promise<boolean>,
  hint = 'the logs lie in the state folder',
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      if (await ask()) return;
    } catch (error) {
      if (error instanceof StartProblem) throw error;
    }
    if (Date.now() > deadline) throw new StartProblem(`${what} did not answer within ${seconds} s; ${hint}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
