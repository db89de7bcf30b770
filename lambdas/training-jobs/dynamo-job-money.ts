import { pacePut } from '../costs/pace-rows.ts';
import { costRecordItems, releaseItems } from '../costs/ledger-items.ts';
import { modelRow } from '../models/model-rows.ts';
import type { Documents } from '../runtime/dynamo.ts';
import { writeNextJob } from './dynamo-job-store.ts';
import type { JobMoney } from './job-money.ts';
import type { JobTables } from './job-rows.ts';

export function dynamoJobMoney(documents: Documents, tables: JobTables): JobMoney {
  return {
    bill: (before, { job, records }, now) =>
      writeNextJob(
        documents,
        tables,
        { job, events: [], outcomes: [] },
        now,
        costRecordItems(tables.core, records, before),
      ),
    release: (change, now) =>
      writeNextJob(documents, tables, change, now, releaseItems(tables.core, change.job)),
    publish: (change, { model, pace }, now) => {
      const end = { endedAt: model.createdAt, jobId: model.jobId };
      return writeNextJob(documents, tables, change, now, [
        { Put: { TableName: tables.core, Item: modelRow(model) } },
        ...(pace ? [pacePut(tables.core, pace.record, { family: pace.family, ...end })] : []),
      ]);
    },
  };
}
