import type { SettingsRecord } from '../../contracts/account.ts';
import type { BudgetRecord, CostRecord, SpendRecord } from '../../contracts/costs.ts';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import type { SummarisedJob } from './summary.ts';

/** Everything costs read; they write nothing by themselves. */
export interface CostReader {
  datasetVersion(
    owner: string,
    datasetId: string,
    version: number,
  ): Promise<{ dataset: DatasetRecord; version: DatasetVersionRecord } | undefined>;
  /** Finished runs of this installation, whoever's, the newest first. */
  paces(family: string, gpuType: string): Promise<PaceRecord[]>;
  settings(owner: string): Promise<SettingsRecord | undefined>;
  budget(owner: string, month: string): Promise<BudgetRecord | undefined>;
  spend(owner: string, month: string): Promise<SpendRecord[]>;
  /** The whole ledger of a month, by job. */
  records(owner: string, month: string, jobId?: string): Promise<CostRecord[]>;
  /** One page of it. */
  recordPage(
    owner: string,
    month: string,
    page: { jobId?: string | undefined; limit: number; cursor?: string | undefined },
  ): Promise<{ items: CostRecord[]; nextCursor?: string }>;
  /** The jobs of this owner among these ids, and those that were accepted in the month. */
  jobs(owner: string, month: string, ids: readonly string[]): Promise<SummarisedJob[]>;
}
