import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Pill } from '../../components/pill.tsx';
import { stateOf } from './job-words.ts';

/** A job's state in its word and colour. */
export function JobStatus({ job }: { job: Pick<TrainingJob, 'status' | 'cancelRequestedAt'> }) {
  const { tone, word } = stateOf(job);
  return <Pill tone={tone}>{word}</Pill>;
}
