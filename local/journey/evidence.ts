/** What must have come of a run besides its model: an exact ledger, notifications, an e-mail. */
import type { Client } from '../../contracts/client.ts';
import { listCostRecords, type CostRecord } from '../../contracts/costs.ts';
import {
  listNotifications,
  type Notification,
  type NotificationKind,
} from '../../contracts/notifications.ts';
import type { TrainingJob } from '../../contracts/training-jobs.ts';
import { emailsTo, type SentEmail } from '../emulator.ts';

/** Outcomes are published by a stream and a topic behind the job's last write, so they may come a little later. */
const PATIENCE_SECONDS = 60;

export interface Evidence {
  costs: CostRecord[];
  notifications: Notification[];
  email: SentEmail;
}

export interface Expected {
  job: TrainingJob;
  datasetId: string;
  emulatorUrl: string;
  address: string;
}

/** Throws with what is missing when it does not come in time. */
export async function evidenceOf(api: Client, expected: Expected): Promise<Evidence> {
  const { job, datasetId, emulatorUrl, address } = expected;
  const costs = await costsOf(api, job);
  const notifications = await waitFor('the notifications of dataset and job', async () => {
    const { body } = await api.call(listNotifications, { query: { limit: 50 } });
    const ours = body.items.filter(
      ({ target }) => target.id === datasetId || target.id === job.id || isOfModel(target.id, job),
    );
    const kinds = new Set(ours.map(({ kind }) => kind));
    return kinds.has('dataset-ready') && kinds.has(endKindOf(job)) ? ours : undefined;
  });
  const email = await waitFor(`an e-mail to ${address} that names the job`, async () => {
    const received = await emailsTo(emulatorUrl, address);
    return received.findLast(({ Subject, BodyText }) => `${Subject} ${BodyText ?? ''}`.includes(job.name));
  });
  return { costs, notifications, email };
}

/** What is told of a job's end: one that landed on its cap has a model too, and says why it is an early one. */
export function endKindOf(job: TrainingJob): NotificationKind {
  switch (job.status) {
    case 'succeeded':
      return job.stopReason === 'budget' ? 'job-landed-on-budget' : 'job-succeeded';
    case 'failed':
      return 'job-failed';
    case 'cancelled':
      return 'job-cancelled';
    default:
      throw new Error(`${job.id} has not ended: it is ${job.status}`);
  }
}

const isOfModel = (id: string, job: TrainingJob) => job.status === 'succeeded' && id === job.modelId;

/** The ledger of a job; its sum must be what the job says it cost, to the micro-dollar. */
export async function costsOf(api: Client, job: TrainingJob): Promise<CostRecord[]> {
  const { body } = await api.call(listCostRecords, { query: { jobId: job.id, limit: 100 } });
  const sum = body.items.reduce((total, record) => total + record.costUsdMicros, 0);
  if (body.items.length === 0) throw new Error(`${job.id} has no cost record`);
  if (sum !== job.costUsdMicros) {
    throw new Error(
      `The ledger of ${job.id} adds up to ${sum} micro-dollars, the job says ${job.costUsdMicros}`,
    );
  }
  return body.items;
}

async function waitFor<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`${PATIENCE_SECONDS} s after the job's end there is still not ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
