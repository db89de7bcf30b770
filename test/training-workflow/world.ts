/** Everything around the workflow's steps, in memory and strict: what is not set up throws, what is stored is parsed. */
import { StoredCostRecord } from '../../contracts/costs.ts';
import { ModelRecord } from '../../contracts/models.ts';
import type { LiveRecord } from '../../contracts/live-record.ts';
import { Outcome } from '../../contracts/notifications.ts';
import { PaceRecord } from '../../contracts/pace.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { FrozenRunSpec, ManifestFile, ModelManifest } from '../../contracts/run-spec.ts';
import { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { EventToWrite } from '../../lambdas/metrics/job-events.ts';
import type { TelemetryStore } from '../../lambdas/metrics/telemetry-store.ts';
import { bootstrapToken } from '../../lambdas/runs/run-token.ts';
import type { JobMoney } from '../../lambdas/training-jobs/job-money.ts';
import type { JobStore } from '../../lambdas/training-jobs/job-store.ts';
import type { JobChange } from '../../lambdas/training-jobs/training-job.ts';
import type { ModelFiles } from '../../lambdas/training-workflow/model-files.ts';
import type {
  ClusterResources,
  RayCluster,
  RunLook,
  RunToSubmit,
  Submission,
} from '../../lambdas/training-workflow/ray-cluster.ts';
import type { OverdueStop } from '../../lambdas/training-workflow/stop-watch.ts';
import type { StepInput, StepOutcome } from '../../lambdas/training-workflow/steps.ts';
import { submitRun } from '../../lambdas/training-workflow/submit-run.ts';
import { at, catalog, JOB_ID, OWNER, SHA } from '../training-jobs/example-job.ts';

export const input: StepInput = {
  owner: OWNER,
  jobId: JOB_ID,
  pollSeconds: { starting: 30, running: 60, steady: 120 },
  unexpectedIn: null,
};

const COMPOSITE = `${'A'.repeat(43)}=-1`;
const file = (path: string): ManifestFile => ({
  path,
  bytes: 10,
  sha256: SHA,
  partBytes: 10,
  compositeSha256: COMPOSITE,
  versionId: `version of ${path}`,
});

export const modelManifest = (more: Partial<ModelManifest> = {}): ModelManifest => ({
  shape: 1,
  jobId: JOB_ID,
  attempt: 1,
  createdAt: at(99).toISOString(),
  format: 'peft',
  baseModel: {
    id: 'brightrun/tiny-base',
    revision: catalog.baseModel('brightrun/tiny-base').source.revision,
  },
  files: [file('final/adapter_model.safetensors'), file('final/adapter_config.json')],
  training: {
    backend: 'mlx_lora',
    steps: 53,
    totalSteps: 53,
    keptStep: 40,
    epochs: 1,
    trainingRows: 180,
    validationRows: 30,
    validationSource: 'file',
    trainedTokens: 1000,
    processedTokens: 4000,
    rowsCut: 0,
    rowsSkipped: 0,
    trainableParameters: 5000,
    seconds: 50,
    tokensPerSecond: 80,
    peakMemoryBytes: 1,
    stopReason: 'completed',
    phases: {},
  },
  evaluation: null,
  samples: [],
  datasetSha256: SHA,
  ...more,
});

/** A world around one job. Fields are what a test sets up and looks at. */
export class World {
  job: TrainingJobRecord;
  events: EventToWrite[] = [];
  /** Events that stand alone, by what makes them one row. */
  told = new Map<string, EventToWrite>();
  resources: ClusterResources | undefined;
  outcomes: Outcome[] = [];
  costs: StoredCostRecord[] = [];
  models: ModelRecord[] = [];
  paces: PaceRecord[] = [];
  releases = 0;
  live: LiveRecord | undefined;
  /** Until when a page is open on the job, epoch milliseconds. */
  watchedUntil = 0;
  manifests = new Map<string, ModelManifest>();
  /** Paths that S3 does not have as the manifest says. */
  differing = new Set<string>();
  specs: FrozenRunSpec[] = [];
  wholeCheckpoints = new Set<string>();
  /** What clean-up kept for a continuation. */
  keptCheckpoint: string | undefined;
  archive = new Map<string, Uint8Array>();
  looks = new Map<string, RunLook>();
  submission: Submission = { state: 'accepted' };
  submitted: RunToSubmit[] = [];
  stopped: string[] = [];
  overdueStops: OverdueStop[] = [];
  overdue = (stop: OverdueStop): void => void this.overdueStops.push(stop);
  forgotten: string[] = [];
  logText: string | undefined = 'a line\n';
  /** How often the next writes meet somebody who was quicker. */
  conflicts = 0;

  constructor(job: TrainingJobRecord) {
    this.job = TrainingJobRecord.parse(job);
  }

  #write(change: JobChange): void {
    const next = TrainingJobRecord.parse(JSON.parse(JSON.stringify(change.job)));
    if (this.conflicts > 0) {
      this.conflicts -= 1;
      throw new ProblemError('job-changed');
    }
    if (next.revision !== this.job.revision + 1) throw new ProblemError('job-changed');
    this.job = next;
    this.events.push(...change.events);
    this.outcomes.push(...change.outcomes.map((outcome) => Outcome.parse(outcome)));
  }

  jobs: JobStore = {
    get: (owner, jobId) =>
      Promise.resolve(owner === this.job.owner && jobId === this.job.id ? this.job : undefined),
    replace: async (change) => this.#write(change),
  };

  money: JobMoney = {
    bill: async (before, { job, records }) => {
      if (before.revision !== this.job.revision) throw new ProblemError('job-changed');
      this.#write({ job, events: [], outcomes: [] });
      this.costs.push(...records.map((record) => StoredCostRecord.parse(record)));
    },
    release: async (change) => {
      this.#write(change);
      this.releases += 1;
    },
    publish: async (change, { model, pace }) => {
      this.#write(change);
      this.models.push(ModelRecord.parse(model));
      if (pace) this.paces.push(PaceRecord.parse(pace.record));
    },
  };

  telemetry: TelemetryStore = {
    liveAndWatch: () => Promise.resolve({ live: this.live, watchedUntil: this.watchedUntil }),
    newestChunks: () => Promise.resolve([]),
    events: () => Promise.resolve({ items: [] }),
    tell: async (_owner, _jobId, event, time) =>
      void this.told.set(`${event.key} ${time.toISOString()}`, event),
    markWatched: () => Promise.reject(new Error('no step watches')),
  };

  files: ModelFiles = {
    writeSpec: async (_, spec) => void this.specs.push(spec),
    spec: async (_, jobId) => this.specs.find((spec) => spec.jobId === jobId),
    isWhole: async ({ manifestKey }) => this.wholeCheckpoints.has(manifestKey),
    manifestVersion: async ({ attempt }) => (this.manifests.has(`m${attempt}`) ? `m${attempt}` : undefined),
    manifest: async (_, versionId) => this.manifests.get(versionId),
    isStored: async (_, { path }) => !this.differing.has(path),
    archive: async (key, body) => void this.archive.set(key, body),
    isArchived: async (key) => this.archive.has(key),
    expireCheckpoints: async (_owner, _jobId, keep) => void (this.keptCheckpoint = keep),
  };

  cluster: RayCluster = {
    look: async (id) => this.looks.get(id) ?? { state: 'absent' },
    submit: async (run) => {
      this.submitted.push(run);
      if (this.submission.state === 'accepted') this.looks.set(run.submissionId, { state: 'pending' });
      return this.submission;
    },
    stop: async (id) => void this.stopped.push(id),
    forget: async (id) => {
      this.forgotten.push(id);
      return this.looks.delete(id);
    },
    log: async () => (this.logText === undefined ? undefined : { text: this.logText, truncated: false }),
    resources: async () => this.resources,
  };
}

