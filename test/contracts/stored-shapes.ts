/** Every shape that lies in a table or bucket, and its fingerprint. `node test/contracts/stored-shapes.ts` pins them anew. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as z from 'zod';
import { SettingsRecord } from '../../contracts/account.ts';
import { AdminChangeRecord, JobListing, UserListing } from '../../contracts/admin.ts';
import { PaceRecord } from '../../contracts/pace.ts';
import { PlatformSettingsRecord } from '../../contracts/platform-settings.ts';
import { ClusterHealthRecord } from '../../contracts/cluster.ts';
import { BudgetRecord, SpendRecord, StoredCostRecord } from '../../contracts/costs.ts';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetRecord } from '../../contracts/datasets.ts';
import { LiveRecord } from '../../contracts/live-record.ts';
import { JobEventRecord, MetricChunkRecord, WatchRecord } from '../../contracts/metrics.ts';
import { ModelRecord } from '../../contracts/models.ts';
import { NotificationRecord } from '../../contracts/notifications.ts';
import { jsonSchema } from '../../contracts/openapi.ts';
import { CheckpointManifest, FrozenRunSpec, ModelManifest } from '../../contracts/run-spec.ts';
import { OutboxRecord, TrainingJobRecord } from '../../contracts/training-jobs.ts';

const stored: Record<string, z.ZodType> = {
  AdminChangeRecord,
  BudgetRecord,
  CheckpointManifest,
  ClusterHealthRecord,
  DatasetRecord,
  DatasetVersionRecord,
  FrozenRunSpec,
  JobEventRecord,
  JobListing,
  LiveRecord,
  MetricChunkRecord,
  ModelManifest,
  ModelRecord,
  NotificationRecord,
  OutboxRecord,
  PaceRecord,
  PlatformSettingsRecord,
  SettingsRecord,
  SpendRecord,
  StoredCostRecord,
  TrainingJobRecord,
  UserListing,
  WatchRecord,
};
const fingerprint = (schema: z.ZodType): string =>
  createHash('sha256')
    .update(JSON.stringify(jsonSchema(schema, 'output')))
    .digest('hex')
    .slice(0, 16);

/** Name → the first 64 bits of the SHA-256 of its JSON Schema. */
export const fingerprints = (): Record<string, string> =>
  Object.fromEntries(Object.entries(stored).map(([name, schema]) => [name, fingerprint(schema)]));

if (process.argv[1] === import.meta.filename) {
  const file = resolve(import.meta.dirname, 'stored-shapes.json');
  writeFileSync(file, `${JSON.stringify(fingerprints(), null, 2)}\n`);
}
