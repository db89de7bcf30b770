/** The real entries, as the deployment knows them, and the variables they are given. */
import type { Step } from '../../../lambdas/training-workflow/steps.ts';
import { handler as datasets } from '../../../lambdas/datasets/datasets.lambda.ts';
import { handler as validateDataset } from '../../../lambdas/datasets/validate-dataset.lambda.ts';
import { handler as deliverNotification } from '../../../lambdas/notifications/deliver-notification.lambda.ts';
import { handler as sendEmail } from '../../../lambdas/notifications/send-email.lambda.ts';
import { handler as authorizeRun } from '../../../lambdas/runs/authorize-run.lambda.ts';
import { handler as runs } from '../../../lambdas/runs/runs.lambda.ts';
import { handler as trainingJobs } from '../../../lambdas/training-jobs/training-jobs.lambda.ts';
import { handler as metrics } from '../../../lambdas/metrics/metrics.lambda.ts';
import { handler as models } from '../../../lambdas/models/models.lambda.ts';
import { handler as notifications } from '../../../lambdas/notifications/notifications.lambda.ts';
import { handler as costs } from '../../../lambdas/costs/costs.lambda.ts';
import { handler as announceOutcome } from '../../../lambdas/training-workflow/announce-outcome.lambda.ts';
import { handler as cleanUp } from '../../../lambdas/training-workflow/clean-up.lambda.ts';
import { handler as dispatchOutbox } from '../../../lambdas/training-workflow/dispatch-outbox.lambda.ts';
import { handler as observeRun } from '../../../lambdas/training-workflow/observe-run.lambda.ts';
import { handler as prepareRun } from '../../../lambdas/training-workflow/prepare-run.lambda.ts';
import { handler as publishModel } from '../../../lambdas/training-workflow/publish-model.lambda.ts';
import { handler as settleCosts } from '../../../lambdas/training-workflow/settle-costs.lambda.ts';
import { handler as submitRun } from '../../../lambdas/training-workflow/submit-run.lambda.ts';
import { handler as sweepUnfinished } from '../../../lambdas/training-workflow/sweep-unfinished.lambda.ts';
import type { HttpHandler } from '../../../lambdas/runtime/serve.ts';

export const STEP_FUNCTIONS: Readonly<Record<Step, (event: unknown) => Promise<unknown>>> = {
  'prepare-run': prepareRun,
  'submit-run': submitRun,
  'observe-run': observeRun,
  'publish-model': publishModel,
  'settle-costs': settleCosts,
  'announce-outcome': announceOutcome,
  'clean-up': cleanUp,
};
export const EVENT_FUNCTIONS = {
  'deliver-notification': deliverNotification,
  'send-email': sendEmail,
  'authorize-run': authorizeRun,
  'dispatch-outbox': dispatchOutbox,
  'validate-dataset': validateDataset,
  'sweep-unfinished': sweepUnfinished,
} as const;
export const API_FUNCTIONS: Readonly<Record<string, HttpHandler>> = {
  datasets,
  'training-jobs': trainingJobs,
  runs,
  metrics,
  models,
  notifications,
  costs,
};

const CLUSTER_URL = 'http://ray.simulation.test:8265';
export const TABLES = { core: 'core', telemetry: 'telemetry', ephemeral: 'ephemeral' } as const;
export const BUCKETS = { datasets: 'simulated-datasets', models: 'simulated-models' } as const;

export const ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIASIMULATED0000000',
  AWS_SECRET_ACCESS_KEY: 'of-no-account-anywhere',
  CORE_TABLE: TABLES.core,
  TELEMETRY_TABLE: TABLES.telemetry,
  EPHEMERAL_TABLE: TABLES.ephemeral,
  DATASETS_BUCKET: BUCKETS.datasets,
  MODELS_BUCKET: BUCKETS.models,
  STAGE: 'prod',
  GPU_TYPES: 'nvidia-a100-80gb',
  BASE_MODELS: 'brightrun/tiny-base',
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: '500000000',
  PLATFORM_MONTHLY_BUDGET_USD_MICROS: '20000000000',
  WEB_ORIGIN: 'https://brightrun.example.com',
  EMAIL_FROM: 'brightrun@example.com',
  USER_POOL_ID: 'pool',
  VALIDATION_QUEUE_URL: 'https://queue.simulation.test/validation',
  TRAINING_WORKFLOW_ARN: 'arn:aws:states:eu-central-1:111122223333:stateMachine:training-workflow',
  OUTCOMES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:outcomes',
  RUN_TOKEN_SECRET_ARN: 'run-token-key',
  GPU_CLUSTER_API_KEY_SECRET_ARN: 'cluster-key',
  GPU_CLUSTER_API_URL: CLUSTER_URL,
  RUNS_API_URL: 'https://runs.simulation.test/v1',
  REPORT_SECONDS: '30',
};
