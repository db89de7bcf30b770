import type { SettingsRecord } from '../../contracts/account.ts';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import type { PaceRecord } from '../../contracts/pace.ts';

/** What a job must know of others before it is accepted. */
export interface JobInputs {
  /** A dataset of this owner with one of its versions; nothing when either is not theirs. */
  datasetVersion(
    owner: string,
    datasetId: string,
    version: number,
  ): Promise<{ dataset: DatasetRecord; version: DatasetVersionRecord } | undefined>;
  /** Finished runs of this installation, whoever's, the newest first. */
  paces(family: string, gpuType: string): Promise<PaceRecord[]>;
  settings(owner: string): Promise<SettingsRecord | undefined>;
  /** What an admin lets all together spend in a month, micros; nothing where the stage's default holds. */
  platformBudget(): Promise<number | undefined>;
}
