import type { GpuType } from '../../../../contracts/catalog.ts';
import type { JobEvent, JobEventKind } from '../../../../contracts/metrics.ts';
import type { RunPhase } from '../../../../contracts/progress.ts';
import type { StopReason, TrainingJob, TrainingJobStatus } from '../../../../contracts/training-jobs.ts';
import { isTerminal } from '../../../../contracts/training-jobs.ts';
import type { CurveAlert } from '../../components/charts/loss-marks.tsx';
import type { Tone } from '../../components/pill.tsx';
import { count } from '../../lib/format/numbers.ts';

const STATES: Record<TrainingJobStatus, { word: string; tone: Tone }> = {
  queued: { word: 'Queued', tone: 'mute' },
  submitting: { word: 'Submitting', tone: 'run' },
  running: { word: 'Running', tone: 'run' },
  publishing: { word: 'Publishing', tone: 'run' },
  succeeded: { word: 'Succeeded', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'mute' },
};

/** A job's state in a word; a job that was told to stop says so until it has. */
export function stateOf(job: Pick<TrainingJob, 'status' | 'cancelRequestedAt'>): {
  word: string;
  tone: Tone;
} {
  if (job.cancelRequestedAt !== undefined && !isTerminal(job.status))
    return { word: 'Stopping', tone: 'warn' };
  return STATES[job.status];
}

/** What a run does in a phase, as the line under “Running”. */
export const PHASES: Record<RunPhase, string> = {
  starting: 'starting',
  loading: 'loading the base model',
  'evaluating-base': 'measuring the base model',
  training: 'training',
  'evaluating-tuned': 'measuring the tuned model',
  exporting: 'writing the adapter',
  publishing: 'uploading the files',
  ended: 'ended',
};

export const STOPS: Record<StopReason, string> = {
  completed: 'ran all its steps',
  'early-stopping': 'stopped early: validation loss no longer fell',
  budget: 'stopped at its cap, with the model it had',
  'kept-by-user': 'stopped by you, with the model it had',
};

/** How an event is marked in the story: progress, a setback, or neither. */
export function eventTone(kind: JobEventKind): 'ok' | 'warn' | 'bad' | 'mute' {
  switch (kind) {
    case 'checkpoint':
    case 'evaluation':
    case 'published':
    case 'succeeded':
    case 'cluster-reachable':
      return 'ok';
    case 'attempt-lost':
    case 'cluster-unreachable':
    case 'cancel-requested':
    case 'landing':
    case 'finding':
    case 'plateau':
    case 'overfitting':
      return 'warn';
    case 'failed':
    case 'divergence':
    case 'not-finite':
      return 'bad';
    default:
      return 'mute';
  }
}

const ALERTS: Partial<Record<JobEventKind, string>> = {
  plateau: 'plateau',
  divergence: 'diverges',
  overfitting: 'overfits',
  'not-finite': 'not a number',
};

/** What of the story is marked on the curve, in the order of steps. */
export function curveAlerts(events: readonly JobEvent[]): CurveAlert[] {
  return events
    .flatMap(({ kind, step }) => {
      const word = ALERTS[kind];
      if (word === undefined || step === undefined) return [];
      return [{ step, word, tone: eventTone(kind) === 'bad' ? ('bad' as const) : ('warn' as const) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** A sentence where one machine has not as many; empty where it has. */
export function machineWords({ gpusPerMachine }: Pick<GpuType, 'gpusPerMachine'>, gpuCount: number): string {
  if (gpuCount <= gpusPerMachine) return '';
  return `${count(gpuCount)} are ${count(gpuCount / gpusPerMachine)} whole machines, which start together. `;
}

/** `1 × H100 80 GB`; a CPU type reads as it is. */
export function gpuWords(title: string, gpuCount: number, accelerator: 'cpu' | 'cuda' | undefined): string {
  return accelerator === 'cpu' && gpuCount === 1 ? title : `${count(gpuCount)} × ${title}`;
}
