import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { CheckpointManifest } from '../../contracts/run-spec.ts';
import type { MultipartUploads } from '../../lambdas/runtime/s3-multipart.ts';
import {
  decideCheckpoint,
  decideClaim,
  decideCompletion,
  decideInstruction,
  pauseOf,
  liveJobOf,
} from '../../lambdas/runs/run-calls.ts';
import { wholeCheckpoint } from '../../lambdas/runs/checkpoints.ts';
import { completeUpload } from '../../lambdas/runs/run-uploads.ts';
import { currentRun } from '../../lambdas/runs/current-run.ts';
import type { RunFiles } from '../../lambdas/runs/run-files.ts';
import { decideAttempt } from '../../lambdas/training-jobs/attempts.ts';
import { decideCancelled } from '../../lambdas/training-jobs/job-ends.ts';
import { decideCancellation, type LiveJob } from '../../lambdas/training-jobs/training-job.ts';
import { frozenSpec } from '../../lambdas/training-workflow/prepare-run.ts';
import {
  at,
  catalog,
  checkpoint,
  JOB_ID,
  OWNER,
  runningJob,
  SHA,
  submittingJob,
} from '../training-jobs/example-job.ts';

const run = { owner: OWNER, jobId: JOB_ID, attempt: 1 };
const unwatched = { watchedUntil: 0, idleReportSeconds: 30 };
async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof ProblemError ? error.code : String(error);
  }
}
const COMPOSITE = `${'A'.repeat(43)}=-1`;
const file = {
  path: 'state.safetensors',
  bytes: 10,
  sha256: SHA,
  partBytes: 10,
  compositeSha256: COMPOSITE,
  versionId: 'f1',
};
const manifest = (step: number, more: Partial<CheckpointManifest> = {}): CheckpointManifest => ({
  shape: 1,
  jobId: JOB_ID,
  attempt: 1,
  step,
  createdAt: at(50).toISOString(),
  files: [file],
  ...more,
});

describe('an attempt that is not the live one', () => {
  test.each([
    ['of a job that is gone', undefined],
    ['superseded by the next', decideAttempt(runningJob(), at(60)).job],
    ['of a job that has ended', decideCancelled(runningJob(), at(60)).job],
  ])('%s is told to stop', async (_, job) => {
    expect(await codeOf(() => liveJobOf(job, run))).toBe('run-superseded');
  });
});

describe('a claim', () => {
  test('is made once; the same nonce is the same process again', async () => {
    const job = decideClaim(submittingJob(), 'a'.repeat(32), at(5)).job as LiveJob;
    expect(decideClaim(job, 'a'.repeat(32), at(6)).job).toBe(job);
    expect(await codeOf(() => decideClaim(job, 'b'.repeat(32), at(6)))).toBe('run-already-claimed');
  });
  test('of the next attempt is free again', () => {
    const next = decideAttempt(runningJob(), at(60)).job as LiveJob;
    expect(decideClaim(next, 'b'.repeat(32), at(61)).job.claims).toHaveLength(2);
  });
});

describe('a checkpoint', () => {
  test('takes the place of an older one only', () => {
    const job = decideCheckpoint(runningJob(), { manifest: manifest(40), manifestVersionId: 'm' }, at(50))
      .job as LiveJob;
    expect(job.checkpoint).toMatchObject({ step: 40, attempt: 1, manifestVersionId: 'm' });
    expect(decideCheckpoint(job, { manifest: manifest(40), manifestVersionId: 'n' }, at(51)).job).toBe(job);
    expect(decideCheckpoint(job, { manifest: manifest(20), manifestVersionId: 'n' }, at(51)).job).toBe(job);
  });

  const files = (found: CheckpointManifest | undefined, isStored = true): RunFiles => ({
    spec: () => Promise.reject(new Error('not asked')),
    checkpointManifest: () => Promise.resolve(found),
    isStored: () => Promise.resolve(isStored),
    datasetFile: () => Promise.reject(new Error('not asked')),
    modelFile: () => Promise.reject(new Error('not asked')),
  });
  const asked = { step: 40, manifestVersionId: 'm' };
  test.each([
    ['without a manifest', files(undefined)],
    ['of another step', files(manifest(41))],
    ['of another attempt', files(manifest(40, { attempt: 2 }))],
    ['of another job', files(manifest(40, { jobId: 'job_01JD0000000000000000000001' }))],
    ['with a file that is not there', files(manifest(40), false)],
  ])('%s does not count', async (_, given) => {
    expect(await codeOf(() => wholeCheckpoint(given, run, asked))).toBe('manifest-invalid');
  });
  test('that is whole counts', async () => {
    expect(await wholeCheckpoint(files(manifest(40)), run, asked)).toEqual(manifest(40));
  });
});

