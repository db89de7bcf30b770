/** The table of the failure doctor: one row a class. Of two rows that match one line the earlier wins. */
import type { FailureRule } from './failure-rule.ts';
import { BY_CODE } from './rules/by-code.ts';
import { CLUSTER_AND_NETWORK } from './rules/cluster-and-network.ts';
import { MEMORY_AND_GPU } from './rules/memory-and-gpu.ts';
import { MODEL_AND_DATA } from './rules/model-and-data.ts';

export const FAILURE_RULES: readonly FailureRule[] = [
  ...MEMORY_AND_GPU,
  ...MODEL_AND_DATA,
  ...CLUSTER_AND_NETWORK,
  ...BY_CODE,
];

/** Where no row matches: the line is shown, and nothing is claimed. */
export const UNKNOWN: Pick<FailureRule, 'cause' | 'advice'> = {
  cause: 'This failure is not one that BrightRun knows. The line of the log says more than we can.',
  advice: [
    'Read the log around this line.',
    'Try again: the run goes on from its newest checkpoint where there is one.',
  ],
};
