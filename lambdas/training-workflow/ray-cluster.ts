/** The GPU cluster as the workflow knows it: any Ray cluster behind its Jobs API (design.md §7). */

/** What was seen of one submission. *Absent* is lost, *unreachable* is an outage: two different things (facts.md §3). */
export type RunLook =
  | { state: 'pending' }
  | { state: 'running' }
  | {
      state: 'ended';
      how: 'succeeded' | 'failed' | 'stopped';
      endedAt: Date | undefined;
      message: string;
      /** The end of what the run printed, secrets redacted: a trainer that crashes cannot report it itself. */
      lastLog?: string;
    }
  | { state: 'absent' }
  /** `refused`: the cluster answered that it does not take our key. */
  | { state: 'unreachable'; refused: boolean; reason: string };

export interface RunToSubmit {
  submissionId: string;
  /** In plain text for everybody who can see the cluster: nothing secret but a token that is good once. */
  environment: Readonly<Record<string, string>>;
  resources: { numCpus: number; numGpus: number; memoryBytes: number };
  metadata: Readonly<Record<string, string>>;
}

export type Submission =
  | { state: 'accepted' }
  /** It may or may not have been created: look before doing anything else. */
  | { state: 'in-doubt'; reason: string }
  /** It was not created, and the same request never will be. */
  | { state: 'rejected'; reason: string };

export interface ClusterResources {
  /** Logical units over all nodes that are up. */
  cpus: { used: number; total: number };
  gpus: { used: number; total: number };
}

/** No method throws because the cluster does not answer: that is data. */
export interface RayCluster {
  look(submissionId: string): Promise<RunLook>;
  submit(run: RunToSubmit): Promise<Submission>;
  /** Asks for the end of a run; it has ended only when a look says so. */
  stop(submissionId: string): Promise<void>;
  /** Deletes the record of a run that has ended. True when there is none any more. */
  forget(submissionId: string): Promise<boolean>;
  /** The end of the log, at most `bytes`; nothing when the cluster has none or does not answer. */
  log(submissionId: string, bytes: number): Promise<{ text: string; truncated: boolean } | undefined>;
  /** Nothing when the cluster does not say. */
  resources(): Promise<ClusterResources | undefined>;
}
