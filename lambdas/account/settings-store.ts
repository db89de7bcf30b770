import type { SettingsRecord } from '../../contracts/account.ts';

/** Where settings lie: one row an owner. */
export interface SettingsStore {
  get(owner: string): Promise<SettingsRecord | undefined>;
  /** Stores the settings of first use unless there are some; answers what is stored then. */
  putFirst(settings: SettingsRecord): Promise<SettingsRecord>;
  /**
   * Stores what the person may choose, and nothing an admin may: a ceiling that changes meanwhile stays.
   * Answers the whole record, or nothing where the budget is above the ceiling that stands there now.
   */
  putChoices(settings: SettingsRecord, ceilingUsdMicros: number): Promise<SettingsRecord | undefined>;
}
