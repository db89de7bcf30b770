import { bytes } from '../../lib/format/numbers.ts';
import { ChartFigure } from './chart-figure.tsx';
import { labelWidth } from './scale.ts';

interface Memory {
  neededBytes: number;
  availableBytes: number;
  /** What a run may fill: less than there is, because a tenth is left free. */
  usableBytes: number;
  fits: boolean;
}

/** How much of a GPU's memory a run needs. What does not fit is red. */
export function MemoryBar({ memory }: { memory: Memory }) {
  const { neededBytes: needed, availableBytes: available, usableBytes: usable, fits } = memory;
  const label = `${bytes(needed)} of ${bytes(available)} of memory: ${fits ? 'it fits' : 'it does not fit'}.`;
  return (
    <ChartFigure label={label} height={34} assumedWidth={344}>
      {(width) => {
        const x = (value: number) => Math.min(width, (value / (available || 1)) * width);
        const free = fits
          ? `${bytes(available - needed)} free of ${bytes(available)}`
          : `${bytes(needed - usable)} too much`;
        const needs = `needs ${bytes(needed)}`;
        const room = width - labelWidth(free) - labelWidth(needs) > 12;
        return (
          <>
            <rect width={width} height={12} y={2} rx={2} fill="var(--line)" />
            <rect
              width={Math.max(2, x(needed))}
              height={12}
              y={2}
              rx={2}
              fill={fits ? 'var(--c1)' : 'var(--bad)'}
            />
            {room && (
              <text y={29} className="fill-ink-2">
                {needs}
              </text>
            )}
            <text x={width} y={29} textAnchor="end" className={fits ? 'fill-ink-2' : 'fill-bad font-medium'}>
              {free}
            </text>
          </>
        );
      }}
    </ChartFigure>
  );
}
