/** Shows each step with its time; one line a step, redrawn only where a person watches a terminal. */

export interface StepTime {
  title: string;
  seconds: number;
}

export interface Progress {
  /** Runs one step; `note` replaces the text behind the title while it runs and stays behind it at the end. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  line(text: string): void;
  /** A line that is redrawn in place on a terminal and printed every few seconds elsewhere. */
  live(text: string): void;
  endLive(): void;
  readonly times: readonly StepTime[];
}

/** Elsewhere than on a terminal a moving line is printed at most so often. */
const LIVE_LINE_EVERY_MS = 5_000;
const TITLE_WIDTH = 46;

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** `clock` in milliseconds, monotonic. */
export function progressOn(output: ProgressOutput, clock: () => number = () => performance.now()): Progress {
  const times: StepTime[] = [];
  const terminal = output.isTTY === true;
  let liveSince: number | undefined;
  let liveText = '';
  const progress: Progress = {
    times,
    async step(title, work) {
      const begin = clock();
      let noted = '';
      const show = () => (noted === '' ? title : `${title}: ${noted}`);
      if (terminal) output.write(`  … ${show()}`);
      const note = (text: string) => {
        noted = text;
        if (terminal) output.write(`\r\x1b[2K  … ${show()}`);
      };
      const end = (mark: string) => {
        const seconds = (clock() - begin) / 1000;
        output.write(
          `${terminal ? '\r\x1b[2K' : ''}  ${mark} ${show().padEnd(TITLE_WIDTH)} ${seconds.toFixed(1).padStart(6)} s\n`,
        );
        return seconds;
      };
      try {
        const result = await work(note);
        times.push({ title, seconds: end('✓') });
        return result;
      } catch (error) {
        end('✗');
        throw error;
      }
    },
    line(text) {
      progress.endLive();
      output.write(`${text}\n`);
    },
    live(text) {
      if (text === liveText) return;
      if (terminal) {
        output.write(`\r\x1b[2K${text}`);
        liveSince = clock();
      } else if (liveSince === undefined || clock() - liveSince >= LIVE_LINE_EVERY_MS) {
        output.write(`${text}\n`);
        liveSince = clock();
      } else {
        return;
      }
      liveText = text;
    },
    endLive() {
      if (terminal && liveSince !== undefined) output.write('\n');
      liveSince = undefined;
      liveText = '';
    },
  };
  return progress;
}
