import { useCallback, useState } from 'react';

/** The width of an element in whole pixels, kept up with; `assumed` until it was measured. */
export function useWidth<E extends Element>(
  assumed = 640,
): [ref: (element: E | null) => (() => void) | undefined, width: number] {
  const [width, setWidth] = useState(assumed);
  const ref = useCallback((element: E | null) => {
    if (!element) return undefined;
    const take = (measured: number) => {
      if (measured > 0) setWidth(Math.floor(measured));
    };
    take(element.getBoundingClientRect().width);
    if (typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver((entries) => take(entries[0]?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
