/** The last interval is written and the rest of the hold let go; a job that nobody could end is ended here. */
import type { TelemetryStore } from '../metrics/telemetry-store.ts';
import { decideBilling } from '../training-jobs/billing.ts';
import { decideFailure, decideRelease } from '../training-jobs/job-ends.ts';
import type { JobMoney } from '../training-jobs/job-money.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { failureOf, newestAttempt } from '../training-jobs/training-job.ts';
import { isTerminal, type TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { Step, StepInput, StepOutcome } from './steps.ts';

export interface SettleCosts {
  jobs: JobStore;
  money: JobMoney;
  telemetry: TelemetryStore;
}

/** A step threw until its retries were spent. The run is paid for until it was last heard: more is not known. */
async function giveUp(
  { jobs, telemetry }: SettleCosts,
  job: TrainingJobRecord,
  step: Step,
  now: Date,
): Promise<TrainingJobRecord> {
  const { live } = await telemetry.liveAndWatch(job.owner, job.id, now);
  const newest = newestAttempt(job);
  const heardAt = live?.attempt === newest?.attempt ? live?.progress.reportedAt : undefined;
  const at = heardAt ?? job.billedTo ?? newest?.startedAt ?? now.toISOString();
  const failure = failureOf(
    'platform-fault',
    `The step ${step} failed again and again. It is logged and looked at.`,
  );
  const change = decideFailure(job, failure, now, { at, outcome: 'lost', reason: failure.title });
  await jobs.replace(change, now);
  return change.job;
}

export async function settleCosts(parts: SettleCosts, input: StepInput, now: Date): Promise<StepOutcome> {
  const { jobs, money } = parts;
  return onFreshJob(jobs, input, 'settle-costs', async (found) => {
    let job = found;
    if (!isTerminal(job.status)) {
      if (input.unexpectedIn === null) return stepFor(job);
      job = await giveUp(parts, job, input.unexpectedIn, now);
    }
    const endedAt = newestAttempt(job)?.endedAt;
    const billing = endedAt && decideBilling(job, endedAt, now);
    if (billing) {
      await money.bill(job, billing, now);
      job = billing.job;
    }
    const release = decideRelease(job, now);
    if (release.job !== job) await money.release(release, now);
    return go('announce-outcome');
  });
}
