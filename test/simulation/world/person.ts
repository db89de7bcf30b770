/** Who uses the platform: asks for a job, repeats what was not answered, looks at it, and may change their mind. */
import { createTrainingJob } from '../../../contracts/training-jobs.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import { DATASET_ID } from './first-dataset.ts';
import type { ApiAnswer, Platform } from './platform.ts';

export class Person {
  readonly owner = 'owner-a';
  readonly stranger = 'owner-b';
  readonly key: string;
  /** How many equal requests go out at the same time. */
  twins = 1;
  capUsdMicros = 60_000_000;
  datasetId = DATASET_ID;
  datasetVersion = 1;
  readonly #clock: Clock;
  readonly #platform: Platform;

  constructor(clock: Clock, platform: Platform, random: Random) {
    this.#clock = clock;
    this.#platform = platform;
    this.key = `key-${random.hex(16)}`;
  }

  wish = () => ({
    name: 'Capitals',
    datasetId: this.datasetId,
    datasetVersion: this.datasetVersion,
    baseModel: 'brightrun/tiny-base',
    gpuType: 'nvidia-a100-80gb',
    preset: 'quick',
    capUsdMicros: this.capUsdMicros,
  });

  /** The job's id; a request without an answer is repeated under its key, as every client of ours does. */
  async asks(): Promise<string> {
    const body = this.wish();
    for (let tries = 1; ; tries += 1) {
      const answers: ApiAnswer[] = await Promise.all(
        Array.from({ length: this.twins }, () =>
          this.#platform.api(createTrainingJob, this.owner, { body, key: this.key }),
        ),
      );
      const accepted = answers.find(({ status }) => status >= 200 && status < 300);
      if (accepted) return String((accepted.body as { id: unknown }).id);
      const { code } = (answers[0]?.body ?? {}) as { code?: string };
      const isWorthRepeating =
        answers.some(({ status }) => status === 0 || status >= 500) || code === 'request-in-progress';
      if (!isWorthRepeating) throw new Error(`The job was refused: ${JSON.stringify(answers[0]?.body)}`);
      await this.#clock.sleep(Math.min(60_000, 1000 * 2 ** tries));
    }
  }
}
