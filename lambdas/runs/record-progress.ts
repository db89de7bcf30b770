/** Stores a report, deciding again when another one came between. */
import { ProblemError } from '../../contracts/problems.ts';
import type { ProgressReport } from '../../contracts/runs.ts';
import { decideProgress } from '../metrics/progress.ts';
import type { ProgressStore, TelemetryStore } from '../metrics/telemetry-store.ts';
import { alertOutcomes } from '../training-jobs/job-outcomes.ts';
import type { LiveJob } from '../training-jobs/training-job.ts';

/** Only a run's own repeats and an attempt just superseded race here: three tries see either end. */
const TRIES = 3;

/** Until when somebody watches. Throws `run-superseded` when a later attempt has reported. */
export async function recordProgress(
  telemetry: TelemetryStore,
  progress: ProgressStore,
  job: LiveJob,
  report: ProgressReport,
  now: Date,
): Promise<{ watchedUntil: number }> {
  const of = {
    owner: job.owner,
    jobId: job.id,
    attempt: job.attempt,
    checkpointStep: job.checkpoint?.step,
    hyperparameters: job.hyperparameters,
  };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { live, watchedUntil } = await telemetry.liveAndWatch(job.owner, job.id, now);
    const decision = decideProgress(live, report, of, now);
    if (decision.kind === 'superseded') throw new ProblemError('run-superseded');
    if (decision.kind === 'repeat') return { watchedUntil };
    const outcomes = alertOutcomes(job, decision.alerts, now.toISOString());
    if (await progress.write(decision, outcomes, now)) return { watchedUntil };
  }
  throw new ProblemError('run-superseded');
}
