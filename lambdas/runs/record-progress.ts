/** Stores a report, deciding again when another one came between. */
import { ProblemError } from '../../contracts/problems.ts';
import type { ProgressReport } from '../../contracts/runs.ts';
import { decideProgress } from '../metrics/progress.ts';
import type { ProgressStore, TelemetryStore } from '../metrics/telemetry-store.ts';
import { alertOutcomes } from '../training-jobs/job-outcomes.ts';
import type { LiveJob } from '../training-jobs/training-job.ts';
import { pauseOf } from './run-calls.ts';

/** Only a run's own repeats and an attempt just superseded race here: three tries see either end. */
const TRIES = 3;

/** How long the run waits before its next report. Throws `run-superseded` when a later attempt has reported. */
export async function recordProgress(
  telemetry: TelemetryStore,
  progress: ProgressStore,
  job: LiveJob,
  report: ProgressReport,
  idleReportSeconds: number,
  now: Date,
): Promise<number> {
  const of = {
    owner: job.owner,
    jobId: job.id,
    attempt: job.attempt,
    checkpointStep: job.checkpoint?.step,
    hyperparameters: job.hyperparameters,
  };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { live, watchedUntil } = await telemetry.liveAndWatch(job.owner, job.id, now);
    const nextReportSeconds = pauseOf(job, { watchedUntil, idleReportSeconds }, now);
    const decision = decideProgress(live, report, { ...of, nextReportSeconds }, now);
    if (decision.kind === 'superseded') throw new ProblemError('run-superseded');
    if (decision.kind === 'repeat') return nextReportSeconds;
    const outcomes = alertOutcomes(job, decision.alerts, now.toISOString());
    if (await progress.write(decision, outcomes, now)) return nextReportSeconds;
  }
  throw new ProblemError('run-superseded');
}
