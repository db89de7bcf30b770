/** What is to happen once a job has come to a state, or its trainer to a point. */
export class Moments {
  #ofTheJob: { status: string; run: () => void }[] = [];
  readonly #ofTheTrainer: { what: string; run: () => void }[] = [];

  /** Once. */
  onStatus(status: string, run: () => void): void {
    this.#ofTheJob.push({ status, run });
  }

  /** Each time. */
  onTrainer(what: string, run: () => void): void {
    this.#ofTheTrainer.push({ what, run });
  }

  reached(status: string): void {
    const due = this.#ofTheJob.filter((moment) => moment.status === status);
    this.#ofTheJob = this.#ofTheJob.filter((moment) => moment.status !== status);
    for (const { run } of due) run();
  }

  did(what: string): void {
    for (const moment of this.#ofTheTrainer) if (moment.what === what) moment.run();
  }
}
