/** The schemas that the documents name instead of repeating; a name is what a reader looks up. */
import * as z from 'zod';
import { EmailChoices, Settings } from './account.ts';
import { BaseModel, GpuType, Hyperparameters, Preset, PresetId } from './catalog.ts';
import { Budget, CostRecord, CostSummary, Estimate } from './costs.ts';
import { DatasetFormat } from './dataset-format.ts';
import { DatasetIssue, DatasetIssueCount } from './dataset-issues.ts';
import { PreviewRow } from './dataset-report.ts';
import { CheckSummary, DatasetVersion, StoredFile, TokenCount, UploadPlan } from './dataset-versions.ts';
import { Dataset } from './datasets.ts';
import { FailureCode } from './failures.ts';
import { AttemptPoint, JobEvent, JobLive, MetricPoint } from './metrics.ts';
import { Progress, RunPhase } from './progress.ts';
import { ModelFormat } from './model-format.ts';
import { Model, ModelFile } from './models.ts';
import { Notification, NotificationTarget } from './notifications.ts';
import {
  Canaries,
  Evaluation,
  ExportProof,
  FrozenRunSpec,
  ManifestFile,
  Memorisation,
  Sample,
  TrainingFacts,
} from './run-spec.ts';
import { Attempt, BoundDataset, CheckpointReference, Failure, TrainingJob } from './training-jobs.ts';
import {
  DatasetId,
  JobId,
  ModelId,
  Sha256Base64,
  Sha256Hex,
  SignedPart,
  Timestamp,
  UsdMicros,
} from './values.ts';

const named = {
  Attempt,
  AttemptPoint,
  BaseModel,
  BoundDataset,
  Budget,
  Canaries,
  CheckpointReference,
  CheckSummary,
  CostRecord,
  CostSummary,
  Dataset,
  DatasetFormat,
  DatasetId,
  DatasetIssue,
  DatasetIssueCount,
  DatasetVersion,
  EmailChoices,
  Estimate,
  Evaluation,
  ExportProof,
  Failure,
  FailureCode,
  FrozenRunSpec,
  GpuType,
  Hyperparameters,
  JobEvent,
  JobId,
  JobLive,
  ManifestFile,
  Memorisation,
  MetricPoint,
  Model,
  ModelFile,
  ModelFormat,
  ModelId,
  Notification,
  NotificationTarget,
  Preset,
  PresetId,
  PreviewRow,
  Progress,
  RunPhase,
  Sample,
  Settings,
  Sha256Base64,
  Sha256Hex,
  SignedPart,
  StoredFile,
  Timestamp,
  TokenCount,
  TrainingFacts,
  TrainingJob,
  UploadPlan,
  UsdMicros,
};

export const namedSchemas = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(named)) namedSchemas.add(schema as z.ZodType, { id });
