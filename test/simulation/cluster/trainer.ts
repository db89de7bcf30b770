/**
 * The trainer as a script: what trainer/brightrun_trainer does at the API, without training anything. It claims,
 * reports numbered batches, keeps checkpoints, obeys what it is told, lands by itself, and writes the manifest last.
 */
import { createHash } from 'node:crypto';
import type { RunSpec } from '../../../contracts/run-spec.ts';
import { reportProgress } from '../../../contracts/runs.ts';
import type { RunPhase } from '../../../contracts/progress.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { Process } from './ray.ts';
import { manifestOf } from './trainer-manifest.ts';
import type { TrainerFaults, TrainerScript } from './trainer-script.ts';
import {
  Killed,
  NoAnswer,
  Refused,
  Superseded,
  TrainerCalls,
  type Answered,
  type TrainerNetwork,
} from './trainer-calls.ts';

export interface TrainerParts {
  clock: Clock;
  random: Random;
  network: TrainerNetwork;
  script: TrainerScript;
  faults: () => TrainerFaults;
  env: Record<string, string>;
  log: (line: string) => void;
  /** What an invariant looks at: what was trained on, what was resumed from, how it ended. */
  note: (what: string, fields: Record<string, unknown>) => void;
  /** The last report that was on its way when the process died. */
  orphan: (send: () => Promise<Answered>) => void;
}

/** Told to end and to publish nothing. */
class Stopped extends Error {}
type Stop = 'cancelled' | 'keep-model' | 'budget' | 'signal' | 'superseded';

export function startTrainer(parts: TrainerParts, end: (exitCode: number) => void): Process {
  const trainer = new Trainer(parts);
  parts.clock.begin(async () => {
    const code = await trainer.run();
    if (code !== undefined) end(code);
  });
  return {
    terminate: () => trainer.signal(),
    kill: () => trainer.kill(),
  };
}

class Trainer {
  readonly #parts: TrainerParts;
  readonly #calls: TrainerCalls;
  #isAlive = true;
  #isSignalled = false;
  #told: Stop | undefined;
  #isSuperseded = false;
  #landsAt = Infinity;
  #phase: RunPhase = 'starting';
  #step = 0;
  #batch = 0;
  #points: Record<string, unknown>[] = [];
  #pending: Record<string, unknown> | undefined;
  #sending: Promise<void> | undefined;
  #nextReportMs = 2000;
  #reportAt = 0;
  #attempt = 0;

