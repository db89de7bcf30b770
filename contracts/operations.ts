/** Every operation of the API: routes, documentation, client and tests are made from this list. */
import { accountOperations } from './account.ts';
import { adminOperations } from './admin.ts';
import { catalogOperations } from './catalog.ts';
import { costOperations } from './costs.ts';
import { datasetReportOperations } from './dataset-report.ts';
import { datasetOperations } from './datasets.ts';
import { healthOperations } from './health.ts';
import { metricOperations } from './metrics.ts';
import { modelOperations } from './models.ts';
import { notificationOperations } from './notifications.ts';
import type { AnyOperation } from './operation.ts';
import { runOperations } from './runs.ts';
import { trainingJobOperations } from './training-jobs.ts';

export const operations: readonly AnyOperation[] = [
  ...healthOperations,
  ...catalogOperations,
  ...datasetOperations,
  ...datasetReportOperations,
  ...costOperations,
  ...trainingJobOperations,
  ...metricOperations,
  ...modelOperations,
  ...notificationOperations,
  ...accountOperations,
  ...adminOperations,
  ...runOperations,
];
