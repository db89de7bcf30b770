/** How far a check is, in one line that is written over; only where a person watches. */
import type { CheckSoFar } from '../../contracts/dataset-versions.ts';

export interface CheckProgress {
  show(doing: 'unpacking' | 'checking', share: number, soFar?: CheckSoFar): void;
  end: () => void;
}

/** A person reads no faster, and a terminal is slow. */
const LEAST_MILLISECONDS = 100;
const CLEAR = '\r\x1b[2K';

interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export function watchProgress(output: Output, clock: () => number = () => performance.now()): CheckProgress {
  let shownAt: number | undefined;
  return {
    show(doing, share, soFar) {
      const now = clock();
      if (!output.isTTY || (shownAt !== undefined && now - shownAt < LEAST_MILLISECONDS)) return;
      shownAt = now;
      const count = (value: number, word: string) =>
        `${value.toLocaleString('en-US')} ${word}${value === 1 ? '' : 's'}`;
      const parts = [`${doing} ${Math.floor(Math.min(1, share) * 100)} %`];
      if (soFar) {
        parts.push(count(soFar.rows, 'row'), count(soFar.errors, 'error'), count(soFar.warnings, 'warning'));
        if (soFar.estimatedTokens) parts.push(`about ${count(soFar.estimatedTokens, 'token')}`);
      }
      output.write(CLEAR + parts.join(' · ').slice(0, (output.columns ?? 80) - 1));
    },
    end() {
      if (shownAt !== undefined) output.write(CLEAR);
    },
  };
}