export const ended = (how: 'succeeded' | 'failed' | 'stopped', second: number, message = ''): RunLook => ({
  state: 'ended',
  how,
  endedAt: at(second),
  message,
});
export const unreachable = (refused = false): RunLook => ({
  state: 'unreachable',
  refused,
  reason: 'TimeoutError',
});

/** LIVE as a trainer of this attempt left it. */
export const liveAt = (
  second: number,
  attempt = 1,
  phase: LiveRecord['progress']['phase'] = 'training',
): LiveRecord => ({
  shape: 1,
  owner: OWNER,
  jobId: JOB_ID,
  attempt,
  batch: 1,
  progress: { attempt, phase, step: 1, totalSteps: 10, epoch: 0.1, reportedAt: at(second).toISOString() },
  tail: [],
  newestStep: 1,
  logTail: 'first line\nthe last line\n',
  expiresAt: 4_000_000_000,
});

/** One try of `submit-run`, so many seconds after the job began. */
export const submit = (world: World, second: number): Promise<StepOutcome> =>
  submitRun(
    {
      jobs: world.jobs,
      telemetry: world.telemetry,
      cluster: world.cluster,
      overdue: world.overdue,
      catalog,
      runsApiUrl: 'https://runs.test/v1',
      bootstrapToken: async (run) => bootstrapToken('key', run),
    },
    input,
    at(second),
  );
