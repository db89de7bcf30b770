/** Reads, writes with its audit row, and looks again when another admin was quicker: `before` is then true. */
import { ProblemError } from '../../contracts/problems.ts';
import type { SettingsRecord } from '../../contracts/account.ts';
import type { Account, AdminStore } from './admin-store.ts';
import { type Admin, changeRecord } from './admin-change.ts';

interface Changing {
  store: AdminStore;
  newId: (now: Date) => string;
}

/** Admins who change the same figure at the same time are few: three tries see either end. */
const TRIES = 3;

async function untilWritten(work: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) if (await work()) return;
  throw new ProblemError('forbidden', 'Another admin is changing the same limit. Look again.');
}

/** The same figure again changes nothing and is not told. */
export async function changePlatformBudget(
  { store, newId }: Changing,
  { admin, usdMicros, month }: { admin: Admin; usdMicros: number; month: string },
  now: Date,
): Promise<void> {
  await untilWritten(async () => {
    const { settings: before } = await store.platform(month);
    if (before?.monthlyBudgetUsdMicros === usdMicros) return true;
    return store.putPlatform(
      before,
      { shape: 1, monthlyBudgetUsdMicros: usdMicros, updatedAt: now.toISOString(), updatedBy: admin.name },
      changeRecord(
        newId(now),
        admin,
        {
          action: 'set-platform-budget',
          ...(before ? { beforeUsdMicros: before.monthlyBudgetUsdMicros } : {}),
          afterUsdMicros: usdMicros,
        },
        now,
      ),
    );
  });
}

/** The account as it stands then. Throws `not-found` for somebody the user pool does not know. */
export async function changeUserCap(
  { store, newId, firstSettings }: Changing & { firstSettings: () => Promise<SettingsRecord> },
  { admin, owner, usdMicros, month }: { admin: Admin; owner: string; usdMicros: number; month: string },
  now: Date,
): Promise<Account> {
  await untilWritten(async () => {
    const { settings } = await store.account(owner, month);
    const before = settings ?? (await firstSettings().catch(notKnown));
    if (before.monthlyBudgetCeilingUsdMicros === usdMicros) return true;
    return store.putCap(
      before,
      usdMicros,
      changeRecord(
        newId(now),
        admin,
        {
          action: 'set-user-cap',
          owner,
          ...(before.monthlyBudgetCeilingUsdMicros === undefined
            ? {}
            : { beforeUsdMicros: before.monthlyBudgetCeilingUsdMicros }),
          afterUsdMicros: usdMicros,
        },
        now,
      ),
    );
  });
  return store.account(owner, month);
}

/** The pool's own word for a `sub` that is nobody's. */
function notKnown(error: unknown): never {
  if (error instanceof Error && error.name === 'UserNotFoundException') throw new ProblemError('not-found');
  throw error;
}
