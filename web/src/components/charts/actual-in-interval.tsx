import { money, moneyRange } from '../../lib/format/money.ts';
import type { MoneyRange } from './estimate-bar.tsx';

const WIDTH = 124;
/** The axis ends at twice the expected value; what is further out stands at its end. */
const MOST = 2;

/** Whether a finished job's cost lies in the interval that was shown before its start. */
export function isInside(predicted: MoneyRange, actual: number): boolean {
  return actual >= predicted.low && actual <= predicted.high;
}

/** One row of predicted against actual: band and expected stroke; the actual as a dot, a hollow diamond where it missed, × where the job did not finish. */
export function ActualInInterval({
  predicted,
  actual,
  outcome,
}: {
  predicted: MoneyRange;
  actual: number;
  /** A running job is shown where it stands; one that left no model is not compared. */
  outcome: 'finished' | 'running' | 'without-model';
}) {
  const scale = predicted.expected || 1;
  const at = (value: number) => 4 + (Math.min(MOST, value / scale) / MOST) * (WIDTH - 8);
  const x = at(actual);
  const hit = isInside(predicted, actual);
  const where = hit ? 'inside' : actual < predicted.low ? 'below' : 'above';
  const words = {
    finished: `${where} the estimate of`,
    running: 'so far, estimate',
    'without-model': 'ended without a model, estimate',
  }[outcome];
  return (
    <svg
      role="img"
      aria-label={`${money(actual)}, ${words} ${moneyRange(predicted.low, predicted.high)}`}
      width={WIDTH}
      height={18}
      viewBox={`0 0 ${WIDTH} 18`}
      className="block overflow-visible"
    >
      <line x1={0} x2={WIDTH} y1={9} y2={9} stroke="var(--grid)" />
      <rect
        x={at(predicted.low)}
        y={4.5}
        width={Math.max(2, at(predicted.high) - at(predicted.low))}
        height={9}
        rx={2}
        fill="var(--band)"
      />
      <line
        x1={at(predicted.expected)}
        x2={at(predicted.expected)}
        y1={3}
        y2={15}
        stroke="var(--c1)"
        strokeWidth={1.5}
      />
      {outcome === 'without-model' ? (
        <path d={`M${x - 3.5} 5.5l7 7m0-7l-7 7`} stroke="var(--bad)" strokeWidth={1.5} />
      ) : hit || outcome === 'running' ? (
        <circle cx={x} cy={9} r={3.5} fill={outcome === 'running' ? 'var(--c1)' : 'var(--ink)'} />
      ) : (
        <path
          d={`M${x} 4.5l4.500 4.500l-4.500 4.500l-4.500 -4.500Z`}
          fill="var(--page)"
          stroke="var(--c2)"
          strokeWidth={1.5}
        />
      )}
    </svg>
  );
}
