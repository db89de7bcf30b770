/** One run of everything around one job: the real functions on doubles of what they stand on, in virtual time. */
import { ScriptedRay } from '../cluster/ray.ts';
import { startTrainer } from '../cluster/trainer.ts';
import type { TrainerFaults, TrainerScript } from '../cluster/trainer-script.ts';
import type { Answered, TrainerNetwork } from '../cluster/trainer-calls.ts';
import { BUCKETS, ENVIRONMENT, TABLES } from '../deployment/functions.ts';
import { History, type Row } from '../history/history.ts';
import type { Evidence } from '../invariants/invariant.ts';
import { Objects } from '../storage/objects.ts';
import { Tables, type Written } from '../storage/tables.ts';
import { Clock } from '../time/clock.ts';
import { random, type Random } from '../time/random.ts';
import { AwsCalls, invocations } from './calls.ts';
import { expiredRequest } from './expired-request.ts';
import { Hits } from './hits.ts';
import { watchForIdleness } from './idle-watch.ts';
import { Moments } from './moments.ts';
import { trainerNetwork } from './network.ts';
import { Person } from './person.ts';
import { DATA, PersonsDataset } from './persons-dataset.ts';
import { Platform } from './platform.ts';
import { Secrets } from './secrets.ts';
import { takeOver } from './take-over.ts';
import { Uploader, type UploadWish } from './uploader.ts';

/** A Monday morning; jobs that run into the next month are for a seed that begins late in it. */
const START = Date.parse('2026-11-23T10:00:00.000Z');
const MINUTE = 60_000;
const UNSETTLED = ['uploading', 'repairing', 'validating'];
/** Every job is over long before: 24 hours of a silent cluster are the longest wait there is. */
const LONGEST_MS = 60 * 3_600_000;

export class World {
  readonly random: Random;
  readonly clock: Clock;
  readonly history: History;
  readonly tables: Tables;
  readonly objects: Objects;
  readonly calls: AwsCalls;
  readonly platform: Platform;
  readonly ray: ScriptedRay;
  readonly person: Person;
  readonly uploader: Uploader;
  /** What the person uploads before asking for a job, in this order; without any, a dataset is there already. */
  readonly uploads: UploadWish[] = [];
  readonly trainerFaults: TrainerFaults = {};
  readonly startDelays: (() => number | undefined)[] = [];
  readonly orphans: ((send: () => Promise<Answered>, attempt: number) => void)[] = [];
  readonly beforeCreation: (() => void)[] = [];
  readonly violations: { invariant: string; what: string }[] = [];
  readonly counts = { aws: new Map<string, number>(), cluster: 0, api: 0 };
  /** Variables of the functions that are not as everybody's. */
  readonly environment: Record<string, string> = {};
  /** Virtual time after which nothing is waited for any more. */
  longestMs = LONGEST_MS;
  /** A file that is ready to train on as it is. */
  readonly data = DATA;
  script: TrainerScript;
  clusterKey = 'key-of-the-cluster-1';
  jobId = '';
  readonly #secrets = new Secrets();
  readonly #silences: { from: number; until: number }[] = [];
  readonly #moments = new Moments();
  readonly #hits = new Hits();
  readonly #dataset: PersonsDataset;
  #job: Row | undefined;
  #disturbedUntil = 0;

