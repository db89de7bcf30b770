import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import {
  completeDatasetUpload,
  createDataset,
  deleteDataset,
  listUploadedParts,
  signDatasetParts,
  type UploadPlan,
} from '../../../../../contracts/datasets.ts';
import { call, makeStale } from '../../../lib/api.ts';
import { describeError, isApiError } from '../../../lib/describe-error.ts';
import { bytesPerSecond, withSample, type Sample } from './pace.ts';
import { partsOf, sha256Base64, type Part } from './parts.ts';
import { putPart, wait } from './put-part.ts';
import { FileChanged, PartRefused, sendParts, type SendPorts } from './send-parts.ts';

export interface Files {
  data: File;
  validation?: File;
}

/** An upload as the page shows it. It lives outside the pages: leaving one does not end it. */
export interface Upload {
  id: string;
  name: string;
  bytes: number;
  sent: number;
  /** Bytes a second, once half a second has been seen. */
  pace: number | undefined;
  status: 'announcing' | 'sending' | 'paused' | 'completing' | 'done' | 'failed';
  /** Why it stands still; one sentence, and the request id where the API said no. */
  problem?: { words: string; requestId: string | undefined };
  datasetId?: string;
  version?: number;
}

interface Running {
  files: Files;
  plans: UploadPlan[];
  /** By file and number: what has arrived. */
  arrived: Set<string>;
  inFlight: Map<string, number>;
  samples: Sample[];
  stop: AbortController;
  /** One key for announcing it, however often that is repeated. */
  idempotencyKey: string;
}

let uploads: readonly Upload[] = [];
const running = new Map<string, Running>();
const listeners = new Set<() => void>();

function change(id: string, fields: Partial<Upload>): void {
  uploads = uploads.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload));
  for (const listener of listeners) listener();
}

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}

/** Acts once when an upload has been put together, however often it stood still before; then it is off the page. */
export function useWhenDone(upload: Upload | undefined, act: (upload: Upload) => void): void {
  const cache = useQueryClient();
  const finish = useEffectEvent(() => {
    if (upload?.status !== 'done') return;
    forget(upload.id);
    void makeStale(cache, ['datasets']);
    act(upload);
  });
  const isDone = upload?.status === 'done';
  useEffect(() => {
    if (isDone) finish();
  }, [isDone]);
}

const keyOf = (part: Pick<Part, 'file' | 'partNumber'>) => `${part.file}/${part.partNumber}`;
/** Whether this tab is sending the files of a dataset right now. */
export function useIsSending(datasetId: string): boolean {
  return useUploads().some((upload) => upload.datasetId === datasetId && isActive(upload));
}

const isActive = ({ status }: Upload) =>
  status === 'announcing' || status === 'sending' || status === 'completing';

// Closing the tab would lose what is in the air; the browser asks first.
window.addEventListener('beforeunload', (event) => {
  if (uploads.some(isActive)) event.preventDefault();
});

/** Announces a dataset and sends its files; `uploads` says how it goes. Returns the upload's id at once. */
export function startUpload(name: string, files: Files): string {
  const id = add(name, files);
  void proceed(id);
  return id;
}

/** Goes on with an upload that another page or another day began, with the same files chosen again. */
export function continueUpload(
  target: { datasetId: string; version: number; name: string },
  files: Files,
): void {
  const id = add(target.name, files);
  change(id, { datasetId: target.datasetId, version: target.version });
  void proceed(id);
}

function add(name: string, files: Files): string {
  const id = crypto.randomUUID();
  running.set(id, {
    files,
    plans: [],
    arrived: new Set(),
    inFlight: new Map(),
    samples: [],
    stop: new AbortController(),
    idempotencyKey: crypto.randomUUID(),
  });
  const bytes = files.data.size + (files.validation?.size ?? 0);
  uploads = [{ id, name, bytes, sent: 0, pace: undefined, status: 'announcing' }, ...uploads];
  for (const listener of listeners) listener();
  return id;
}

/** Stops sending; what has arrived stays. */
export function pauseUpload(id: string): void {
  running.get(id)?.stop.abort();
  change(id, { status: 'paused', pace: undefined });
}

/** Goes on after a pause or a failure. */
export function resumeUpload(id: string): void {
  const run = running.get(id);
  if (!run) return;
  run.stop = new AbortController();
  void proceed(id);
}

/** Stops, and deletes what was announced: nothing of it stays. */
export async function cancelUpload(id: string): Promise<void> {
  const upload = uploads.find((one) => one.id === id);
  running.get(id)?.stop.abort();
  forget(id);
  if (upload?.datasetId && upload.status !== 'done') {
    await call(deleteDataset, { path: { datasetId: upload.datasetId } });
  }
}

