import clsx from 'clsx';
import { FileText, Upload as UploadIcon } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { LinkAction } from '../../../components/text-link.tsx';
import { bytes } from '../../../lib/format/numbers.ts';
import { ACCEPTED } from './file-check.ts';
import { canPick, droppedFile, pickFile } from './file-handles.ts';

/** Takes one file: dropped, or chosen through the system's dialog. */
export function DropZone({
  label,
  hint,
  file,
  problem,
  onFile,
}: {
  label: string;
  hint: string;
  file: File | undefined;
  problem: string | undefined;
  onFile: (file: File | undefined) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void droppedFile(event.dataTransfer).then(onFile);
        }}
        className={clsx(
          'relative grid justify-items-center gap-1 rounded-card border border-dashed px-4 py-6 text-center transition-colors focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-[var(--focus)]',
          problem ? 'border-bad' : over ? 'border-accent bg-accent-soft' : 'border-control',
        )}
      >
        <input
          ref={input}
          id={id}
          type="file"
          accept={ACCEPTED}
          aria-describedby={`${id}-below`}
          className="absolute inset-0 cursor-pointer opacity-0"
          onChange={(event) => onFile(event.target.files?.[0])}
          onClick={(event) => {
            if (!canPick()) return;
            event.preventDefault();
            void pickFile(ACCEPTED).then((picked) => picked && onFile(picked));
          }}
        />
        {file ? (
          <>
            <FileText aria-hidden className="size-5 text-ink-3" />
            <label htmlFor={id} className="font-medium wrap-anywhere">
              {file.name}
            </label>
            <span className="text-12 text-ink-3">{bytes(file.size)}</span>
          </>
        ) : (
          <>
            <UploadIcon aria-hidden className="size-5 text-ink-3" />
            <label htmlFor={id} className="font-medium">
              {label}
            </label>
          </>
        )}
      </div>
      <p
        id={`${id}-below`}
        role={problem ? 'alert' : undefined}
        className={clsx('mt-1.5 flex gap-2 text-12', problem ? 'text-bad' : 'text-ink-3')}
      >
        <span className="flex-1">{problem ?? hint}</span>
        {file && (
          <LinkAction
            onClick={() => {
              if (input.current) input.current.value = '';
              onFile(undefined);
            }}
          >
            Take another
          </LinkAction>
        )}
      </p>
    </div>
  );
}
