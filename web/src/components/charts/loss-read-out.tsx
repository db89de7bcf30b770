import { count, decimal, loss as lossText, signed } from '../../lib/format/numbers.ts';
import type { Curves } from './curves.ts';
import type { Scale } from './scale.ts';
import { lastAt, nearest, type StepValue } from './series.ts';

const WIDTH = 226;

/** The values of all lines at one step: a line through the plot and a card beside it. */
export function LossReadOut({
  curves,
  smoothed,
  baseLoss,
  step,
  x,
  y,
  top,
  bottom,
}: {
  curves: Curves;
  smoothed: readonly StepValue[] | null;
  baseLoss: number | null;
  step: number;
  x: Scale;
  y: Scale;
  top: number;
  bottom: number;
}) {
  const at = x.at(step);
  const { training, smooth, validation, epoch } = valuesAt(curves, smoothed, step);
  const [left, right] = x.range;
  const beside = at + 12 + WIDTH > right ? at - WIDTH - 12 : at + 12;
  const card = Math.max(left, Math.min(beside, right - WIDTH));
  const dot = smooth ?? training;
  const rows = [
    ...(training
      ? [
          {
            name: 'training',
            mark: <line x1={10} x2={20} y1={-4} y2={-4} stroke="var(--c1)" strokeWidth={2} />,
            text: smooth
              ? `${lossText(training.value)} · smoothed ${lossText(smooth.value)}`
              : lossText(training.value),
          },
        ]
      : []),
    ...(validation
      ? [
          {
            name: 'validation',
            mark: (
              <path
                d="M15 -8.5L19.500 -4L15 0.500L10.500 -4Z"
                fill="none"
                stroke="var(--c2)"
                strokeWidth={1.5}
              />
            ),
            text: `${lossText(validation.value)} at ${count(validation.step)}`,
          },
        ]
      : []),
    ...(validation && baseLoss !== null
      ? [{ name: 'against the base', mark: null, text: signed(validation.value - baseLoss, 3) }]
      : []),
  ];
  return (
    <g pointerEvents="none">
      <line x1={at} x2={at} y1={top} y2={bottom} stroke="var(--ink-3)" />
      {dot && <circle cx={at} cy={y.at(dot.value)} r={3.5} fill="var(--c1)" stroke="var(--page)" />}
      <g transform={`translate(${card} ${top + 44})`}>
        <rect
          width={WIDTH}
          height={30 + rows.length * 19}
          rx={6}
          fill="var(--surface)"
          stroke="var(--line-2)"
          className="drop-shadow-sm"
        />
        <text x={10} y={19} className="fill-ink font-semibold">
          step {count(step)}
        </text>
        <text x={WIDTH - 10} y={19} textAnchor="end" className="fill-ink-2">
          epoch {decimal(epoch, 2)}
        </text>
        {rows.map((row, index) => (
          <g key={row.name} transform={`translate(0 ${40 + index * 19})`}>
            {row.mark}
            <text x={row.mark ? 26 : 10} className="fill-ink-2">
              {row.name}
            </text>
            <text x={WIDTH - 10} textAnchor="end" className="fill-ink font-medium">
              {row.text}
            </text>
          </g>
        ))}
      </g>
    </g>
  );
}

function valuesAt(curves: Curves, smoothed: readonly StepValue[] | null, step: number) {
  const point = curves.points[nearest(curves.points, step)];
  const training = curves.training[nearest(curves.training, step)];
  const smooth = smoothed?.[nearest(smoothed, step)];
  return { training, smooth, validation: lastAt(curves.validation, step), epoch: point?.epoch ?? 0 };
}

/** The same, to be read aloud. */
export function readOutText(
  { curves, baseLoss, smoothing }: { curves: Curves; baseLoss: number | null; smoothing: number },
  smoothed: readonly StepValue[],
  step: number,
): string {
  const values = valuesAt(curves, smoothing > 0 ? smoothed : null, step);
  return [
    `Step ${count(step)}, epoch ${decimal(values.epoch, 2)}`,
    ...(values.training ? [`training ${lossText(values.training.value)}`] : []),
    ...(values.smooth ? [`smoothed ${lossText(values.smooth.value)}`] : []),
    ...(values.validation
      ? [`validation ${lossText(values.validation.value)} at step ${count(values.validation.step)}`]
      : []),
    ...(values.validation && baseLoss !== null
      ? [`${signed(values.validation.value - baseLoss, 3)} against the base`]
      : []),
  ].join(', ');
}
