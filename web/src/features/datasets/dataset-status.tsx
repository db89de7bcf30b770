import type { DatasetVersion } from '../../../../contracts/datasets.ts';
import { Pill } from '../../components/pill.tsx';
import { stateOf } from './dataset-words.ts';

/** A version's state in its word and colour. */
export function DatasetStatus({ version }: { version: DatasetVersion }) {
  const { tone, word } = stateOf(version);
  return <Pill tone={tone}>{word}</Pill>;
}
