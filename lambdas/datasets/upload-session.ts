import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import type { UploadPlan } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { DatasetStore } from './dataset-store.ts';
import { requireUploading, type VersionIn } from './dataset-version.ts';
import { uploadPlans, type Uploads } from './upload.ts';

interface OfVersion {
  datasetId: string;
  version: number;
}

function planOf(
  record: VersionIn<'uploading'>,
  file: DatasetFile,
): { plan: UploadPlan; key: string; id: string } {
  const plan = uploadPlans(record).find((candidate) => candidate.file === file);
  const key = record.keys[file];
  const id = record.uploads[file];
  if (plan && key !== undefined && id !== undefined) return { plan, key, id };
  throw new ProblemError('invalid-request', undefined, [
    { path: 'file', message: 'this version was announced without a validation file' },
  ]);
}

/** What a client asks for while it uploads. */
export function uploadSession(store: Pick<DatasetStore, 'version'>, uploads: Uploads) {
  const uploading = async (owner: string, { datasetId, version }: OfVersion, now: Date) => {
    const record = await store.version(owner, datasetId, version);
    if (!record) throw new ProblemError('not-found');
    return requireUploading(record, now);
  };
  return {
    async sign(
      owner: string,
      of: OfVersion,
      asked: { file: DatasetFile; parts: readonly { partNumber: number; sha256: string }[] },
      now: Date,
    ) {
      const { plan, key, id } = planOf(await uploading(owner, of, now), asked.file);
      const beyond = asked.parts.findIndex(({ partNumber }) => partNumber > plan.parts);
      if (beyond >= 0) {
        const message = `the ${asked.file} file has ${plan.parts} parts`;
        throw new ProblemError('invalid-request', undefined, [
          { path: `parts.${beyond}.partNumber`, message },
        ]);
      }
      return { parts: await uploads.sign(key, id, asked.parts, now) };
    },

    async arrived(owner: string, of: OfVersion, now: Date) {
      const record = await uploading(owner, of, now);
      const state = uploadPlans(record).map(async (plan) => {
        const { key, id } = planOf(record, plan.file);
        return { ...plan, arrived: (await uploads.arrived(key, id)) ?? [] };
      });
      return { uploads: await Promise.all(state) };
    },
  };
}
