import type { ColumnMapping } from '../../../../../contracts/dataset-cures.ts';
import { type UploadPlan } from '../../../../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDataset,
  createDatasetVersion,
  deleteDataset,
  listUploadedParts,
  signDatasetParts,
} from '../../../../../contracts/datasets.ts';
import { call } from '../../../lib/api.ts';
import { forgetHandles, keepHandles } from './file-handles.ts';
import { bytesPerSecond, withSample, type Sample } from './pace.ts';
import { partsOf, sha256Base64, type Part } from './parts.ts';
import { putPart, wait } from './put-part.ts';
import { FileChanged, sendParts, type SendPorts } from './send-parts.ts';
import { OtherFile, problemOf } from './upload-problem.ts';
import { addUpload, allUploads, changeUpload, isActive, removeUpload, uploadWith } from './upload-store.ts';

export interface Files {
  data: File;
  validation?: File;
  /** Which columns of a table become which fields, where a person has said so. */
  columns?: ColumnMapping;
}

interface Running {
  files: Files;
  /** Where the files go: a dataset to be made, a further version to be made, or one that was announced before. */
  into: 'new-dataset' | 'new-version' | 'announced';
  /** Nothing else hangs on the dataset, so that a cancelled upload takes it along. */
  isAlone: boolean;
  plans: UploadPlan[];
  /** By file and number: what has arrived. */
  arrived: Set<string>;
  inFlight: Map<string, number>;
  samples: Sample[];
  stop: AbortController;
  /** One key for announcing it, however often that is repeated. */
  idempotencyKey: string;
}

const running = new Map<string, Running>();
const keyOf = (part: Pick<Part, 'file' | 'partNumber'>) => `${part.file}/${part.partNumber}`;

// Closing the tab would lose what is in the air; the browser asks first.
window.addEventListener('beforeunload', (event) => {
  if (allUploads().some(isActive)) event.preventDefault();
});
// What the network stopped goes on with the network.
window.addEventListener('online', () => {
  for (const { id, status, problem } of allUploads()) {
    if (status === 'failed' && problem?.isNetwork) resumeUpload(id);
  }
});

/** Announces a dataset and sends its files; the store says how it goes. Returns the upload's id at once. */
export function startUpload(name: string, files: Files): string {
  return begin({ name }, files, 'new-dataset', true);
}

/** The same for a further version of a dataset. */
export function startVersionUpload(dataset: { id: string; name: string }, files: Files): string {
  return begin({ name: dataset.name, datasetId: dataset.id }, files, 'new-version', false);
}

/** Goes on with an upload that another page or another day began, with the same files chosen again. */
export function continueUpload(
  target: { datasetId: string; version: number; name: string; isAlone: boolean },
  files: Files,
): string {
  const { isAlone, ...shown } = target;
  return begin(shown, files, 'announced', isAlone);
}

function begin(
  shown: { name: string; datasetId?: string; version?: number },
  files: Files,
  into: Running['into'],
  isAlone: boolean,
): string {
  const id = crypto.randomUUID();
  running.set(id, {
    files,
    into,
    isAlone,
    plans: [],
    arrived: new Set(),
    inFlight: new Map(),
    samples: [],
    stop: new AbortController(),
    idempotencyKey: crypto.randomUUID(),
  });
  const bytes = files.data.size + (files.validation?.size ?? 0);
  addUpload({ id, ...shown, bytes, sent: 0, pace: undefined, status: 'announcing' });
  void proceed(id);
  return id;
}

/** Stops sending; what has arrived stays. */
export function pauseUpload(id: string): void {
  running.get(id)?.stop.abort();
  changeUpload(id, { status: 'paused', pace: undefined });
}

/** Goes on after a pause or a failure. */
export function resumeUpload(id: string): void {
  const run = running.get(id);
  if (!run) return;
  run.stop = new AbortController();
  void proceed(id);
}

/**
 * Stops. A dataset that was made for this upload alone goes with it; a further version stays unfinished beside the
 * others, and what has arrived of it ends after 48 hours.
 */
export async function cancelUpload(id: string): Promise<void> {
  const upload = uploadWith(id);
  const run = running.get(id);
  run?.stop.abort();
  running.delete(id);
  removeUpload(id);
  if (!upload?.datasetId || upload.status === 'done') return;
  if (upload.version) void forgetHandles({ datasetId: upload.datasetId, version: upload.version });
  const shared = allUploads().some(({ datasetId }) => datasetId === upload.datasetId);
  if (run?.isAlone && !shared) await call(deleteDataset, { path: { datasetId: upload.datasetId } });
}

