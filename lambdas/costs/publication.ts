/** What a finished model weighs in each format, how long its files take to make, and what keeping them costs. */
import { isGguf, isWholeModel, type ModelFormat } from '../../contracts/model-format.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';
import type { Range } from './speed.ts';

/** An adapter is trained in float32; rounded to bf16 it takes half. */
const ADAPTER_BYTES_PER_PARAMETER = { peft: 4, 'peft-bf16': 2 } as const;

/** Q8_0 keeps 32 weights in 34 bytes, bf16 in 64; norms stay in float32, which shows in the sixth digit. */
const Q8_0_SHARE = 34 / 64;

/**
 * Bytes a second of merging, hashing and loading afresh, all of it together: between a network disk and a local one.
 * One core merged and hashed 200 MB/s (trainer/EXPERIMENTS.md).
 */
const MERGE_BYTES_PER_SECOND: Range = { low: 5e7, expected: 2e8, high: 1e9 };

/** S3 Standard, us-east-1, the first 50 TB: the list price for a GB and month, as of November 2026. */
const STORAGE_USD_PER_GB_MONTH = 0.023;

/** Bytes of weights that are published; tokenizer and metrics are small beside them. */
export function publishedBytes(
  format: ModelFormat,
  baseModel: Pick<CatalogBaseModel, 'weightBytes'>,
  trainableParameters: number,
): number {
  switch (format) {
    case 'peft':
    case 'peft-bf16':
      return trainableParameters * ADAPTER_BYTES_PER_PARAMETER[format];
    case 'merged-safetensors':
    case 'gguf':
      return baseModel.weightBytes;
    case 'gguf-q8_0':
      return baseModel.weightBytes * Q8_0_SHARE;
  }
}

/** Seconds until the files lie on the trainer's disk, proven; an adapter's are written at once. */
export function exportSeconds(format: ModelFormat, baseModel: Pick<CatalogBaseModel, 'weightBytes'>): Range {
  if (!isWholeModel(format)) return { low: 0, expected: 0, high: 0 };
  const { low, expected, high } = MERGE_BYTES_PER_SECOND;
  // A GGUF is made an ordinary model's folder again, to be loaded from there.
  const bytes = publishedBytes(format, baseModel, 0) + (isGguf(format) ? baseModel.weightBytes : 0);
  return { low: bytes / high, expected: bytes / expected, high: bytes / low };
}

/** What keeping a whole model costs, as a sentence; nothing for an adapter, which costs cents a year. */
export function storageRemark(format: ModelFormat, bytes: number): string | undefined {
  if (!isWholeModel(format)) return undefined;
  const gigabytes = bytes / 1e9;
  const usd = Math.max(0.01, gigabytes * STORAGE_USD_PER_GB_MONTH).toFixed(2);
  const size = gigabytes < 0.1 ? `${(bytes / 1e6).toFixed(1)} MB` : `${gigabytes.toFixed(1)} GB`;
  return `The merged model takes about ${size}: up to $${usd} a month in S3 until it is deleted. An adapter takes a small part of that.`;
}
