/** How the scripted trainer speaks to the API and to S3: with the patience of trainer/brightrun_trainer/api.py. */
import { createHash } from 'node:crypto';
import {
  claimRun,
  completeRun,
  completeRunUpload,
  getCurrentRun,
  registerCheckpoint,
  reportProgress,
  signRunParts,
  startRunUpload,
} from '../../../contracts/runs.ts';
import type { AnyOperation } from '../../../contracts/operation.ts';
import type { FileToFetch, ManifestFile, RunSpec } from '../../../contracts/run-spec.ts';
import type { Clock } from '../time/clock.ts';

export interface Answered {
  /** 0 when nobody answered. */
  status: number;
  body: unknown;
}

/** The network as a trainer sees it. */
export interface TrainerNetwork {
  call: (operation: AnyOperation, token: string, body: unknown) => Promise<Answered>;
  put: (url: string, headers: Record<string, string>, bytes: Buffer) => Promise<Answered>;
  get: (url: string) => Promise<Answered>;
}

/** The process is gone: nothing after this happens. */
export class Killed extends Error {}
/** Another attempt is the live one. */
export class Superseded extends Error {}
/** The API said no, and would say so again. */
export class Refused extends Error {}
/** Nobody answered for as long as the run can wait. */
export class NoAnswer extends Error {}

/** PATIENCE_SECONDS of the trainer. */
const PATIENCE_MS = 900_000;
const LONGEST_DELAY_MS = 30_000;

interface Problem {
  code?: string;
}
type Answer = Record<string, unknown>;

export class TrainerCalls {
  token = '';
  readonly #clock: Clock;
  readonly #network: TrainerNetwork;
  readonly #bootstrap: string;
  readonly #nonce: string;
  readonly #isAlive: () => boolean;

  constructor(parts: {
    clock: Clock;
    network: TrainerNetwork;
    bootstrap: string;
    nonce: string;
    isAlive: () => boolean;
  }) {
    this.#clock = parts.clock;
    this.#network = parts.network;
    this.#bootstrap = parts.bootstrap;
    this.#nonce = parts.nonce;
    this.#isAlive = parts.isAlive;
  }

  async sleep(ms: number): Promise<void> {
    await this.#clock.sleep(ms);
    if (!this.#isAlive()) throw new Killed();
  }

  async #call(
    operation: AnyOperation,
    body: unknown,
    { token, patience = PATIENCE_MS }: { token?: string; patience?: number } = {},
  ): Promise<Answer> {
    const deadline = this.#clock.now() + patience;
    let isRenewed = false;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#network.call(operation, token ?? this.token, body);
      if (!this.#isAlive()) throw new Killed();
      if (answer.status >= 200 && answer.status < 300) return answer.body as Answer;
      const { code } = (answer.body ?? {}) as Problem;
      if (code === 'run-superseded' || code === 'run-already-claimed') throw new Superseded(code);
      const isUnproven = answer.status === 401 || answer.status === 403;
      if (isUnproven && token === undefined && !isRenewed) {
        isRenewed = true;
        await this.claim();
        continue;
      }
      if (isUnproven) throw new Superseded(`status ${answer.status}`);
      const isWorthRepeating = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!isWorthRepeating && code !== 'request-in-progress') {
        throw new Refused(`${operation.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      if (this.#clock.now() >= deadline) throw new NoAnswer(operation.id);
      await this.sleep(Math.min(LONGEST_DELAY_MS, 500 * 2 ** Math.min(tries - 1, 10)));
    }
  }

  async claim(): Promise<number> {
    const answer = await this.#call(claimRun, { nonce: this.#nonce }, { token: this.#bootstrap });
    this.token = String(answer['runToken']);
    return Number(answer['attempt']);
  }

  current = async (): Promise<RunSpec> => (await this.#call(getCurrentRun, undefined)) as unknown as RunSpec;

  async progress(report: unknown, patience = 0): Promise<Answer> {
    const answer = await this.#call(reportProgress, report, { patience });
    this.token = String(answer['runToken']);
    return answer;
  }

  /** Bytes that have their checksum; undefined where they stay away or are others. */
  async fetch(file: FileToFetch): Promise<Buffer | undefined> {
    for (let tries = 1; tries <= 10; tries += 1) {
      const answer = await this.#network.get(file.url);
      if (!this.#isAlive()) throw new Killed();
      if (answer.status === 200) {
        const bytes = answer.body as Buffer;
        return createHash('sha256').update(bytes).digest('hex') === file.sha256 ? bytes : undefined;
      }
      await this.sleep(1000 * tries);
    }
    throw new NoAnswer(file.path);
  }

  /** One file through the presigned doors, as the manifest names it. `sent` says whether a part got through in the end. */
  async upload(
    path: string,
    name: string,
    bytes: Buffer,
    sent: () => Promise<boolean> = async () => true,
  ): Promise<ManifestFile> {
    const hash = createHash('sha256').update(bytes);
    const base64 = hash.copy().digest('base64');
    const sha256 = hash.digest('hex');
    const started = await this.#call(startRunUpload, { path, bytes: bytes.length, sha256 });
    const uploadId = String(started['uploadId']);
    for (let tries = 1; ; tries += 1) {
      const parts = [{ partNumber: 1, sha256: base64 }];
      const signed = (await this.#call(signRunParts, { path, uploadId, parts }))['parts'] as {
        url: string;
        headers: Record<string, string>;
      }[];
      const [part] = signed;
      if (!part) throw new Error('No part was signed.');
      const put = await this.#network.put(part.url, part.headers, bytes);
      if (!this.#isAlive()) throw new Killed();
      // A door is shut for who comes late, not for who came in time and takes long.
      if ((await sent()) && put.status === 200) break;
      if (tries >= 10) throw new NoAnswer(path);
      await this.sleep(1000 * tries);
    }
    const done = await this.#call(completeRunUpload, { path, uploadId, bytes: bytes.length });
    return {
      path: name,
      bytes: bytes.length,
      sha256,
      partBytes: Number(started['partBytes']),
      compositeSha256: String(done['compositeSha256']),
      versionId: String(done['versionId']),
    };
  }

  registerCheckpoint = (step: number, manifestVersionId: string) =>
    this.#call(registerCheckpoint, { step, manifestVersionId });
  complete = (end: unknown, patience = PATIENCE_MS) => this.#call(completeRun, end, { patience });
}
