import { useId, useState, type ReactNode, type SVGProps } from 'react';
import { LinkAction } from '../text-link.tsx';
import { useWidth } from './use-width.ts';

export interface TableOfValues {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What is left out, in a sentence. */
  note?: string;
}

/**
 * The frame of every chart: an SVG as wide as its place (redrawn, never shrunk) whose label states the finding, and the
 * same values as a table behind a link.
 */
export function ChartFigure({
  label,
  height,
  assumedWidth,
  table,
  caption,
  focusable,
  children,
}: {
  /** A sentence with the finding, for those who don't see the drawing. */
  label: string;
  height: number | ((width: number) => number);
  assumedWidth?: number;
  table?: TableOfValues | (() => TableOfValues);
  /** Small text below that says how to read it. */
  caption?: ReactNode;
  /** Handlers of a read-out; their presence makes the drawing focusable. */
  focusable?: (width: number) => SVGProps<SVGSVGElement>;
  children: (width: number) => ReactNode;
}) {
  const [ref, width] = useWidth<HTMLDivElement>(assumedWidth);
  const [shown, setShown] = useState(false);
  const id = useId();
  const high = typeof height === 'function' ? height(width) : height;
  return (
    <figure>
      <div ref={ref}>
        <svg
          role="img"
          aria-label={label}
          width={width}
          height={high}
          viewBox={`0 0 ${width} ${high}`}
          className="block max-w-full touch-pan-y overflow-visible text-11 select-none"
          {...(focusable ? { tabIndex: 0, ...focusable(width) } : {})}
        >
          {children(width)}
        </svg>
      </div>
      {(caption || table) && (
        <figcaption className="mt-1 flex flex-wrap items-baseline gap-x-4 text-11 text-ink-3">
          {caption && <span className="min-w-0 flex-1 basis-60">{caption}</span>}
          {table && (
            <LinkAction
              className="ml-auto"
              aria-expanded={shown}
              aria-controls={id}
              onClick={() => setShown(!shown)}
            >
              {shown ? 'Hide the table' : 'Show as table'}
            </LinkAction>
          )}
        </figcaption>
      )}
      {table && shown && (
        <ValueTable id={id} label={label} table={typeof table === 'function' ? table() : table} />
      )}
    </figure>
  );
}

function ValueTable({ id, label, table }: { id: string; label: string; table: TableOfValues }) {
  return (
    <div
      id={id}
      tabIndex={0}
      role="region"
      aria-label={label}
      className="mt-2 max-h-72 overflow-auto rounded-control border border-line"
    >
      <table className="w-full border-collapse text-right text-12">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th
                key={column}
                scope="col"
                className="sticky top-0 bg-sunk px-3 py-1 font-medium whitespace-nowrap text-ink-3 first:text-left"
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index} className="border-t border-line">
              {row.map((cell, column) => (
                <td key={column} className="px-3 py-1 whitespace-nowrap first:text-left">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.note && <p className="border-t border-line px-3 py-1.5 text-11 text-ink-3">{table.note}</p>}
    </div>
  );
}
