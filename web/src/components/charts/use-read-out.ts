import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Scale } from './scale.ts';
import { nearest } from './series.ts';

/** The step that all plots of a page read at; null while nobody points. */
export interface Cursor {
  step: number | null;
  set: (step: number | null) => void;
}

export function useCursor(): Cursor {
  const [step, set] = useState<number | null>(null);
  return { step, set };
}

/**
 * Lets a plot be read by pointer and by keys: ← → a measured step, with Shift ten, Home and End the ends, Esc none.
 * `byKey` is true after a key, so that only then the values are read aloud.
 */
export function useReadOut(
  points: readonly { step: number }[],
  xOf: (width: number) => Scale,
  cursor: Cursor,
) {
  const [byKey, setByKey] = useState(false);
  const go = (index: number) => {
    const point = points[Math.min(points.length - 1, Math.max(0, index))];
    if (point) cursor.set(point.step);
  };
  return {
    byKey,
    handlers: (width: number) => ({
      onPointerMove(event: PointerEvent<SVGSVGElement>) {
        const box = event.currentTarget.getBoundingClientRect();
        setByKey(false);
        go(nearest(points, xOf(width).invert(event.clientX - box.left)));
      },
      onPointerLeave() {
        if (!byKey) cursor.set(null);
      },
      onKeyDown(event: KeyboardEvent<SVGSVGElement>) {
        const last = points.length - 1;
        const now = cursor.step === null ? last : nearest(points, cursor.step);
        const jump = event.shiftKey ? 10 : 1;
        const target = {
          ArrowRight: cursor.step === null ? last : now + jump,
          ArrowLeft: cursor.step === null ? last : now - jump,
          Home: 0,
          End: last,
        }[event.key];
        if (event.key === 'Escape') cursor.set(null);
        if (target === undefined) return;
        event.preventDefault();
        setByKey(true);
        go(target);
      },
      onBlur() {
        setByKey(false);
        cursor.set(null);
      },
    }),
  };
}
