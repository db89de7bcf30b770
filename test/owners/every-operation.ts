/** How each operation is tried across two owners. An operation that is not listed here fails the test. */
import { createHash } from 'node:crypto';
import type { ApiInput } from './call-api.ts';
import type { Ids } from './person-world.ts';

const sha256 = createHash('sha256').update('x');
const base64 = sha256.copy().digest('base64');
const hex = sha256.digest('hex');

const wish = (ids: Ids) => ({
  datasetId: ids.datasetId,
  datasetVersion: 1,
  baseModel: 'brightrun/tiny-base',
  gpuType: 'cpu-2',
});
const version = (datasetId: string) => ({ path: { datasetId, version: '1' } });
const job = (ids: Ids) => ({ path: { jobId: ids.jobId } });
const model = (ids: Ids) => ({ path: { modelId: ids.modelId } });

/** Names something by its id, in the path or the body: another's id must answer as one that never existed. */
export const BY_ID: Record<string, (ids: Ids) => ApiInput> = {
  getDataset: ({ datasetId }) => ({ path: { datasetId } }),
  listDatasetVersions: ({ datasetId }) => ({ path: { datasetId } }),
  getDatasetReport: ({ datasetId }) => version(datasetId),
  getDatasetReportFile: ({ datasetId }) => version(datasetId),
  previewDataset: ({ datasetId }) => version(datasetId),
  createDatasetVersion: ({ datasetId }) => ({ path: { datasetId }, body: { bytes: 10 } }),
  repairDatasetVersion: ({ datasetId }) => ({ ...version(datasetId), body: { cures: ['drop-duplicates'] } }),
  listDatasetChanges: ({ datasetId }) => version(datasetId),
  signDatasetParts: ({ uploadingDatasetId }) => ({
    ...version(uploadingDatasetId),
    body: { parts: [{ partNumber: 1, sha256: base64 }] },
  }),
  listUploadedParts: ({ uploadingDatasetId }) => version(uploadingDatasetId),
  completeDatasetUpload: ({ uploadingDatasetId }) => ({ ...version(uploadingDatasetId), body: {} }),
  retryValidation: ({ failedDatasetId }) => ({ ...version(failedDatasetId), body: {} }),
  changeDataset: ({ datasetId }) => ({ path: { datasetId }, body: { name: 'Mine now' } }),
  estimateCost: (ids) => ({ body: wish(ids) }),
  createTrainingJob: (ids) => ({ body: { name: 'Mine', ...wish(ids), capUsdMicros: 400_000 } }),
  getTrainingJob: job,
  listMetrics: job,
  listJobEvents: job,
  getJobLive: job,
  getJobLogs: job,
  retryTrainingJob: ({ endedJobId }) => ({ path: { jobId: endedJobId }, body: {} }),
  continueTrainingJob: ({ endedJobId }) => ({
    path: { jobId: endedJobId },
    body: { capUsdMicros: 400_000 },
  }),
  cancelTrainingJob: (ids) => ({ ...job(ids), body: {} }),
  getModel: model,
  createDownloads: (ids) => ({ ...model(ids), body: {} }),
  changeModel: (ids) => ({ ...model(ids), body: { name: 'Mine now' } }),
  deleteModel: model,
  readNotification: ({ notificationId }) => ({ path: { notificationId }, body: {} }),
  deleteDataset: ({ uploadingDatasetId }) => ({ path: { datasetId: uploadingDatasetId } }),
};

/** Answers what the caller owns: nothing of another may be in it, whatever of theirs is asked for. */
export const OWN: Record<string, (ids: Ids) => ApiInput> = {
  createDataset: () => ({ body: { name: 'Mine', bytes: 10 } }),
  listDatasets: () => ({ query: { limit: '100', search: 'of' } }),
  listTrainingJobs: () => ({ query: { limit: '100' } }),
  listModels: () => ({ query: { limit: '100' } }),
  listNotifications: () => ({ query: { limit: '100' } }),
  readAllNotifications: () => ({ body: {} }),
  getCostSummary: () => ({}),
  listCostRecords: ({ jobId }) => ({ query: { limit: '100', jobId } }),
  exportCosts: ({ jobId }) => ({ query: { jobId } }),
  getSettings: () => ({}),
  changeSettings: () => ({ body: { monthlyBudgetUsdMicros: 1_000_000 } }),
};

/** The same for everybody. */
export const COMMON: Record<string, ApiInput> = {
  getHealth: {},
  listBaseModels: {},
  listGpuTypes: {},
  listPresets: { query: { baseModel: 'brightrun/tiny-base' } },
};

/** An admin's: everybody else is refused, whoever's things are named. Each is given the `sub` it is about. */
export const BY_ADMIN: Record<string, (ids: Ids, owner: string) => ApiInput> = {
  listAllJobs: () => ({ query: { limit: '100' } }),
  getPlatformBudget: () => ({}),
  setPlatformBudget: () => ({ body: { monthlyBudgetUsdMicros: 900_000_000 } }),
  listUsersSpending: () => ({ query: { limit: '100' } }),
  setUserCap: (_, owner) => ({ path: { owner }, body: { capUsdMicros: 50_000_000 } }),
  stopJob: ({ jobId }, owner) => ({
    path: { owner, jobId },
    body: { reason: 'The cluster is needed for something else.' },
  }),
  listAdminChanges: () => ({ query: { limit: '100' } }),
};

const path = 'final/adapter_model.safetensors';
/** The trainer's: its token names owner, job and attempt, and nothing in the request does. */
export const BY_RUN: Record<string, ApiInput> = {
  claimRun: { body: { nonce: '0123456789abcdef0123456789abcdef' } },
  getCurrentRun: {},
  reportProgress: {
    body: { batch: 2, phase: 'training', step: 4, totalSteps: 9, epoch: 0.4, points: [], logTail: 'line' },
  },
  startRunUpload: { body: { path, bytes: 10, sha256: hex } },
  signRunParts: { body: { path, uploadId: 'none', parts: [{ partNumber: 1, sha256: base64 }] } },
  completeRunUpload: { body: { path, uploadId: 'none', bytes: 10 } },
  registerCheckpoint: { body: { step: 4, manifestVersionId: 'none' } },
  completeRun: { body: { outcome: 'stopped' } },
};