async function proceed(id: string): Promise<void> {
  const run = running.get(id);
  if (!run) return;
  const { signal } = run.stop;
  run.samples = [];
  try {
    changeUpload(id, { status: 'announcing', problem: undefined, pace: undefined });
    const target = await announce(id, run, signal);
    void keepHandles(target, run.files);
    changeUpload(id, { status: 'sending', sent: sentOf(run) });
    const missing = run.plans.flatMap(partsOf).filter((part) => !run.arrived.has(keyOf(part)));
    await sendParts(missing, portsOf(run, target), signal, {
      progress: (part, sent) => {
        run.inFlight.set(keyOf(part), sent);
        tick(id, run);
      },
      done: (part) => {
        run.arrived.add(keyOf(part));
        run.inFlight.delete(keyOf(part));
        tick(id, run);
      },
    });
    changeUpload(id, { status: 'completing', pace: undefined });
    await call(completeDatasetUpload, { path: target }, { signal });
    void forgetHandles(target);
    changeUpload(id, { status: 'done' });
    running.delete(id);
  } catch (error) {
    run.inFlight.clear();
    if (signal.aborted) return;
    changeUpload(id, { status: 'failed', pace: undefined, problem: problemOf(error) });
  }
}

/** Makes the dataset or the version, or asks what of it has arrived when it was made before. */
async function announce(
  id: string,
  run: Running,
  signal: AbortSignal,
): Promise<{ datasetId: string; version: number }> {
  const upload = uploadWith(id);
  if (upload?.datasetId && upload.version) {
    const target = { datasetId: upload.datasetId, version: upload.version };
    const { body } = await call(listUploadedParts, { path: target }, { signal });
    run.plans = body.uploads;
    await compareArrived(run, body.uploads);
    return target;
  }
  const { data, validation, columns } = run.files;
  const announced = {
    bytes: data.size,
    ...(validation ? { validationBytes: validation.size } : {}),
    ...(columns ? { columns } : {}),
  };
  const options = { idempotencyKey: run.idempotencyKey, signal };
  const { body } =
    run.into === 'new-version' && upload?.datasetId
      ? await call(createDatasetVersion, { path: { datasetId: upload.datasetId }, body: announced }, options)
      : await call(createDataset, { body: { name: upload?.name ?? data.name, ...announced } }, options);
  run.plans = body.uploads;
  const target = { datasetId: body.dataset.id, version: body.version.version };
  changeUpload(id, target);
  return target;
}

/** A part counts as arrived when S3's checksum of it is that of the file in hand: another file starts anew. */
async function compareArrived(
  run: Running,
  plans: readonly (UploadPlan & { arrived: readonly { partNumber: number; sha256: string }[] })[],
): Promise<void> {
  for (const plan of plans) {
    const file = fileOf(run, plan.file);
    if (!file || file.size !== plan.bytes) throw new OtherFile(plan.file);
    const checksums = new Map(plan.arrived.map((part) => [part.partNumber, part.sha256]));
    for (const part of partsOf(plan)) {
      const arrived = checksums.get(part.partNumber);
      if (!arrived || run.arrived.has(keyOf(part))) continue;
      const bytes = await read(file, part);
      if ((await sha256Base64(bytes)) === arrived) run.arrived.add(keyOf(part));
    }
  }
}

const fileOf = (run: Running, file: UploadPlan['file']) =>
  file === 'data' ? run.files.data : run.files.validation;

async function read(file: File, part: Part): Promise<ArrayBuffer> {
  try {
    return await file.slice(part.from, part.to).arrayBuffer();
  } catch {
    throw new FileChanged();
  }
}

function portsOf(run: Running, target: { datasetId: string; version: number }): SendPorts {
  return {
    read: async (part) => {
      const file = fileOf(run, part.file);
      if (!file) throw new FileChanged();
      return read(file, part);
    },
    hash: sha256Base64,
    sign: async (part, sha256, signal) => {
      const { body } = await call(
        signDatasetParts,
        { path: target, body: { file: part.file, parts: [{ partNumber: part.partNumber, sha256 }] } },
        { signal },
      );
      const signed = body.parts[0];
      if (!signed) throw new Error('The answer has no part.');
      return signed;
    },
    put: putPart,
    wait,
  };
}

function sentOf(run: Running): number {
  return run.plans
    .flatMap(partsOf)
    .reduce(
      (sum, part) =>
        sum + (run.arrived.has(keyOf(part)) ? part.to - part.from : (run.inFlight.get(keyOf(part)) ?? 0)),
      0,
    );
}

function tick(id: string, run: Running): void {
  const sent = sentOf(run);
  run.samples = withSample(run.samples, { at: performance.now(), sent });
  changeUpload(id, { sent, pace: bytesPerSecond(run.samples) });
}