describe('the last word of a run', () => {
  test('stands: what it says later changes nothing', () => {
    const job = decideCompletion(runningJob(), { outcome: 'published', manifestVersionId: 'm' }, at(90))
      .job as LiveJob;
    expect(job.completion).toMatchObject({ outcome: 'published', manifestVersionId: 'm', attempt: 1 });
    expect(decideCompletion(job, { outcome: 'stopped' }, at(91)).job).toBe(job);
  });
});

describe('the answer to a report', () => {
  test('goes on, and says when to report again', () => {
    expect(decideInstruction(runningJob(), 30, at(20))).toMatchObject({
      action: 'continue',
      nextReportSeconds: 30,
    });
  });
  test('asks for the next report soon while somebody watches, and every 5 s in an attempt’s first five minutes', () => {
    const watched = { ...unwatched, watchedUntil: at(1020).getTime() };
    // Claimed in second 10.
    expect([at(11), at(309), at(310), at(1000)].map((now) => pauseOf(runningJob(), unwatched, now))).toEqual([
      5, 5, 30, 30,
    ]);
    expect([at(11), at(1000)].map((now) => pauseOf(runningJob(), watched, now))).toEqual([2, 2]);
    const often = { ...unwatched, idleReportSeconds: 1 };
    expect([at(11), at(1000)].map((now) => pauseOf(runningJob(), often, now))).toEqual([1, 1]);
  });
  test('stops what was cancelled, keeping the model where that was asked for', () => {
    const stopped = (keep: boolean) => decideCancellation(runningJob(), keep, at(20)).job as LiveJob;
    expect(decideInstruction(stopped(false), 30, at(21))).toMatchObject({
      action: 'stop',
      reason: 'cancelled',
    });
    expect(decideInstruction(stopped(true), 30, at(21))).toMatchObject({
      action: 'stop',
      reason: 'keep-model',
    });
  });
  test('says anew with each report when to land, by what the run has measured', () => {
    const told = (measured?: number) => decideInstruction(runningJob(), 30, at(20), measured);
    expect(told()).toMatchObject({ landInSeconds: 890, capInSeconds: 990 });
    expect(told(300)).toMatchObject({ action: 'continue', landInSeconds: 690, capInSeconds: 990 });
    expect(told(990)).toMatchObject({ action: 'stop', reason: 'budget' });
  });
  test('lands a run before its cap is spent', () => {
    // A dollar at a thousandth of a dollar a second: 1,000 s, of which a tenth is kept for landing.
    expect(decideInstruction(runningJob(), 30, at(10 + 899))).toMatchObject({ action: 'continue' });
    expect(decideInstruction(runningJob(), 30, at(10 + 900))).toMatchObject({
      action: 'stop',
      reason: 'budget',
    });
  });
});