  constructor(seed: number) {
    this.random = random(seed);
    this.clock = new Clock(START, this.random.fork('ties'));
    this.history = new History(() => this.clock.now());
    this.tables = new Tables(Object.values(TABLES), (write) => this.#written(write));
    const signer = {
      accessKeyId: ENVIRONMENT['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: ENVIRONMENT['AWS_SECRET_ACCESS_KEY'] ?? '',
    };
    this.objects = new Objects(
      Object.values(BUCKETS),
      () => signer,
      ({ bucket, key, versionId }) => {
        const by = invocations.getStore()?.functionName ?? 'a trainer';
        this.history.add({ kind: 'object', bucket, key, versionId, by });
        this.platform.objectCreated(bucket, key, versionId);
      },
    );
    this.rotate('run-token-key', 'first-key-of-run-tokens');
    this.rotate('cluster-key', this.clusterKey);
    const { clock, history } = this;
    this.platform = new Platform({
      clock,
      history,
      random: this.random.fork('platform'),
      secrets: this.#secrets.held,
    });
    this.calls = new AwsCalls({
      clock,
      random: this.random.fork('calls'),
      note: ({ service, name }) => {
        const what = `${service} ${name}`;
        this.counts.aws.set(what, (this.counts.aws.get(what) ?? 0) + 1);
      },
      perform: async (call) => {
        if (call.service === 'dynamodb') return this.tables.perform(call.name, call.input);
        if (call.service === 's3') return this.objects.perform(call.name, call.input);
        return this.platform.perform(call);
      },
    });
    this.person = new Person(clock, this.platform, this.random.fork('person'));
    this.uploader = new Uploader({
      clock,
      random: this.random.fork('uploader'),
      platform: this.platform,
      owner: this.person.owner,
      put: this.#network(this.random.fork('network of the uploader')).put,
      violation: (invariant, what) => this.violation(invariant, what),
    });
    const { person, uploader, objects, tables } = this;
    this.#dataset = new PersonsDataset({ person, uploader, objects, tables });
    const shape = this.random.fork('shape');
    this.script = {
      steps: shape.between(6, 30),
      stepMs: shape.between(5, 40) * 1000,
      checkpointEverySteps: shape.between(2, 9),
      phaseMs: shape.between(2, 30) * 1000,
    };
    // One in six is given less than it needs and has to land; the least that is accepted pays for a few minutes.
    if (shape.chance(0.16)) this.person.capUsdMicros = shape.between(400, 900) * 1000;
    this.ray = this.#cluster(this.random.fork('cluster'));
  }

  #cluster(dice: Random): ScriptedRay {
    const { clock } = this;
    return new ScriptedRay({
      clock,
      key: () => this.clusterKey,
      startMs: () => {
        for (const delay of this.startDelays) {
          const ms = delay();
          if (ms !== undefined) return ms;
        }
        return dice.between(1, 90) * 1000;
      },
      note: (what, submissionId) => this.history.add({ kind: 'cluster', what, submissionId }),
      start: ({ submissionId, env, log }, end) =>
        startTrainer(
          {
            clock,
            random: dice.fork(submissionId),
            network: this.#network(dice.fork(`network of ${submissionId}`)),
            script: this.script,
            faults: () => this.trainerFaults,
            env,
            log,
            note: (what, fields) => {
              this.history.add({ kind: 'trainer', submissionId, what, fields });
              this.#moments.did(what);
            },
            orphan: (send) => {
              const attempt = Number(submissionId.slice(submissionId.lastIndexOf('-') + 1));
              for (const deliver of this.orphans) deliver(send, attempt);
            },
          },
          end,
        ),
    });
  }

  #network = (dice: Random): TrainerNetwork =>
    trainerNetwork({
      clock: this.clock,
      dice,
      platform: this.platform,
      objects: this.objects,
      called: (token) => {
        this.#secrets.ever.add(token);
        this.counts.api += 1;
      },
    });

  #written({ table, before, after }: Written): void {
    const row = (after ?? before) as Row;
    const [pk, sk] = [String(row['pk']), String(row['sk'])];
    this.history.add({ kind: 'write', table, pk, sk, before, after });
    if (pk.startsWith('OUTBOX#') && after && !before) {
      const record = { eventName: 'INSERT', dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } };
      this.platform.streamed(record, sk);
    }
    if (table !== TABLES.core || !sk.startsWith('JOB#') || !after || after['owner'] !== this.person.owner)
      return;
    this.#job = after;
    this.jobId ||= String(after['id']);
    this.#moments.reached(String(after['status']));
  }

  // What faults use -----------------------------------------------------------

  /** Once, so long after the job is first seen in a state; `new` is before there is one. */
  when(status: string, delayMs: number, work: () => void | Promise<void>): void {
    const run = () => this.clock.after(delayMs, () => this.clock.begin(async () => work()));
    if (status === 'new') run();
    else this.#moments.onStatus(status, run);
  }

  onTrainer(what: string, run: () => void): void {
    this.#moments.onTrainer(what, run);
  }

  /** A fault has been done; the point is where the job stood. */
  hit(number: number, detail?: string): void {
    const status = this.#job ? String(this.#job['status']) : 'new';
    const name = `training-workflow:${this.jobId}`;
    const state = this.platform.machines.executions.get(name)?.state ?? 'no execution';
    const point = `${number} ${detail ?? ''} ${status} ${state}`;
    if (this.#hits.add(number, point)) this.history.add({ kind: 'fault', number, point });
  }

  /** The attempt that is live, or was last. */
  get attempt(): number {
    return (this.#job?.['attempts'] as unknown[] | undefined)?.length ?? 0;
  }

  count = (number: number): number => this.#hits.injected.get(number) ?? 0;

  /** The platform is not held to be quick until then. */
  disturbed(until: number): void {
    this.#disturbedUntil = Math.max(this.#disturbedUntil, until);
  }

  /** The cluster cannot be asked, or does not do what it is asked, until then. */
  silence(until: number): void {
    this.#silences.push({ from: this.clock.now(), until });
  }

  violation(invariant: string, what: string): void {
    this.violations.push({ invariant, what });
  }

  rotate(secret: string, value: string): void {
    this.#secrets.rotate(secret, value);
  }

  /** Everything that runs is taken away. */
  preempt(how: 'failed' | 'restarted' | 'terminated'): void {
    if (how === 'restarted') this.ray.restart();
    for (const [id, process] of this.ray.processes) {
      if (how === 'terminated') process.terminate();
      else this.ray.kill(id);
    }
  }

  async putRow(table: string, row: Row): Promise<void> {
    this.tables.perform('PutCommand', { TableName: table, Item: row });
  }

  async overwriteDataset(text: string): Promise<void> {
    this.#dataset.overwrite(text);
  }

  /** Rows whose time has passed and which DynamoDB has not deleted yet. */
  putExpiredRows(): void {
    const { owner, key } = this.person;
    const Item = expiredRequest(owner, key, this.clock.now());
    this.tables.perform('PutCommand', { TableName: TABLES.ephemeral, Item });
  }

  // The run -------------------------------------------------------------------

  /** From the first request until nothing is left to do. */
  async run(faults: readonly number[]): Promise<Evidence> {
    const restore = takeOver({
      clock: this.clock,
      random: this.random,
      history: this.history,
      calls: this.calls,
      environment: { ...ENVIRONMENT, ...this.environment },
      answer: (request) => {
        this.counts.cluster += 1;
        return this.ray.answer(request);
      },
    });
    try {
      if (this.uploads.length === 0) this.#dataset.putReady(new Date(START - 3_600_000));
      for (const prepare of this.beforeCreation) prepare();
      this.platform.sweepFrom(START + this.random.between(0, 300_000));
      this.clock.begin(async () => {
        if (this.uploads.length > 0) await this.#dataset.upload(this.uploads);
        await this.person.asks();
      });
      this.#watch();
      const isSettled = await this.#untilSettled();
      return {
        history: this.history,
        spans: this.ray.spans,
        tables: this.tables.rows,
        silences: this.#silences,
        faults: [...new Set([...faults, ...this.#hits.injected.keys()])],
        owner: this.person.owner,
        uploaded: this.uploader.uploaded,
        objects: this.objects,
        secrets: [...this.#secrets.ever],
        dataSha256: this.#dataset.sha256,
        endedAt: this.clock.now(),
        isSettled,
      };
    } finally {
      restore();
    }
  }

  #isSettled(): boolean {
    if (this.#job?.['cleanedUpAt'] === undefined || this.ray.processes.size > 0) return false;
    return ![...this.tables.rows[TABLES.core]!.values()].some(({ pk, sk, status }) => {
      const isWaiting = String(pk).startsWith('OUTBOX#') && !String(sk).startsWith('poison');
      return isWaiting || (String(sk).startsWith('DATASETVERSION#') && UNSETTLED.includes(String(status)));
    });
  }

  async #untilSettled(): Promise<boolean> {
    await this.clock.run(START + this.longestMs, () => this.#isSettled());
    const isSettled = this.#isSettled();
    // What was published last is still on its way to its readers, and late deliveries shall find their fences.
    await this.clock.run(this.clock.now() + 20 * MINUTE);
    return isSettled;
  }

  #watch(): void {
    watchForIdleness({
      clock: this.clock,
      isOpen: () => this.#job !== undefined && this.#job['cleanedUpAt'] === undefined,
      isWorkedOn: () =>
        [...this.platform.machines.executions.values()].some(
          ({ machine, status }) => machine === 'training-workflow' && status === 'RUNNING',
        ),
      disturbedUntil: () => this.#disturbedUntil,
      found: (since) =>
        this.violation('I2', `nobody has worked on ${this.jobId} since ${new Date(since).toISOString()}`),
    });
  }

  get injected(): ReadonlyMap<number, number> {
    return this.#hits.injected;
  }

  /** As people would say it: `failed cluster-unreachable`, `succeeded budget`. */
  get end(): string {
    const { status, failure, stopReason } = (this.#job ?? {}) as Record<string, unknown>;
    const why = (failure as { code: string } | undefined)?.code ?? stopReason;
    return [status ?? 'never accepted', why].filter(Boolean).join(' ');
  }

  get points(): string[] {
    return [...this.#hits.points];
  }
}
