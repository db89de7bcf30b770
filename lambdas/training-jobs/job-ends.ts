/** How a job ends, and how its money is let go once (design.md §4, §6). */
import type { Failure, StopReason, Trained, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { type AttemptEnd, closed } from './attempts.ts';
import { diagnosed } from './diagnosed-failure.ts';
import { endOutcome, howFar } from './job-outcomes.ts';
import {
  assertMove,
  attemptNumber,
  firstStartedAt,
  type JobChange,
  type LiveJob,
  moved,
  revised,
  unchanged,
} from './training-job.ts';

const endAttempt = (job: TrainingJobRecord, end: AttemptEnd) => ({ attempts: closed(job, end) });

/** The manifest was verified: the job has its model. */
export function decideSuccess(
  job: LiveJob,
  model: { id: string; stopReason: StopReason; trained?: Trained },
  now: Date,
): JobChange {
  assertMove(job.status, 'succeeded');
  const at = now.toISOString();
  return {
    job: {
      ...moved(job, now),
      ...endAttempt(job, { at, outcome: 'succeeded' }),
      status: 'succeeded',
      startedAt: firstStartedAt(job) ?? at,
      endedAt: at,
      modelId: model.id,
      stopReason: model.stopReason,
      ...(model.trained ? { trained: model.trained } : {}),
    },
    events: [
      {
        key: 'succeeded',
        kind: 'succeeded',
        attempt: job.attempt,
        title:
          model.stopReason === 'budget' ? 'Landed on its budget: the model is ready' : 'The model is ready',
        ...(model.trained ? { detail: howFar(model.trained) } : {}),
      },
    ],
    outcomes: [],
  };
}

/** The job ends without a model. `attempt` closes the newest try, where it is still open. */
export function decideFailure(
  job: TrainingJobRecord,
  failure: Failure,
  now: Date,
  attempt?: AttemptEnd,
): JobChange {
  assertMove(job.status, 'failed');
  const at = now.toISOString();
  return {
    job: {
      ...moved(job, now),
      ...endAttempt(job, attempt ?? { at, outcome: 'failed', reason: failure.title }),
      status: 'failed',
      endedAt: at,
      failure: diagnosed(job, failure),
    },
    events: [
      {
        key: 'failed',
        kind: 'failed',
        attempt: attemptNumber(job),
        title: failure.title,
        detail: failure.detail,
      },
    ],
    outcomes: [],
  };
}

/** The cancellation has converged: nothing of the job runs. */
export function decideCancelled(job: TrainingJobRecord, now: Date, attempt?: AttemptEnd): JobChange {
  assertMove(job.status, 'cancelled');
  const at = now.toISOString();
  return {
    job: {
      ...moved(job, now),
      ...endAttempt(job, attempt ?? { at, outcome: 'stopped', reason: 'cancelled' }),
      status: 'cancelled',
      endedAt: at,
    },
    events: [
      {
        key: 'cancelled',
        kind: 'cancelled',
        attempt: attemptNumber(job),
        title: 'Cancelled',
        ...(job.keepModel ? { detail: 'There was nothing yet that could have been kept.' } : {}),
      },
    ],
    outcomes: [],
  };
}

/** Lets the rest of the hold go; once: a released hold stays as it is. */
export function decideRelease(job: TrainingJobRecord, now: Date): JobChange {
  if (job.hold.releasedAt) return unchanged(job);
  return {
    job: revised(job, { hold: { ...job.hold, releasedAt: now.toISOString() } }, now),
    events: [],
    outcomes: [],
  };
}

/** Writes the outcome of the end once; before the end, or a second time, nothing. */
export function decideAnnouncement(job: TrainingJobRecord, now: Date): JobChange {
  const outcome = endOutcome(job);
  if (!outcome || job.announcedAt) return unchanged(job);
  return { job: revised(job, { announcedAt: now.toISOString() }, now), events: [], outcomes: [outcome] };
}

/** The cluster has let go and the telemetry is archived: the sweeper need not look any more. */
export function decideCleanedUp(job: TrainingJobRecord, now: Date): JobChange {
  if (job.cleanedUpAt) return unchanged(job);
  return { job: revised(job, { cleanedUpAt: now.toISOString() }, now), events: [], outcomes: [] };
}
