/** The queue of checks, as SQS and its mapping are deployed (lib/workflow-stack.ts): one message a call, at least once. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';

/** The function may run ten minutes; a message that was not done is seen again a minute later. */
export const VALIDATION_LIMIT_MS = 600_000;
const VISIBLE_AGAIN_MS = VALIDATION_LIMIT_MS + 60_000;
const MOST_RECEIVES = 3;

export interface QueueParts {
  clock: Clock;
  random: Random;
  consume: (event: SQSEvent) => Promise<SQSBatchResponse>;
}

interface Message {
  id: string;
  body: string;
  receives: number;
}

export class Queue {
  /** What was taken three times and never done. */
  readonly deadLetters: string[] = [];
  readonly #parts: QueueParts;
  #number = 0;
  #waiting = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Whether a message is there, or on its way. */
  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  send(body: string, delaySeconds = 0): void {
    const { clock, random } = this.#parts;
    this.#number += 1;
    const message = { id: `message-${this.#number}`, body, receives: 0 };
    this.#waiting += 1;
    clock.after(delaySeconds * 1000 + random.between(20, 400), () => this.#receive(message));
  }

  #receive(message: Message): void {
    const { clock } = this.#parts;
    message.receives += 1;
    if (message.receives > MOST_RECEIVES) {
      this.deadLetters.push(message.body);
      this.#waiting -= 1;
      return;
    }
    const again = clock.after(VISIBLE_AGAIN_MS, () => this.#receive(message));
    clock.begin(async () => {
      if (!(await this.#isDone(message))) return;
      again.cancel();
      this.#waiting -= 1;
    });
  }

  async #isDone({ id, body, receives }: Message): Promise<boolean> {
    const record = { messageId: id, body, attributes: { ApproximateReceiveCount: `${receives}` } };
    try {
      const { batchItemFailures } = await this.#parts.consume({ Records: [record] } as SQSEvent);
      return batchItemFailures.length === 0;
    } catch {
      return false;
    }
  }
}
