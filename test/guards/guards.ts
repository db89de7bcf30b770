/** Every guard of the workflow, by what it belongs to. */
import { CLUSTER_GUARDS } from './guards/cluster.ts';
import { JOB_GUARDS } from './guards/jobs.ts';
import { RUN_GUARDS } from './guards/runs.ts';
import { RUNTIME_GUARDS } from './guards/runtime.ts';
import { WORKFLOW_GUARDS } from './guards/workflow.ts';

export const GUARDS = [
  ...JOB_GUARDS,
  ...WORKFLOW_GUARDS,
  ...CLUSTER_GUARDS,
  ...RUN_GUARDS,
  ...RUNTIME_GUARDS,
];
