import { useEffect, useEffectEvent, useState } from 'react';
import { droppedFile } from './file-handles.ts';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

/** Lets a file be dropped anywhere on the page; while one is held over it, the page says so. */
export function PageDrop({ enabled, onFile }: { enabled: boolean; onFile: (file: File) => void }) {
  const [over, setOver] = useState(false);
  const drop = useEffectEvent((event: DragEvent) => {
    setOver(false);
    // A zone of its own takes it otherwise.
    if (event.defaultPrevented) return;
    event.preventDefault();
    void droppedFile(event.dataTransfer).then((file) => file && onFile(file));
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const stop = new AbortController();
    const on = (name: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      window.addEventListener(name, (event) => void (hasFiles(event) && act(event)), { signal: stop.signal });
    on('dragover', (event) => {
      event.preventDefault();
      setOver(true);
    });
    on('dragleave', (event) => {
      // Only where the pointer leaves the window; between elements the file is still over the page.
      if (event.relatedTarget === null) setOver(false);
    });
    on('drop', (event) => drop(event));
    return () => stop.abort();
  }, [enabled]);
  if (!over || !enabled) return null;
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed inset-2 z-30 grid place-items-center rounded-card border-2 border-dashed border-accent bg-accent-soft/80"
    >
      <p className="text-18 font-semibold text-accent">Drop the file to upload it</p>
    </div>
  );
}
