/** Shows each step with its time; one line a step, redrawn only where a person watches a terminal. */

interface StepTime {
  title: string;
  seconds: number;
}

export interface Progress {
  /** Runs one step, also beside others; `note` is shown behind the title and stays there at the end. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  line(text?: string): void;
  /** A line that is redrawn in place on a terminal and printed every few seconds elsewhere. */
  live(text: string): void;
  endLive(): void;
  readonly times: readonly StepTime[];
}

/** Elsewhere than on a terminal a moving line is printed at most so often. */
const LIVE_LINE_EVERY_MS = 5_000;
const TITLE_WIDTH = 58;
const CLEAR = '\r\x1b[2K';

export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** `clock` in milliseconds, monotonic. */
export function progressOn(output: ProgressOutput, clock: () => number = () => performance.now()): Progress {
  const times: StepTime[] = [];
  const active = new Map<string, string>();
  const terminal = output.isTTY === true;
  let shownAt: number | undefined;
  let moving = '';

  const describe = (title: string, noted: string) => (noted === '' ? title : `${title}: ${noted}`);
  /** What moves at the bottom of a terminal: the steps that run now. */
  const redraw = () => {
    if (!terminal) return;
    const text = [...active].map(([title, noted]) => describe(title, noted)).join(' · ');
    output.write(
      text === '' ? CLEAR : `${CLEAR}  … ${text}`.slice(0, (output.columns ?? 100) + CLEAR.length - 1),
    );
  };
  const print = (text: string) => {
    output.write(`${terminal ? CLEAR : ''}${text}\n`);
    redraw();
  };

  return {
    times,
    async step(title, work) {
      const begin = clock();
      active.set(title, '');
      redraw();
      const end = (mark: string) => {
        const seconds = (clock() - begin) / 1000;
        const text = describe(title, active.get(title) ?? '');
        active.delete(title);
        print(`  ${mark} ${text.padEnd(TITLE_WIDTH)} ${seconds.toFixed(1).padStart(6)} s`);
        return seconds;
      };
      try {
        const result = await work((text) => {
          active.set(title, text);
          redraw();
        });
        times.push({ title, seconds: end('✓') });
        return result;
      } catch (error) {
        end('✗');
        throw error;
      }
    },
    line: (text = '') => print(text),
    live(text) {
      if (text === moving) return;
      if (terminal) output.write(`${CLEAR}${text}`.slice(0, (output.columns ?? 100) + CLEAR.length - 1));
      else if (shownAt === undefined || clock() - shownAt >= LIVE_LINE_EVERY_MS) output.write(`${text}\n`);
      else return;
      shownAt = clock();
      moving = text;
    },
    endLive() {
      if (terminal && shownAt !== undefined) output.write(`${CLEAR}${moving}\n`);
      shownAt = undefined;
      moving = '';
    },
  };
}
