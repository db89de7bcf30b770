import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

function useCopy(text: string) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Denied, or a page without https: the text stays selectable.
      setCopied(false);
    }
  };
  return { copied, copy };
}

/** `job_01M8…34PC`: the prefix and four characters, … and the last four. Checksums the same way with their first eight. */
function shortenId(id: string): string {
  const head = id.includes('_') ? id.indexOf('_') + 5 : 8;
  return id.length <= head + 5 ? id : `${id.slice(0, head)}…${id.slice(-4)}`;
}

/** An id or checksum, shortened in the middle and copied whole by a click. */
export function CopyId({ id, what = 'id' }: { id: string; what?: string }) {
  const { copied, copy } = useCopy(id);
  return (
    <button
      type="button"
      onClick={copy}
      title={id}
      className="-my-[3px] inline-flex min-h-6 items-center gap-1 font-mono text-12 font-normal whitespace-nowrap text-ink-3 hover:text-ink"
    >
      <span className="sr-only">Copy the {what} </span>
      {shortenId(id)}
      <span aria-live="polite" className="font-sans">
        {copied && 'copied'}
      </span>
    </button>
  );
}

/** Copies `text`; the label turns to "Copied" for two seconds. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <Button size="sm" onClick={copy}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  );
}
