/** What members of the Cognito group `admins` may do: see every job and sum, set caps, stop a job. */
import * as z from 'zod';
import { Budget } from './costs.ts';
import { Progress } from './progress.ts';
import { operation } from './operation.ts';
import { TrainingJob } from './training-jobs.ts';
import { JobId, Month, Owner, PageQuery, pageOf, Timestamp, UsdMicros } from './values.ts';

/** An owner that is said, not proven: of a form that no key can be mistaken for. */
const NamedOwner = Owner.regex(/^[\w:.@-]+$/, 'the id of an account');

/** One person, as an admin reads of them; the address is absent until they have used the pages once. */
const Person = { owner: Owner, email: z.string().optional() };

export const JobOfAnybody = z.object({ ...Person, job: TrainingJob, progress: Progress.nullable() });
export type JobOfAnybody = z.infer<typeof JobOfAnybody>;

export const listAllJobs = operation({
  id: 'listAllJobs',
  noun: 'admin',
  method: 'GET',
  path: '/admin/jobs',
  summary: 'The jobs of everybody, newest first. A page with a filter may be short and still carry a cursor.',
  caller: 'admin',
  query: PageQuery.extend({
    status: z
      .enum([
        'all',
        'live',
        'ended',
        'queued',
        'submitting',
        'running',
        'publishing',
        'succeeded',
        'failed',
        'cancelled',
      ])
      .default('all'),
    owner: NamedOwner.optional(),
  }),
  success: { status: 200, body: pageOf(JobOfAnybody) },
});

/** The platform's month: its limit, who set it, and how it stands. */
export const PlatformBudget = Budget.extend({
  /** What the stage was deployed with; holds until an admin sets another. */
  defaultLimitUsdMicros: UsdMicros,
  changedAt: Timestamp.optional(),
  changedBy: z.string().optional(),
});
export type PlatformBudget = z.infer<typeof PlatformBudget>;

export const getPlatformBudget = operation({
  id: 'getPlatformBudget',
  noun: 'admin',
  method: 'GET',
  path: '/admin/budget',
  summary: 'What all together may spend this month, and have.',
  caller: 'admin',
  success: { status: 200, body: PlatformBudget },
});

export const setPlatformBudget = operation({
  id: 'setPlatformBudget',
  noun: 'admin',
  method: 'PATCH',
  path: '/admin/budget',
  summary:
    'Set what all together may spend in a calendar month (UTC). What is held already stays held; new jobs are measured against it.',
  caller: 'admin',
  body: z.strictObject({ monthlyBudgetUsdMicros: UsdMicros }),
  success: { status: 200, body: PlatformBudget },
});

/** A person's month against what they may spend in it. */
export const UserSpending = z.object({
  ...Person,
  budget: Budget,
  /** The limit an admin allows; the stage's default where none was set. */
  capUsdMicros: UsdMicros,
  /** Whether an admin has set it. */
  isCapSet: z.boolean(),
});
export type UserSpending = z.infer<typeof UserSpending>;

export const listUsersSpending = operation({
  id: 'listUsersSpending',
  noun: 'admin',
  method: 'GET',
  path: '/admin/users',
  summary: 'Everybody who has used this installation, with a month of theirs against their cap.',
  caller: 'admin',
  query: PageQuery.extend({ month: Month.optional() }),
  success: { status: 200, body: pageOf(UserSpending) },
});

export const setUserCap = operation({
  id: 'setUserCap',
  noun: 'admin',
  method: 'PATCH',
  path: '/admin/users/{owner}',
  summary:
    'Set what a person may spend in a month at most; their own budget holds below it, never above. Zero stops new jobs.',
  caller: 'admin',
  pathParameters: z.strictObject({ owner: NamedOwner }),
  body: z.strictObject({ capUsdMicros: UsdMicros }),
  success: { status: 200, body: UserSpending },
});

export const stopJob = operation({
  id: 'stopJob',
  noun: 'admin',
  method: 'POST',
  path: '/admin/users/{owner}/jobs/{jobId}/stop',
  summary:
    'Stop anybody’s job as its owner could; the job’s story names the admin. Repeating changes nothing.',
  caller: 'admin',
  pathParameters: z.strictObject({ owner: NamedOwner, jobId: JobId }),
  body: z.strictObject({
    /** Publish what has been learnt, as *stop and keep* does. */
    keepModel: z.boolean().default(true),
    /** Shown to the owner. */
    reason: z.string().trim().min(1).max(300),
  }),
  success: { status: 202, body: TrainingJob },
  problems: ['job-ended', 'job-changed'],
});

const AdminAction = z.enum(['set-platform-budget', 'set-user-cap', 'stop-job']);

/** Who changed what of whom, and when. */
export const AdminChange = z.object({
  id: z.string(),
  at: Timestamp,
  /** The admin's address, or their `sub` where the pool knew none. */
  by: z.string(),
  action: AdminAction,
  /** Whose cap or job it is; absent where it is the platform's. */
  owner: Owner.optional(),
  jobId: JobId.optional(),
  /** Money before and after, where it is about money; `before` is absent where the stage's default held. */
  beforeUsdMicros: UsdMicros.optional(),
  afterUsdMicros: UsdMicros.optional(),
  reason: z.string().optional(),
});
export type AdminChange = z.infer<typeof AdminChange>;

export const listAdminChanges = operation({
  id: 'listAdminChanges',
  noun: 'admin',
  method: 'GET',
  path: '/admin/changes',
  summary: 'What admins have changed, newest first; written with each change, and never altered.',
  caller: 'admin',
  query: PageQuery,
  success: { status: 200, body: pageOf(AdminChange) },
});

/** The stored shapes. An audit row is written in the transaction of what it tells. */
export const AdminChangeRecord = AdminChange.extend({ shape: z.literal(1), admin: Owner });
export type AdminChangeRecord = z.infer<typeof AdminChangeRecord>;

/** That a job or a person exists, in a partition of all: lists across owners are read from these. */
export const JobListing = z.object({ shape: z.literal(1), owner: Owner, jobId: JobId });
export type JobListing = z.infer<typeof JobListing>;
export const UserListing = z.object({ shape: z.literal(1), owner: Owner });
export type UserListing = z.infer<typeof UserListing>;

export const adminOperations = [
  listAllJobs,
  getPlatformBudget,
  setPlatformBudget,
  listUsersSpending,
  setUserCap,
  stopJob,
  listAdminChanges,
];
