import type { TrainingJobStatus } from '../../../../contracts/training-jobs.ts';
import { clock } from '../../lib/format/time.ts';

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

/** `Two jobs are training and one waits for a GPU.` */
export function jobsSentence(statuses: readonly TrainingJobStatus[]): string {
  const training = statuses.filter((status) => status === 'running' || status === 'publishing').length;
  const waiting = statuses.length - training;
  const word = (count: number) => NUMBERS[count] ?? String(count);
  const jobs = (count: number) => `${word(count)} ${count === 1 ? 'job' : 'jobs'}`;
  if (statuses.length === 0) return 'Nothing is training.';
  if (training === 0) return `${jobs(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a GPU.`;
  const first = `${jobs(training)} ${training === 1 ? 'is' : 'are'} training`;
  if (waiting === 0) return `${first}.`;
  return `${first} and ${word(waiting).toLowerCase()} ${waiting === 1 ? 'waits' : 'wait'} for a GPU.`;
}

/** The day and time, and what runs; before the jobs are known only the first. */
export function leadOf(now: Date, statuses: readonly TrainingJobStatus[] | undefined): string {
  const date = now.toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
  const begin = `${date}, ${clock(now)}.`;
  return statuses ? `${begin} ${jobsSentence(statuses)}` : begin;
}