/** Takes an ended upload off the page. */
function forget(id: string): void {
  running.delete(id);
  uploads = uploads.filter((upload) => upload.id !== id);
  for (const listener of listeners) listener();
}

async function proceed(id: string): Promise<void> {
  const run = running.get(id);
  if (!run) return;
  const { signal } = run.stop;
  run.samples = [];
  try {
    change(id, { status: 'announcing', problem: undefined, pace: undefined });
    const target = await announce(id, run, signal);
    change(id, { status: 'sending', sent: sentOf(run) });
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
    change(id, { status: 'completing', pace: undefined });
    await call(completeDatasetUpload, { path: target }, { signal });
    change(id, { status: 'done' });
    running.delete(id);
  } catch (error) {
    run.inFlight.clear();
    if (signal.aborted) return;
    change(id, { status: 'failed', pace: undefined, problem: problemOf(error) });
  }
}

/** Makes the dataset, or asks what of it has arrived when it was made before. */
async function announce(
  id: string,
  run: Running,
  signal: AbortSignal,
): Promise<{ datasetId: string; version: number }> {
  const upload = uploads.find((one) => one.id === id);
  if (upload?.datasetId && upload.version) {
    const target = { datasetId: upload.datasetId, version: upload.version };
    const { body } = await call(listUploadedParts, { path: target }, { signal });
    run.plans = body.uploads;
    await compareArrived(run, body.uploads);
    return target;
  }
  const { data, validation } = run.files;
  const { body } = await call(
    createDataset,
    {
      body: {
        name: upload?.name ?? data.name,
        bytes: data.size,
        ...(validation ? { validationBytes: validation.size } : {}),
      },
    },
    { idempotencyKey: run.idempotencyKey, signal },
  );
  run.plans = body.uploads;
  const target = { datasetId: body.dataset.id, version: body.version.version };
  change(id, target);
  return target;
}

/** A part counts as arrived when S3's checksum of it is that of the file in hand: another file starts anew. */
async function compareArrived(
  run: Running,
  plans: readonly (UploadPlan & { arrived: readonly { partNumber: number; sha256: string }[] })[],
): Promise<void> {
  for (const plan of plans) {
    const file = plan.file === 'data' ? run.files.data : run.files.validation;
    if (!file || file.size !== plan.bytes) throw new OtherFile(plan.file);
    const checksums = new Map(plan.arrived.map((part) => [part.partNumber, part.sha256]));
    for (const part of partsOf(plan)) {
      const arrived = checksums.get(part.partNumber);
      if (!arrived || run.arrived.has(keyOf(part))) continue;
      const bytes = await file.slice(part.from, part.to).arrayBuffer();
      if ((await sha256Base64(bytes)) === arrived) run.arrived.add(keyOf(part));
    }
  }
}

class OtherFile extends Error {
  readonly file: UploadPlan['file'];
  constructor(file: UploadPlan['file']) {
    super('another file');
    this.name = 'OtherFile';
    this.file = file;
  }
}

function portsOf(run: Running, target: { datasetId: string; version: number }): SendPorts {
  return {
    read: async (part) => {
      const file = part.file === 'data' ? run.files.data : run.files.validation;
      if (!file) throw new FileChanged();
      return file.slice(part.from, part.to).arrayBuffer();
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
  const parts = run.plans.flatMap(partsOf);
  return parts.reduce(
    (sum, part) =>
      sum + (run.arrived.has(keyOf(part)) ? part.to - part.from : (run.inFlight.get(keyOf(part)) ?? 0)),
    0,
  );
}

function tick(id: string, run: Running): void {
  const sent = sentOf(run);
  run.samples = withSample(run.samples, { at: performance.now(), sent });
  change(id, { sent, pace: bytesPerSecond(run.samples) });
}

function problemOf(error: unknown): NonNullable<Upload['problem']> {
  if (error instanceof FileChanged) {
    return {
      words: 'The file was changed or moved since you chose it. Choose it again.',
      requestId: undefined,
    };
  }
  if (error instanceof OtherFile) {
    const which = error.file === 'data' ? 'file' : 'validation file';
    return { words: `This is not the ${which} that was begun: its size differs.`, requestId: undefined };
  }
  if (error instanceof PartRefused) {
    const words =
      error.status === 400
        ? 'The file changed while it was being sent. Choose it again.'
        : 'The storage does not answer. What has arrived is kept; go on when the network is back.';
    return { words, requestId: undefined };
  }
  const { title, sentence, requestId } = describeError(error);
  return { words: isApiError(error) ? `${title} ${sentence}` : sentence, requestId };
}
