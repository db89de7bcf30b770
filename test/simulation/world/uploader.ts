/** Who has a file: announces it, sends its parts, says that it is whole, and waits for the verdict. */
import { createHash } from 'node:crypto';
import {
  completeDatasetUpload,
  createDataset,
  createDatasetVersion,
  deleteDataset,
  getDataset,
  listUploadedParts,
  retryValidation,
  signDatasetParts,
} from '../../../contracts/datasets.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import type { AnyOperation } from '../../../contracts/operation.ts';
import { sha256Of } from '../storage/versions.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { ApiAnswer, Platform } from './platform.ts';

/** A file as its parts: one buffer may stand for many of them. */
export type Parts = readonly Buffer[];
type FileName = 'data' | 'validation';

export interface UploadWish {
  data: Parts;
  validation?: Parts;
  /** Fault 6: it stops before this part of its last file, and goes on after so long; never, if not said. */
  stops?: { beforePart: number; resumesAfterMs?: number };
  /** Fault 7: what comes first is longer than was announced. */
  isLongerAtFirst?: boolean;
  /** Fault 44: the first part is signed so long before it is sent. */
  signedEarlyMs?: number;
  /** Fault 8: the first part is first sent with other bytes than its checksum. */
  isWrongAtFirst?: boolean;
  /** The person closes the page without hearing what became of it, and comes back so long after. */
  leavesForMs?: number;
  /** Fault 4: it is deleted so long after it was whole. */
  deletedAfterMs?: number;
}

/** What a person has sent, to be held against what became of it. */
export interface Uploaded {
  datasetId: string;
  version: number;
  bytes: number;
  sha256: string;
  isDeleted: boolean;
}

export interface UploaderParts {
  clock: Clock;
  random: Random;
  platform: Platform;
  owner: string;
  put: (url: string, headers: Record<string, string>, bytes: Buffer) => Promise<{ status: number }>;
  violation: (invariant: string, what: string) => void;
}

const ENDED = ['ready', 'rejected', 'validation-failed', 'abandoned'];
/** Between two looks of a page that waits (web/src/features/datasets). */
const LOOK_MS = 10_000;
/** A person who was told three times that the check itself failed tries no more. */
const MOST_RETRIES = 3;

export class Uploader {
  readonly uploaded: Uploaded[] = [];
  readonly #parts: UploaderParts;

  constructor(parts: UploaderParts) {
    this.#parts = parts;
  }

  /** Uploads a new dataset; answers its version's last status, or `deleted`. */
  async upload(wish: UploadWish): Promise<{ datasetId: string; version: number; status: string }> {
    const body = { name: 'Capitals', ...announced(wish) };
    const { dataset } = await this.#ask(createDataset, { body, key: this.#key() });
    return this.#send({ datasetId: String((dataset as { id: string }).id), version: 1 }, wish);
  }

