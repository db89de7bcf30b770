/** Where a run's files lie: everything under its own attempt, so that no attempt touches another's (design.md §4). */
import type { RunIdentity } from './run-token.ts';

export const attemptPrefix = ({ owner, jobId, attempt }: RunIdentity): string =>
  `models/${owner}/${jobId}/attempt-${attempt}/`;

/** `path` is a `RunPath`: it has no way out of the attempt's folder. */
export const runKey = (run: RunIdentity, path: string): string => attemptPrefix(run) + path;

/** Frozen by prepare-run, beside the attempts: no upload of a run can reach it. */
export const runSpecKey = ({ owner, jobId }: Pick<RunIdentity, 'owner' | 'jobId'>): string =>
  `models/${owner}/${jobId}/run-spec.json`;

/** The key of a manifest's file: its path is relative to the folder the manifest lies in. */
export const besideManifest = (manifestKey: string, path: string): string =>
  manifestKey.slice(0, manifestKey.lastIndexOf('/') + 1) + path;
