import * as z from 'zod';
import { Timestamp, UsdMicros } from './values.ts';

/** What admins have set for the platform as a whole; absent means that the stage's defaults hold. */
export const PlatformSettingsRecord = z.object({
  shape: z.literal(1),
  monthlyBudgetUsdMicros: UsdMicros,
  updatedAt: Timestamp,
  updatedBy: z.string(),
});
export type PlatformSettingsRecord = z.infer<typeof PlatformSettingsRecord>;
