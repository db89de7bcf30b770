/** Strict doubles of the datasets' ports: they keep what they are given and refuse what the real ones refuse. */
import { createHash } from 'node:crypto';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetVersionRecord as VersionSchema } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import { type DatasetFiles, FileGone } from '../../lambdas/datasets/dataset-files.ts';
import {
  type DatasetCreation,
  type DatasetStore,
  RecordChanged,
} from '../../lambdas/datasets/dataset-store.ts';
import type { ValidationQueue, ValidationRequest } from '../../lambdas/datasets/validation-queue.ts';
import type { Idempotency } from '../../lambdas/runtime/idempotency.ts';
import type { ArrivedPart, MultipartUploads } from '../../lambdas/runtime/s3-multipart.ts';

const refuse = (what: string) => (): never => {
  throw new Error(`This double does not know ${what}.`);
};

/** Records by id, replaced only one revision after another. `onReplace` may throw in a write's place. */
export function memoryDatasetStore() {
  const datasets = new Map<string, DatasetRecord>();
  const versions = new Map<string, DatasetVersionRecord>();
  const outcomes: Outcome[] = [];
  const hooks = { onReplace: (_record: DatasetVersionRecord): void => undefined };
  const keyOf = (owner: string, id: string, version: number) => `${owner}/${id}/${version}`;
  const store: DatasetStore = {
    dataset: async (owner, id) => {
      const found = datasets.get(id);
      return found?.owner === owner ? structuredClone(found) : undefined;
    },
    version: async (owner, id, version) => structuredClone(versions.get(keyOf(owner, id, version))),
    versions: async (owner, id, { below = Infinity, limit } = { limit: Infinity }) =>
      [...versions.values()]
        .filter((each) => each.owner === owner && each.datasetId === id && each.version < below)
        .toSorted((a, b) => b.version - a.version)
        .slice(0, limit),
    replaceDataset: async (record) => {
      if (datasets.get(record.id)?.revision !== record.revision - 1) throw new RecordChanged();
      datasets.set(record.id, structuredClone(record));
    },
    replaceVersion: async (record, outcome) => {
      hooks.onReplace(record);
      const key = keyOf(record.owner, record.datasetId, record.version);
      if (versions.get(key)?.revision !== record.revision - 1) throw new RecordChanged();
      versions.set(key, VersionSchema.parse(structuredClone(record)));
      if (outcome) outcomes.push(outcome);
    },
    removeDataset: async (_owner, id) => void datasets.delete(id),
    removeVersions: async (owner, id) => {
      for (const [key, record] of versions) {
        if (record.owner === owner && record.datasetId === id) versions.delete(key);
      }
    },
    list: refuse('list'),
    newestVersions: refuse('newestVersions'),
    hasLiveJob: async () => false,
  };
  const add = (dataset: DatasetRecord, version: DatasetVersionRecord) => {
    datasets.set(dataset.id, dataset);
    versions.set(keyOf(version.owner, version.datasetId, version.version), version);
  };
  /** Keys and what they stand for; a transaction that finds the dataset moved is refused as DynamoDB refuses it. */
  const keys = new Map<string, string>();
  const known = ({ operationId, key }: Idempotency) => keys.get(`${operationId} ${key}`);
  const creation: DatasetCreation = {
    earlier: async (idempotency) => known(idempotency),
    create: refuse('create'),
    addVersion: async (idempotency, dataset, version) => {
      const earlier = known(idempotency);
      if (earlier !== undefined) return earlier;
      const key = keyOf(version.owner, version.datasetId, version.version);
      if (versions.has(key)) throw new RecordChanged();
      await store.replaceDataset(dataset);
      versions.set(key, VersionSchema.parse(structuredClone(version)));
      keys.set(`${idempotency.operationId} ${idempotency.key}`, String(version.version));
      return String(version.version);
    },
  };
  return { store, creation, datasets, versions, outcomes, hooks, add };
}

