import { axisMoney } from '../../lib/format/money.ts';
import type { Scale } from './scale.ts';

/** Ticks and labels below a bar of money; the first and last label keep inside the drawing. */
export function MoneyAxis({ scale, y }: { scale: Scale; y: number }) {
  const last = scale.ticks.length - 1;
  return (
    <g>
      {scale.ticks.map((tick, index) => (
        <g key={tick}>
          <line x1={scale.at(tick)} x2={scale.at(tick)} y1={y} y2={y + 4} stroke="var(--axis)" />
          <text
            x={scale.at(tick)}
            y={y + 17}
            textAnchor={
              index === 0
                ? 'start'
                : index === last && scale.at(tick) > scale.range[1] - 16
                  ? 'end'
                  : 'middle'
            }
            className="fill-ink-3"
          >
            {axisMoney(tick, scale.step)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** A cap or budget: a red stroke with its word, at the side that has room. */
export function CapStroke({
  x,
  right,
  top,
  bottom,
  word = 'cap',
}: {
  x: number;
  right: number;
  top: number;
  bottom: number;
  word?: string;
}) {
  const room = right - x > word.length * 6.1 + 8;
  return (
    <g>
      <line x1={x} x2={x} y1={top} y2={bottom} stroke="var(--bad)" strokeWidth={2} />
      <text
        x={room ? x + 5 : x - 5}
        y={top + 8}
        textAnchor={room ? 'start' : 'end'}
        stroke="var(--surface)"
        strokeWidth={3}
        paintOrder="stroke"
        className="fill-bad font-medium"
      >
        {word}
      </text>
    </g>
  );
}
