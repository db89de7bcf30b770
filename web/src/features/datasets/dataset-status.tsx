import type { DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { Pill } from '../../components/pill.tsx';
import { findingWords, stateOf } from './dataset-words.ts';
import { useIsSending } from './upload/upload-store.ts';

/** A version's state in its word and colour, and how much the check found. */
export function DatasetStatus({ version }: { version: DatasetVersion }) {
  const isSending = useIsSending(version);
  const { tone, word } = stateOf(version, isSending);
  const found = findingWords(version);
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5">
      <Pill tone={tone}>{word}</Pill>
      {found && <span className="whitespace-nowrap">{found}</span>}
    </span>
  );
}
