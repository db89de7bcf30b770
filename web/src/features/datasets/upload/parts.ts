import type { UploadPlan } from '../../../../../contracts/dataset-versions.ts';

/** One part of a file: the bytes `from` up to but not including `to`. */
export interface Part {
  file: UploadPlan['file'];
  partNumber: number;
  from: number;
  to: number;
}

/** Cuts a file as the API planned it: all parts of `partBytes`, the last one what is left. */
export function partsOf(plan: UploadPlan): Part[] {
  return Array.from({ length: plan.parts }, (_, index) => ({
    file: plan.file,
    partNumber: index + 1,
    from: index * plan.partBytes,
    to: Math.min((index + 1) * plan.partBytes, plan.bytes),
  }));
}

/** SHA-256 of a part's bytes in base64, as S3 takes it in `x-amz-checksum-sha256`. */
export async function sha256Base64(
  bytes: ArrayBuffer,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<string> {
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return btoa(String.fromCharCode(...digest));
}