  /** The next version of a dataset that was rejected. */
  async again(datasetId: string, wish: UploadWish): Promise<{ version: number; status: string }> {
    const asked = { path: { datasetId }, body: announced(wish), key: this.#key() };
    const { version } = await this.#ask(createDatasetVersion, asked);
    return this.#send({ datasetId, version: Number((version as { version: number }).version) }, wish);
  }

  #key = () => `upload-${this.#parts.random.hex(16)}`;

  async #send(of: { datasetId: string; version: number }, wish: UploadWish) {
    const { clock } = this.#parts;
    const mine: Uploaded = {
      ...of,
      bytes: lengthOf(wish.data),
      sha256: digestOf(wish.data),
      isDeleted: false,
    };
    this.uploaded.push(mine);
    const files: [FileName, Parts][] = [['data', wish.data]];
    if (wish.validation) files.push(['validation', wish.validation]);
    for (const [place, [file, parts]] of files.entries()) {
      const isLast = place === files.length - 1;
      if (!(await this.#sendFile(of, file, parts, isLast ? wish : {}))) return { ...of, status: 'abandoned' };
    }
    if (wish.isLongerAtFirst) {
      await this.#isRefused(of);
      await this.#sendFile(of, 'data', wish.data, {});
    }
    if (wish.leavesForMs === undefined) await this.#ask(completeDatasetUpload, { path: pathOf(of) });
    else {
      await this.#complete(of);
      await clock.sleep(wish.leavesForMs);
    }
    if (wish.deletedAfterMs === undefined) return { ...of, status: await this.#verdict(of) };
    await clock.sleep(wish.deletedAfterMs);
    mine.isDeleted = true;
    await this.#ask(deleteDataset, { path: { datasetId: of.datasetId } });
    return { ...of, status: 'deleted' };
  }

  /** False when it stopped on the way for good. */
  async #sendFile(
    of: { datasetId: string; version: number },
    file: FileName,
    parts: Parts,
    { stops, isLongerAtFirst, isWrongAtFirst, signedEarlyMs }: Partial<UploadWish>,
  ): Promise<boolean> {
    for (let place = 0; place < parts.length; place += 1) {
      if (stops && place === stops.beforePart) {
        if (stops.resumesAfterMs === undefined) return false;
        await this.#parts.clock.sleep(stops.resumesAfterMs);
        // As a page does that is opened again: what is there already is not sent again.
        await this.#ask(listUploadedParts, { path: pathOf(of) });
      }
      const right = parts[place] ?? Buffer.alloc(0);
      const isFirst = place === 0;
      if (isWrongAtFirst && isFirst) {
        const { status } = await this.#sendPart(of, file, place + 1, right, { sent: Buffer.from('other') });
        if (status < 400) this.#parts.violation('I6', `Other bytes than a part’s checksum: ${status}`);
      }
      if (signedEarlyMs && isFirst) {
        const { status } = await this.#sendPart(of, file, place + 1, right, { afterMs: signedEarlyMs });
        if (status < 400)
          this.#parts.violation('I11', `A URL of ${signedEarlyMs} ms ago was answered ${status}`);
      }
      const bytes = isLongerAtFirst && isFirst ? Buffer.concat([right, Buffer.from('and more\n')]) : right;
      for (let tries = 1; (await this.#sendPart(of, file, place + 1, bytes)).status !== 200; tries += 1) {
        if (tries === 20) throw new Error('A part was refused twenty times.');
        await this.#parts.clock.sleep(Math.min(60_000, 1000 * 2 ** tries));
      }
    }
    return true;
  }

  async #sendPart(
    of: { datasetId: string; version: number },
    file: FileName,
    partNumber: number,
    bytes: Buffer,
    { sent = bytes, afterMs = 0 }: { sent?: Buffer; afterMs?: number } = {},
  ): Promise<{ status: number }> {
    const body = { file, parts: [{ partNumber, sha256: sha256Of(bytes) }] };
    const { parts } = await this.#ask(signDatasetParts, { path: pathOf(of), body });
    const [part] = parts as { url: string; headers: Record<string, string> }[];
    if (!part) throw new Error('No part was signed.');
    await this.#parts.clock.sleep(afterMs);
    return this.#parts.put(part.url, part.headers, sent);
  }

  #complete = (of: { datasetId: string; version: number }): Promise<ApiAnswer> =>
    this.#parts.platform.api(completeDatasetUpload, this.#parts.owner, { path: pathOf(of) });

  /** What is longer than it was announced is never taken. */
  async #isRefused(of: { datasetId: string; version: number }): Promise<void> {
    for (;;) {
      const { status, body } = await this.#complete(of);
      if (status > 0 && status < 500) {
        const { code } = body as { code?: string };
        if (code === 'upload-size-differs') return;
        this.#parts.violation('I10', `A file longer than announced was answered ${status} ${code}`);
        return;
      }
      await this.#parts.clock.sleep(5000);
    }
  }

  async #verdict(of: { datasetId: string; version: number }): Promise<string> {
    for (let retries = 0; ;) {
      await this.#parts.clock.sleep(LOOK_MS);
      const { version } = await this.#ask(getDataset, { path: { datasetId: of.datasetId } });
      const { status } = version as { status: string };
      if (status === 'uploading') await this.#complete(of);
      const isWorthRetrying = status === 'validation-failed' && retries < MOST_RETRIES;
      if (isWorthRetrying) {
        retries += 1;
        await this.#parts.platform.api(retryValidation, this.#parts.owner, { path: pathOf(of) });
      } else if (ENDED.includes(status)) return status;
    }
  }

  /** An answer; whatever was not answered is asked again, under the same key. */
  async #ask(
    operation: AnyOperation,
    input: { path?: Record<string, string>; body?: unknown; key?: string },
  ): Promise<Record<string, unknown>> {
    for (let tries = 1; ; tries += 1) {
      const { status, body } = await this.#parts.platform.api(operation, this.#parts.owner, input);
      if (status >= 200 && status < 300) return (body ?? {}) as Record<string, unknown>;
      const { code } = (body ?? {}) as { code?: string };
      const isWorthRepeating = status === 0 || status >= 500 || code === 'request-in-progress';
      if (!isWorthRepeating) throw new Error(`${operation.id} was refused: ${JSON.stringify(body)}`);
      await this.#parts.clock.sleep(Math.min(60_000, 1000 * 2 ** tries));
    }
  }
}

const pathOf = ({ datasetId, version }: { datasetId: string; version: number }) => ({
  datasetId,
  version: String(version),
});
const lengthOf = (parts: Parts) => parts.reduce((sum, { length }) => sum + length, 0);

function digestOf(parts: Parts): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}

const announced = ({ data, validation }: UploadWish) => ({
  bytes: lengthOf(data),
  ...(validation ? { validationBytes: lengthOf(validation) } : {}),
});

/** A file cut as it is uploaded. */
export function partsOf(bytes: Buffer): Parts {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += LIMITS.uploadPartBytes) {
    parts.push(bytes.subarray(at, at + LIMITS.uploadPartBytes));
  }
  return parts;
}
