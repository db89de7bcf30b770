import type { ReactNode } from 'react';
import { tickLabel, type Scale } from './scale.ts';

/** Gridlines of y with their labels at the left; `left` and `right` are the plot's edges. */
export function YGrid({
  scale,
  left,
  right,
  label,
}: {
  scale: Scale;
  left: number;
  right: number;
  label?: (tick: number) => string;
}) {
  return (
    <g>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={scale.at(tick)} y2={scale.at(tick)} stroke="var(--grid)" />
          <text x={left - 8} y={scale.at(tick) + 4} textAnchor="end" className="fill-ink-3">
            {label ? label(tick) : tickLabel(tick, scale.step)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** The baseline with its ticks; `unit` stands after the axis' end. */
export function XAxis({
  scale,
  y,
  unit,
  label,
}: {
  scale: Scale;
  y: number;
  unit?: ReactNode;
  label?: (tick: number) => string;
}) {
  const [left, right] = scale.range;
  return (
    <g>
      <line x1={left} x2={right} y1={y} y2={y} stroke="var(--axis)" />
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={scale.at(tick)} x2={scale.at(tick)} y1={y} y2={y + 4} stroke="var(--axis)" />
          <text x={scale.at(tick)} y={y + 17} textAnchor="middle" className="fill-ink-3">
            {label ? label(tick) : tickLabel(tick, scale.step)}
          </text>
        </g>
      ))}
      {unit && (
        <text x={right + 6} y={y + 17} className="fill-ink-3">
          {unit}
        </text>
      )}
    </g>
  );
}

/** Text over lines: a halo of the page's colour keeps it readable. */
export function Note({
  x,
  y,
  anchor = 'start',
  className = 'fill-ink-2',
  children,
}: {
  x: number;
  y: number;
  anchor?: 'start' | 'middle' | 'end';
  className?: string;
  children: ReactNode;
}) {
  return (
    <text
      x={x}
      y={y}
      textAnchor={anchor}
      stroke="var(--page)"
      strokeWidth={4}
      strokeLinejoin="round"
      paintOrder="stroke"
      className={className}
    >
      {children}
    </text>
  );
}

/** Validation's mark: not by colour alone. Hollow for what missed. */
export function Diamond({
  x,
  y,
  size = 4.2,
  color = 'var(--c2)',
}: {
  x: number;
  y: number;
  size?: number;
  color?: string;
}) {
  return (
    <path
      d={`M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z`}
      fill="var(--page)"
      stroke={color}
      strokeWidth={1.5}
    />
  );
}
