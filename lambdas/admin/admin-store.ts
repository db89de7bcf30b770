/**
 * What admins read of everybody and change. The only store that takes an owner who is not the caller: `serve` has
 * proven that the caller is an admin before any of this is reached.
 */
import type * as z from 'zod';
import type { SettingsRecord } from '../../contracts/account.ts';
import type { AdminChange, AdminChangeRecord, JobOfAnybody } from '../../contracts/admin.ts';
import type { PlatformSettingsRecord } from '../../contracts/platform-settings.ts';
import type { BudgetRecord } from '../../contracts/costs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';

interface Page {
  limit: number;
  cursor?: string | undefined;
}

/** A person's settings and a month of theirs, where there are any. */
export interface Account {
  owner: string;
  settings: SettingsRecord | undefined;
  budget: BudgetRecord | undefined;
}

export interface AdminStore {
  /** Newest first. Throws `invalid-request` for a cursor of another list. */
  jobs(
    query: Page & { owner?: string | undefined; keep: (job: TrainingJobRecord) => boolean },
    now: Date,
  ): Promise<{ items: z.input<typeof JobOfAnybody>[]; nextCursor?: string }>;
  /** Everybody who has used this installation, by `sub`. */
  accounts(month: string, page: Page): Promise<{ items: Account[]; nextCursor?: string }>;
  account(owner: string, month: string): Promise<Account>;
  platform(
    month: string,
  ): Promise<{ settings: PlatformSettingsRecord | undefined; budget: BudgetRecord | undefined }>;
  /** Newest first. */
  changes(page: Page): Promise<{ items: AdminChange[]; nextCursor?: string }>;

  /** Writes both or neither; false when somebody else changed it since `before` was read. */
  putPlatform(
    before: PlatformSettingsRecord | undefined,
    settings: PlatformSettingsRecord,
    change: AdminChangeRecord,
  ): Promise<boolean>;
  /** Writes the ceiling of a person who has settings; false as above. */
  putCap(before: SettingsRecord, capUsdMicros: number, change: AdminChangeRecord): Promise<boolean>;
}
