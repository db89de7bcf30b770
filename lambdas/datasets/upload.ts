/** How files reach the bucket: their keys, the parts they come in, and when they are whole. */
import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import type { DatasetVersionRecord, UploadPlan } from '../../contracts/dataset-versions.ts';
import { LIMITS, MEBIBYTE } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { ArrivedPart, MultipartUploads } from '../runtime/s3-multipart.ts';

/** Multipart uploads; the bytes themselves never pass through here. */
export type Uploads = MultipartUploads;

/** Everything of a dataset lies below this. */
export const datasetPrefix = (owner: string, datasetId: string) => `datasets/${owner}/${datasetId}/`;

/** Everything of one version. */
export const versionPrefix = (owner: string, datasetId: string, version: number) =>
  `${datasetPrefix(owner, datasetId)}v${version}/`;

export const fileKey = (owner: string, datasetId: string, version: number, file: DatasetFile) =>
  `${versionPrefix(owner, datasetId, version)}${file}.jsonl`;

/** The rows of a file that had to be converted. No event tells of it: only what was uploaded asks for a check. */
export const convertedKey = (owner: string, datasetId: string, version: number, file: DatasetFile) =>
  `${versionPrefix(owner, datasetId, version)}${file}.converted.jsonl`;

export const reportKey = (owner: string, datasetId: string, version: number) =>
  `${versionPrefix(owner, datasetId, version)}report.jsonl.gz`;

/** What a repair changed, beside the version that it made. */
export const changesKey = (owner: string, datasetId: string, version: number) =>
  `${versionPrefix(owner, datasetId, version)}changes.jsonl.gz`;

const FILE_KEY =
  /^datasets\/(?<owner>[^/]+)\/(?<datasetId>ds_[0-9A-Z]{26})\/v(?<version>[1-9]\d{0,5})\/(?<file>data|validation)\.jsonl$/;

export interface FileOfVersion {
  owner: string;
  datasetId: string;
  version: number;
  file: DatasetFile;
}

/** Whose file a key names; nothing for every other object of the bucket. */
export function fileOfKey(key: string): FileOfVersion | undefined {
  const { owner, datasetId, version, file } = FILE_KEY.exec(key)?.groups ?? {};
  if (owner === undefined || datasetId === undefined || version === undefined) return undefined;
  return { owner, datasetId, version: Number(version), file: file === 'validation' ? file : 'data' };
}

/** Throws `dataset-too-large` with the figures. */
export function refuseOversize(bytes: number, validationBytes: number | undefined): void {
  const tooLarge = (what: string, given: number, most: number) => {
    const size = (value: number) => `${(value / MEBIBYTE).toFixed(1)} MiB`;
    if (given <= most) return;
    throw new ProblemError('dataset-too-large', `The ${what} has ${size(given)}; at most ${size(most)}.`);
  };
  tooLarge('file', bytes, LIMITS.datasetBytes);
  tooLarge('validation file', validationBytes ?? 0, LIMITS.validationBytes);
}

export function uploadPlan(file: DatasetFile, bytes: number): UploadPlan {
  const partBytes = LIMITS.uploadPartBytes;
  return { file, bytes, partBytes, parts: Math.ceil(bytes / partBytes) };
}

type Declared = Pick<DatasetVersionRecord, 'declaredBytes' | 'declaredValidationBytes'>;

/** The plans of a version: one a file, in the order data, validation. */
export function uploadPlans(version: Declared): UploadPlan[] {
  const { declaredBytes, declaredValidationBytes } = version;
  return [
    uploadPlan('data', declaredBytes),
    ...(declaredValidationBytes === undefined ? [] : [uploadPlan('validation', declaredValidationBytes)]),
  ];
}

/** How many bytes a part has: all alike, the last one shorter. */
export function bytesOfPart(plan: UploadPlan, partNumber: number): number {
  return partNumber < plan.parts ? plan.partBytes : plan.bytes - plan.partBytes * (plan.parts - 1);
}

/**
 * Whether what arrived is the file that was announced, part by part.
 * Throws `upload-incomplete` naming parts that miss, or `upload-size-differs` naming parts of another size.
 */
export function requireWhole(plan: UploadPlan, arrived: readonly ArrivedPart[]): void {
  const numbers = Array.from({ length: plan.parts }, (_, at) => at + 1);
  const there = new Map(arrived.map((part) => [part.partNumber, part]));
  const some = (list: readonly number[]) => `${list.slice(0, 20).join(', ')}${list.length > 20 ? ' …' : ''}`;
  const missing = numbers.filter((number) => !there.has(number));
  if (missing.length > 0) {
    throw new ProblemError('upload-incomplete', `Missing of ${plan.file}: part ${some(missing)}.`);
  }
  const differing = numbers.filter((number) => there.get(number)?.bytes !== bytesOfPart(plan, number));
  if (differing.length > 0 || arrived.length > plan.parts) {
    const total = arrived.reduce((sum, part) => sum + part.bytes, 0);
    const wrong =
      differing.length > 0 ? differing : [...there.keys()].filter((number) => number > plan.parts);
    const detail = `${plan.file}: ${total} bytes came, ${plan.bytes} were declared; part ${some(wrong)}.`;
    throw new ProblemError('upload-size-differs', detail);
  }
}