/** A queue that keeps what it is sent until somebody receives it. */
export function memoryQueue(now: () => Date) {
  let waiting: { request: ValidationRequest; at: number }[] = [];
  const queue: ValidationQueue = {
    send: async (request, afterSeconds = 0) =>
      void waiting.push({ request, at: now().getTime() + afterSeconds * 1000 }),
  };
  /** When the next message is delivered; nothing where none waits. */
  const nextAt = () => (waiting.length > 0 ? Math.min(...waiting.map(({ at }) => at)) : undefined);
  const receive = (): ValidationRequest | undefined => {
    const due = waiting.find(({ at }) => at === nextAt() && at <= now().getTime());
    waiting = waiting.filter((message) => message !== due);
    return due?.request;
  };
  return { queue, receive, nextAt, waiting: () => waiting };
}

/** Uploads and objects of one bucket; every object ever written stays under its VersionId. */
export function memoryBucket() {
  const objects = new Map<string, { versionId: string; bytes: Buffer }[]>();
  const uploads = new Map<string, { key: string; parts: Map<number, Buffer> }>();
  /** Objects that are being written. */
  const writers = new Set<{ key: string }>();
  let ids = 0;
  const write = (key: string, bytes: Buffer) => {
    const versionId = `version-${(ids += 1)}`;
    objects.set(key, [...(objects.get(key) ?? []), { versionId, bytes }]);
    return versionId;
  };
  const read = (key: string, versionId: string) => {
    const found = objects.get(key)?.find((object) => object.versionId === versionId);
    if (!found) throw new FileGone(key);
    return found.bytes;
  };
  const open = (key: string, uploadId: string) => {
    const upload = uploads.get(uploadId);
    return upload?.key === key ? upload : undefined;
  };
  const multipart: MultipartUploads = {
    async start(key) {
      const uploadId = `upload-${(ids += 1)}`;
      uploads.set(uploadId, { key, parts: new Map() });
      return uploadId;
    },
    sign: refuse('sign'),
    async arrived(key, uploadId) {
      const upload = open(key, uploadId);
      return (
        upload &&
        [...upload.parts].map(([partNumber, bytes]): ArrivedPart => {
          const sha256 = createHash('sha256').update(bytes).digest('base64');
          return { partNumber, bytes: bytes.length, sha256, etag: `etag-${partNumber}` };
        })
      );
    },
    async complete(key, uploadId, parts) {
      const upload = open(key, uploadId);
      if (!upload) return undefined;
      uploads.delete(uploadId);
      const bytes = Buffer.concat(parts.map(({ partNumber }) => upload.parts.get(partNumber)!));
      return { versionId: write(key, bytes), bytes: bytes.length, compositeSha256: undefined };
    },
    async stored(key) {
      const newest = objects.get(key)?.at(-1);
      return (
        newest && { versionId: newest.versionId, bytes: newest.bytes.length, compositeSha256: undefined }
      );
    },
    async abort(key, uploadId) {
      if (open(key, uploadId)) uploads.delete(uploadId);
    },
  };
  const files: DatasetFiles = {
    async *open(key, versionId) {
      const bytes = read(key, versionId);
      for (let at = 0; at < bytes.length; at += 50) yield new Uint8Array(bytes.subarray(at, at + 50));
    },
    range: async (key, versionId, from, length) => read(key, versionId).subarray(from, from + length),
    write: async (key, bytes) => void write(key, Buffer.from(bytes)),
    writer: (key) => {
      let held: Buffer[] = [];
      let isOpen = true;
      const writing = { key };
      writers.add(writing);
      const close = () => {
        if (!isOpen) throw new Error('This writer has ended.');
        isOpen = false;
        writers.delete(writing);
      };
      return {
        write: async (chunk) => void held.push(Buffer.from(chunk)),
        finish: async () => {
          close();
          const bytes = Buffer.concat(held);
          return bytes.length > 0 ? { bytes: bytes.length, versionId: write(key, bytes) } : undefined;
        },
        abort: async () => {
          if (isOpen) close();
          held = [];
        },
      };
    },
    sign: async (key) =>
      objects.has(key)
        ? { url: `https://files.test/${key}`, expiresAt: '2030-01-01T00:00:00.000Z' }
        : undefined,
    read: async (key) => objects.get(key)?.at(-1)?.bytes,
    removeAll: async (prefix) => {
      for (const key of objects.keys()) if (key.startsWith(prefix)) objects.delete(key);
    },
  };
  /** As a browser's PUT of a part. */
  const send = (uploadId: string, partNumber: number, bytes: Buffer) =>
    uploads.get(uploadId)!.parts.set(partNumber, bytes);
  return { multipart, files, objects, uploads, writers, send, write };
}
