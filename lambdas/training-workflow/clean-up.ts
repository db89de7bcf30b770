/** Always last: the cluster lets go, the telemetry is archived beside the model, the sweeper forgets the job. */
import { gzipSync } from 'node:zlib';
import { isTerminal, type TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { archiveKeys } from '../metrics/archive-keys.ts';
import { pointsOf } from '../metrics/job-live.ts';
import type { TelemetryStore } from '../metrics/telemetry-store.ts';
import { redactText } from '../runtime/log.ts';
import { takenOver } from '../training-jobs/continuation.ts';
import { decideCleanedUp } from '../training-jobs/job-ends.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import type { ModelFiles } from './model-files.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { RayCluster, RunLook } from './ray-cluster.ts';
import type { StepInput, StepOutcome } from './steps.ts';
import { askToStop, forgetAsking, forgetEnded, type StopWatch } from './stop-watch.ts';

export interface CleanUp {
  jobs: JobStore;
  telemetry: TelemetryStore;
  files: ModelFiles;
  cluster: RayCluster;
  overdue: StopWatch['overdue'];
}

/** The end of each attempt's log is kept up to this; compressed it is a tenth. */
const LOG_BYTES = 4 * 1024 * 1024;
/** How long a silent cluster is asked to let go. After a day its operator has other worries than one record. */
const SILENCE_LIMIT_MS = 24 * 3_600_000;
/** While it is silent: 720 looks a day, 6,480 of 25,000 history events; free GPUs within two minutes of its return. */
const SILENT_WAIT_SECONDS = 120;

/** What an ended job still has on the cluster. */
type Grip = 'none' | 'running' | 'silent';

const holds = ({ state }: RunLook): boolean => state === 'running' || state === 'pending';

/** Looks, and asks what still runs to stop. */
async function gripOf(
  parts: CleanUp,
  found: TrainingJobRecord,
  looks: readonly { id: string; look: RunLook }[],
  now: Date,
): Promise<Grip> {
  let job = found;
  let grip: Grip = 'none';
  // Where nothing is held the watch is over: no write of its own for it.
  const isHeld = looks.some(({ look }) => holds(look));
  for (const { id, look } of looks) {
    if (look.state === 'unreachable') {
      await forgetAsking(parts.jobs, job, now);
      return 'silent';
    }
    if (look.state === 'ended' && isHeld) job = await forgetEnded(parts.jobs, job, id, now);
    if (!holds(look)) continue;
    job = await askToStop(parts, job, id, now);
    grip = 'running';
  }
  return grip;
}

/**
 * An attempt that never started reads as failed although its supervisor may wake later, holding a GPU (facts.md §3):
 * it is told to stop all the same, before its record goes.
 */
async function letGo(cluster: RayCluster, job: TrainingJobRecord, id: string): Promise<void> {
  const attempt = job.attempts.find(({ submissionId }) => submissionId === id);
  if (attempt?.startedAt === undefined) await cluster.stop(id);
  await cluster.forget(id);
}

const jsonLines = (items: readonly unknown[]) =>
  Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));

async function allEvents(telemetry: TelemetryStore, job: TrainingJobRecord, now: Date) {
  const events: object[] = [];
  let cursor: string | undefined;
  do {
    const page = await telemetry.events(job.owner, job.id, { limit: 100, cursor }, now);
    for (const { sequence, at, kind, attempt, title, detail } of page.items) {
      events.push({ sequence, at, kind, attempt, title, detail });
    }
    cursor = page.nextCursor;
  } while (cursor);
  return events.reverse();
}

/** Every attempt's log, oldest first, each line without secrets. */
async function wholeLog(cluster: RayCluster, job: TrainingJobRecord): Promise<string> {
  const parts: string[] = [];
  for (const { attempt, submissionId } of job.attempts) {
    const log = await cluster.log(submissionId, LOG_BYTES);
    if (!log?.text) continue;
    const cut = log.truncated ? ', its end' : '';
    parts.push(`--- attempt ${attempt}${cut} ---\n${log.text.split('\n').map(redactText).join('\n')}\n`);
  }
  return parts.join('');
}

async function archive({ telemetry, files, cluster }: CleanUp, job: TrainingJobRecord, now: Date) {
  const keys = archiveKeys(job.owner, job.id);
  const [chunks, { live }, log] = await Promise.all([
    telemetry.newestChunks(job.owner, job.id, now),
    telemetry.liveAndWatch(job.owner, job.id, now),
    wholeLog(cluster, job),
  ]);
  // On a second pass the cluster has forgotten its log: what the first one stored is then the better one.
  const text = log || ((await files.isArchived(keys.log)) ? '' : (live?.logTail ?? ''));
  if (text) await files.archive(keys.log, gzipSync(text), 'application/gzip');
  await files.archive(keys.metrics, jsonLines(pointsOf(chunks, live)), 'application/jsonl');
  await files.archive(keys.events, jsonLines(await allEvents(telemetry, job, now)), 'application/jsonl');
}

/** The folder of the checkpoint that a new job can go on from: the only one that is kept for longer. */
function keptCheckpoint(job: TrainingJobRecord, now: Date): string | undefined {
  return takenOver(job, now)?.checkpoint.manifestKey.replace(/manifest\.json$/, '');
}

export async function cleanUp(parts: CleanUp, input: StepInput, now: Date): Promise<StepOutcome> {
  const { jobs, cluster, files } = parts;
  return onFreshJob(jobs, input, 'clean-up', async (job) => {
    if (!isTerminal(job.status)) return stepFor(job);
    if (job.cleanedUpAt) return go('done');
    const looks = await Promise.all(
      job.attempts.map(async ({ submissionId }) => ({
        id: submissionId,
        look: await cluster.look(submissionId),
      })),
    );
    const grip = await gripOf(parts, job, looks, now);
    if (grip === 'running') return go('clean-up', input.pollSeconds.starting);
    const endedAt = 'endedAt' in job ? Date.parse(job.endedAt) : now.getTime();
    if (grip === 'silent' && now.getTime() - endedAt < SILENCE_LIMIT_MS) {
      return go('clean-up', SILENT_WAIT_SECONDS);
    }
    await archive(parts, job, now);
    await files.expireCheckpoints(job.owner, job.id, keptCheckpoint(job, now));
    for (const { id, look } of looks) {
      if (look.state === 'ended') await letGo(cluster, job, id);
    }
    const change = decideCleanedUp(job, now);
    if (change.job !== job) await jobs.replace(change, now);
    return go('done');
  });
}
