/** Writes of a job whose sums or model must move with it, in one transaction each. All throw `job-changed`. */
import type { ModelRecord } from '../../contracts/models.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { Billing } from './billing.ts';
import type { JobChange } from './training-job.ts';

interface Publication {
  model: ModelRecord;
  /** How quickly it trained, and of which family its base model is; nothing where it was too short to tell. */
  pace?: { record: PaceRecord; family: string } | undefined;
}

export interface JobMoney {
  /** `before` is the job that `billing` was decided on. */
  bill(before: TrainingJobRecord, billing: Billing, now: Date): Promise<void>;
  /** Gives back what is left of the hold. */
  release(change: JobChange, now: Date): Promise<void>;
  /** The job's success and its model, both or neither (I7), with what estimates learn from it. */
  publish(change: JobChange, made: Publication, now: Date): Promise<void>;
}
