/** Uploads a dataset as a browser does: parts by presigned URLs that take only the bytes they were signed for. */
import { createHash, randomUUID } from 'node:crypto';
import { ApiError, type Client } from '../../contracts/client.ts';
import { type DatasetVersion, type UploadPlan } from '../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDataset,
  getDataset,
  signDatasetParts,
} from '../../contracts/datasets.ts';

export interface DatasetToUpload {
  name: string;
  data: Buffer;
  validation?: Buffer;
}

export interface UploadedDataset {
  datasetId: string;
  version: number;
}

/** Creates the dataset, puts every part and completes the upload; the check then runs by itself. */
export async function uploadDataset(
  api: Client,
  dataset: DatasetToUpload,
  onBytes: (sent: number, all: number) => void = () => undefined,
): Promise<UploadedDataset> {
  const all = dataset.data.length + (dataset.validation?.length ?? 0);
  let sent = 0;
  const { body } = await api.call(
    createDataset,
    {
      body: {
        name: dataset.name,
        bytes: dataset.data.length,
        ...(dataset.validation ? { validationBytes: dataset.validation.length } : {}),
      },
    },
    { idempotencyKey: randomUUID() },
  );
  const path = { datasetId: body.dataset.id, version: body.version.version };
  for (const plan of body.uploads) {
    const bytes = plan.file === 'data' ? dataset.data : dataset.validation;
    if (!bytes) throw new Error(`The API asks for a ${plan.file} file that was not announced`);
    for (const part of partsOf(bytes, plan)) {
      const { body: signed } = await api.call(signDatasetParts, {
        path,
        body: { file: plan.file, parts: [{ partNumber: part.number, sha256: part.sha256 }] },
      });
      for (const { url, headers } of signed.parts) await put(url, headers, part.bytes);
      sent += part.bytes.length;
      onBytes(sent, all);
    }
  }
  await api.call(completeDatasetUpload, { path });
  return path;
}

interface Part {
  number: number;
  bytes: Buffer;
  sha256: string;
}

function partsOf(bytes: Buffer, plan: UploadPlan): Part[] {
  return Array.from({ length: plan.parts }, (_, index) => {
    const part = bytes.subarray(index * plan.partBytes, (index + 1) * plan.partBytes);
    return { number: index + 1, bytes: part, sha256: createHash('sha256').update(part).digest('base64') };
  });
}

/** A part may be sent again at any time: it replaces itself, and its URL takes no other bytes. */
const PUT_TRIES = 3;

async function put(
  url: string,
  headers: Record<string, string>,
  bytes: Buffer,
  triesLeft = PUT_TRIES,
): Promise<void> {
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) }).catch(
    (error: unknown) => {
      if (triesLeft <= 1) throw error;
    },
  );
  if (!response) return put(url, headers, bytes, triesLeft - 1);
  if (!response.ok) {
    throw new ApiError(
      response.status,
      'invalid-request',
      `The store refused a part: ${await response.text()}`,
    );
  }
}

/** Waits for the end of the check: ready, rejected or validation-failed. */
export async function checkedVersion(
  api: Client,
  { datasetId }: UploadedDataset,
  onLook: (version: DatasetVersion) => void = () => undefined,
  seconds = 120,
): Promise<DatasetVersion> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { body } = await api.call(getDataset, { path: { datasetId } });
    onLook(body.version);
    if (body.version.status !== 'uploading' && body.version.status !== 'validating') return body.version;
    if (Date.now() > deadline) throw new Error(`The check of ${datasetId} did not end within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