  constructor(parts: TrainerParts) {
    this.#parts = parts;
    this.#calls = new TrainerCalls({
      clock: parts.clock,
      network: parts.network,
      bootstrap: parts.env['BRIGHTRUN_BOOTSTRAP_TOKEN'] ?? '',
      nonce: parts.random.hex(32),
      isAlive: () => this.#isAlive,
    });
  }

  signal(): void {
    this.#isSignalled = true;
  }

  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    const [report, token] = [this.#report(), this.#calls.token];
    if (token) this.#parts.orphan(() => this.#parts.network.call(reportProgress, token, report));
  }

  /** The exit code; nothing when it was killed. */
  async run(): Promise<number | undefined> {
    const { log } = this.#parts;
    try {
      this.#attempt = await this.#calls.claim();
      log(`claimed attempt ${this.#attempt}`);
      return await this.#train(await this.#calls.current());
    } catch (error) {
      if (error instanceof Killed || !this.#isAlive) return undefined;
      if (error instanceof Superseded) {
        log('this attempt is not the live one');
        return 3;
      }
      if (error instanceof Stopped) return this.#say({ outcome: 'stopped' }, 0);
      if (error instanceof NoAnswer || error instanceof Refused) {
        log(`failed: ${error.message}`);
        this.#parts.note('gave-up', { why: error.message });
        return this.#say(
          { outcome: 'failed', failure: { code: 'api-unreachable', detail: error.message } },
          1,
        );
      }
      throw error;
    }
  }

  async #say(end: unknown, exitCode: number): Promise<number | undefined> {
    this.#phase = 'ended';
    try {
      await this.#calls.complete(end, 60_000);
    } catch (error) {
      if (error instanceof Killed) return undefined;
    }
    return exitCode;
  }

  async #train(spec: RunSpec): Promise<number | undefined> {
    const { script, note, log } = this.#parts;
    this.#hear(spec);
    await this.#enter('loading');
    const data = await this.#calls.fetch(spec.files.data);
    if (!data) {
      const failure = { code: 'dataset-checksum-mismatch', detail: 'Other bytes.' };
      return this.#say({ outcome: 'failed', failure }, 1);
    }
    note('trained-on', {
      attempt: this.#attempt,
      sha256: createHash('sha256').update(data).digest('hex'),
      resumedFrom: spec.resume?.step,
    });
    for (const file of spec.resume?.files ?? []) {
      if (!(await this.#calls.fetch(file))) throw new Refused('the checkpoint is not what it says');
    }
    this.#step = spec.resume?.step ?? 0;
    await this.#enter('evaluating-base');
    await this.#enter('training');
    let stop: Stop | undefined;
    let saved = this.#step;
    while (this.#step < script.steps && !(stop = this.#stopping())) {
      const fails = this.#parts.faults().failsAt;
      if (fails && this.#step >= fails.step) {
        log(`failed: ${fails.code}`);
        return this.#say({ outcome: 'failed', failure: { code: fails.code, detail: 'It failed.' } }, 1);
      }
      await this.#pass(script.stepMs);
      this.#step += 1;
      this.#point();
      if (this.#step - saved >= script.checkpointEverySteps && this.#step < script.steps) {
        saved = this.#step;
        await this.#checkpoint(spec);
      }
    }
    stop ??= this.#stopping();
    if (stop === 'superseded') return 3;
    if (stop === 'cancelled' || (stop === 'keep-model' && this.#step === 0)) {
      return this.#say({ outcome: 'stopped' }, 0);
    }
    if (stop === 'signal') {
      await this.#checkpoint(spec);
      const failure = {
        code: 'stopped-by-cluster',
        detail: 'The cluster stopped the run before it was done.',
      };
      return this.#say({ outcome: 'failed', failure }, 4);
    }
    if (stop === 'budget' && this.#step === 0) {
      const failure = { code: 'cap-reached', detail: 'The cap was reached before the first training step.' };
      return this.#say({ outcome: 'failed', failure }, 1);
    }
    return this.#publish(spec, stop);
  }

  async #publish(spec: RunSpec, stop: Stop | undefined): Promise<number | undefined> {
    const { script, note } = this.#parts;
    await this.#enter('evaluating-tuned');
    await this.#enter('exporting');
    await this.#enter('publishing', 0);
    const faults = this.#parts.faults();
    const bytes = (name: string) => Buffer.from(`${name} of ${spec.spec.jobId}, step ${this.#step}`);
    const files = [];
    let { slowUpload: slow } = faults;
    /** While a part is on its way the trainer goes on reporting. */
    const sent = async () => {
      const { ms, breaksOff } = slow ?? { ms: 0, breaksOff: false };
      slow = undefined;
      if (ms > 0) note('slow-upload', {});
      await this.#pass(ms);
      return !breaksOff;
    };
    for (const name of ['adapter_model.safetensors', 'adapter_config.json']) {
      files.push(await this.#calls.upload(`final/${name}`, `final/${name}`, bytes(name), sent));
    }
    const [adapter] = files;
    if (faults.manifest === 'wrong-checksum' && adapter) adapter.compositeSha256 = `${'A'.repeat(43)}=-1`;
    if (faults.manifest === 'names-more' && adapter) files.push({ ...adapter, path: 'final/tokenizer.json' });
    const reason = stop === 'budget' ? 'budget' : stop === 'keep-model' ? 'kept-by-user' : 'completed';
    const manifest = manifestOf(spec, {
      attempt: this.#attempt,
      createdAt: this.#now(),
      files,
      step: this.#step,
      script,
      stopReason: reason,
      ...(faults.manifest === 'other-data' ? { datasetSha256: 'b'.repeat(64) } : {}),
    });
    const text = Buffer.from(JSON.stringify(manifest));
    const { versionId } = await this.#calls.upload('manifest.json', 'manifest.json', text);
    note('manifest', {
      attempt: this.#attempt,
      jobId: spec.spec.jobId,
      isRight: faults.manifest === undefined,
      reason,
    });
    if (faults.diesAfterManifest) return 137;
    this.#phase = 'ended';
    await this.#reportNow();
    await this.#calls.complete({ outcome: 'published', manifestVersionId: versionId });
    return 0;
  }

  async #checkpoint(spec: RunSpec): Promise<void> {
    const step = this.#step;
    const state = Buffer.from(`state of ${spec.spec.jobId} at ${step}`);
    try {
      const file = await this.#calls.upload(
        `checkpoints/${step}/state.safetensors`,
        'state.safetensors',
        state,
      );
      const manifest = {
        shape: 1,
        jobId: spec.spec.jobId,
        attempt: this.#attempt,
        step,
        createdAt: this.#now(),
        files: [file],
      };
      const path = `checkpoints/${step}/manifest.json`;
      const { versionId } = await this.#calls.upload(path, path, Buffer.from(JSON.stringify(manifest)));
      await this.#calls.registerCheckpoint(step, versionId);
      this.#parts.note('checkpoint', { attempt: this.#attempt, step });
    } catch (error) {
      // A checkpoint that cannot be saved is tried again later; training goes on.
      if (error instanceof Superseded) this.#isSuperseded = true;
      else if (!(error instanceof NoAnswer || error instanceof Refused)) throw error;
    }
  }

  // What it tells and hears -------------------------------------------------

  #now(): string {
    return new Date(this.#parts.clock.now() + (this.#parts.faults().clockOffsetMs ?? 0)).toISOString();
  }

  /** The spans count from this answer, by a clock that only counts (docs/decisions/0018); older APIs say a time. */
  #hear(answer: { landBy?: unknown; landInSeconds?: unknown }): void {
    const { clock } = this.#parts;
    if (typeof answer.landInSeconds === 'number') this.#landsAt = clock.now() + answer.landInSeconds * 1000;
    else if (typeof answer.landBy === 'string') {
      this.#landsAt = Date.parse(answer.landBy) - (this.#parts.faults().clockOffsetMs ?? 0);
    }
  }

  #stopping(): Stop | undefined {
    if (this.#isSuperseded) return 'superseded';
    if (this.#parts.clock.now() < (this.#parts.faults().deafUntil ?? 0)) return undefined;
    if (this.#told === 'cancelled') return 'cancelled';
    if (this.#isSignalled) return 'signal';
    if (!this.#told && this.#parts.clock.now() >= this.#landsAt) return 'budget';
    return this.#told;
  }

  async #enter(phase: RunPhase, ms = this.#parts.script.phaseMs): Promise<void> {
    this.#phase = phase;
    this.#parts.log(`phase: ${phase}`);
    this.#reportAt = 0;
    await this.#pass(ms);
    const stop = this.#stopping();
    if (stop === 'superseded') throw new Superseded('told so');
    if (stop === 'cancelled') throw new Stopped();
  }

  /** Time passes, and reports go out in it. */
  async #pass(ms: number): Promise<void> {
    const until = this.#parts.clock.now() + ms;
    do {
      if (this.#parts.clock.now() >= this.#reportAt) this.#parts.clock.begin(() => this.#beginReport());
      const pause = Math.min(until, Math.max(this.#reportAt, this.#parts.clock.now() + 500));
      await this.#calls.sleep(Math.max(0, pause - this.#parts.clock.now()));
    } while (this.#parts.clock.now() < until);
  }

  #point(): void {
    const { wildNumbers, floods } = this.#parts.faults();
    const loss = 3 / (1 + this.#step / 10);
    const measured = this.#parts.script.measured?.(this.#step);
    this.#points.push({ step: this.#step, epoch: this.#step / 100, at: this.#now(), loss, ...measured });
    if (wildNumbers) {
      this.#points.push({ step: Math.max(0, this.#step - 7), epoch: 0, at: this.#now(), loss: 9 });
      this.#points.push({ step: this.#step, epoch: 0, at: this.#now(), gradientNorm: NaN, loss: Infinity });
    }
    if (floods) {
      for (let copy = 0; copy < 700; copy += 1) {
        this.#points.push({ step: this.#step, epoch: 0, at: this.#now(), loss });
      }
    }
  }

  #report(): Record<string, unknown> {
    if (this.#pending) return this.#pending;
    this.#batch += 1;
    const points = this.#points;
    this.#points = [];
    return (this.#pending = {
      batch: this.#batch,
      phase: this.#phase,
      step: this.#step,
      totalSteps: this.#parts.script.steps,
      epoch: this.#step / 100,
      ...(this.#phase === 'training' ? { secondsLeft: this.#secondsLeft() } : {}),
      points,
      logTail: `${this.#parts.script.logTail ?? ''}step ${this.#step}\nhttps://s3/x?X-Amz-Signature=abc123def Bearer ${'x'.repeat(20)}\n`,
    });
  }

  /** Of the steps alone, as the trainer says it. */
  #secondsLeft = () => ((this.#parts.script.steps - this.#step) * this.#parts.script.stepMs) / 1000;

  #beginReport(): Promise<void> {
    this.#reportAt = this.#parts.clock.now() + this.#nextReportMs;
    const silent = this.#parts.faults().silentFromStep;
    if (silent !== undefined && this.#step >= silent) return Promise.resolve();
    return (this.#sending ??= this.#reportNow().finally(() => (this.#sending = undefined)));
  }

  async #reportNow(): Promise<void> {
    const report = this.#report();
    try {
      const twin = this.#parts.faults().doublesReports
        ? this.#calls.progress(report).catch(() => undefined)
        : undefined;
      const answer = await this.#calls.progress(report);
      await twin;
      this.#pending = undefined;
      const { reportMs = 0 } = this.#parts.script;
      this.#nextReportMs = Math.max(reportMs, Number(answer['nextReportSeconds']) * 1000);
      this.#hear(answer);
      if (answer['action'] === 'stop') this.#told ??= (answer['reason'] ?? 'cancelled') as Stop;
      if (answer['reason'] === 'cancelled') this.#told = 'cancelled';
    } catch (error) {
      if (error instanceof Superseded) this.#isSuperseded = true;
      else if (error instanceof Refused) this.#pending = undefined;
      else if (!(error instanceof NoAnswer || error instanceof Killed)) throw error;
    }
  }
}
