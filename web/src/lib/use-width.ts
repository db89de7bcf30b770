import { useEffect, useRef, useState, type RefObject } from 'react';

/** The width of an element in CSS pixels, so that a chart is redrawn instead of shrunk; `before` until it is measured. */
export function useWidth<Element extends HTMLElement>(before: number): [RefObject<Element | null>, number] {
  const element = useRef<Element>(null);
  const [width, setWidth] = useState(before);
  useEffect(() => {
    const { current } = element;
    if (!current || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