describe('an upload of a run', () => {
  const part = (partNumber: number, bytes: number) => ({ partNumber, bytes, sha256: 'x', etag: 'e' });
  function uploads(arrived: ReturnType<typeof part>[] | undefined, bytesStored?: number) {
    const calls: string[] = [];
    const stored = (bytes: number) => ({ bytes, versionId: 'v', compositeSha256: COMPOSITE });
    const fake: MultipartUploads = {
      start: () => Promise.reject(new Error('not asked')),
      sign: () => Promise.reject(new Error('not asked')),
      arrived: () => Promise.resolve(arrived),
      complete: (_key, _id, parts) => {
        calls.push('complete');
        return Promise.resolve(stored(parts.reduce((sum, { bytes }) => sum + bytes, 0)));
      },
      stored: () => Promise.resolve(bytesStored === undefined ? undefined : stored(bytesStored)),
      abort: () => {
        calls.push('abort');
        return Promise.resolve();
      },
    };
    return { fake, calls };
  }
  const wanted = { path: 'final/a', uploadId: 'u', bytes: LIMITS.modelPartBytes + 5 };
  test('becomes an object when its parts add up', async () => {
    const { fake, calls } = uploads([part(1, LIMITS.modelPartBytes), part(2, 5)]);
    expect(await completeUpload(fake, run, wanted)).toEqual({ versionId: 'v', compositeSha256: COMPOSITE });
    expect(calls).toEqual(['complete']);
  });
  test('waits for a part that is missing', async () => {
    const { fake, calls } = uploads([part(2, 5)]);
    expect(await codeOf(() => completeUpload(fake, run, wanted))).toBe('upload-incomplete');
    expect(calls).toEqual([]);
  });
  test('of another size never becomes an object', async () => {
    const { fake, calls } = uploads([part(1, LIMITS.modelPartBytes), part(2, 6)]);
    expect(await codeOf(() => completeUpload(fake, run, wanted))).toBe('upload-size-differs');
    expect(calls).toEqual(['abort']);
  });
  test('that was put together before answers the same', async () => {
    const { fake, calls } = uploads(undefined, wanted.bytes);
    expect(await completeUpload(fake, run, wanted)).toEqual({ versionId: 'v', compositeSha256: COMPOSITE });
    expect(calls).toEqual([]);
  });
});

describe('what a run is told to do', () => {
  const signed: { key: string; versionId: string }[] = [];
  const sign = ({ path, key, versionId, bytes, sha256 }: Parameters<RunFiles['modelFile']>[0]) => {
    signed.push({ key, versionId });
    return Promise.resolve({ path, url: 'https://s3.test/x', bytes, sha256, expiresAt: at(0).toISOString() });
  };
  const files: RunFiles = {
    spec: () => Promise.resolve(frozenSpec(runningJob(), catalog, at(0))),
    checkpointManifest: () => Promise.resolve(manifest(40)),
    isStored: () => Promise.reject(new Error('not asked')),
    datasetFile: sign,
    modelFile: sign,
  };
  test('names the dataset by the version that was checked', async () => {
    signed.length = 0;
    const { files: toFetch, resume } = await currentRun(runningJob(), files, at(20));
    expect(signed).toEqual([{ key: runningJob().dataset.data.key, versionId: 'v1' }]);
    expect(toFetch.data.sha256).toBe(SHA);
    expect(resume).toBeNull();
  });
  test('says when to land by the time that counts here, whatever clock the run has', async () => {
    const { landBy, landInSeconds, capInSeconds } = await currentRun(runningJob(), files, at(20));
    expect({ landBy, landInSeconds, capInSeconds }).toEqual({
      landBy: at(910).toISOString(),
      landInSeconds: 890,
      capInSeconds: 990,
    });
  });
  test('goes on from the checkpoint of the job that it continues, also in its first attempt', async () => {
    signed.length = 0;
    const earlier = 'job_01JD0000000000000000000009';
    const manifestKey = `models/${OWNER}/${earlier}/attempt-3/checkpoints/40/manifest.json`;
    const job = runningJob({
      continuedFrom: earlier,
      checkpoint: { ...checkpoint(3, 40), manifestKey, jobId: earlier },
    });
    expect((await currentRun(job, files, at(61))).resume).toMatchObject({
      jobId: earlier,
      attempt: 3,
      step: 40,
    });
    expect(signed.map(({ key }) => key)).toContain(manifestKey.replace('manifest.json', 'state.safetensors'));
  });
  test('never begins a continued job anew: what was paid once is not trained again', async () => {
    const job = runningJob({ checkpoint: { ...checkpoint(3, 40), jobId: JOB_ID }, continuedFrom: JOB_ID });
    const gone = { ...files, checkpointManifest: () => Promise.resolve(undefined) };
    expect((await currentRun(job, gone, at(61))).resume).toMatchObject({
      jobId: JOB_ID,
      step: 40,
      files: [],
    });
  });
  test('goes on from an earlier attempt’s checkpoint, never from its own', async () => {
    const next = decideAttempt(runningJob({ checkpoint: checkpoint(1, 40) }), at(60)).job as LiveJob;
    const { resume } = await currentRun(next, files, at(61));
    expect(resume).toMatchObject({ attempt: 1, step: 40, files: [{ path: 'state.safetensors' }] });
    expect(
      (await currentRun(runningJob({ checkpoint: checkpoint(1, 40) }), files, at(61))).resume,
    ).toBeNull();
  });
});
