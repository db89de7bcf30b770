/**
 * How the workflow repeats what failed. Steps return their outcome; what reaches these was thrown. Each policy has a
 * name and a total wait: what it outlives. With full jitter a pause is anything up to its length, so the total is the
 * most that is waited, and half of it the mean.
 */
import type { Stage } from './stage.ts';

export interface RetryPolicy {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: 'FULL';
}

type Patience = Pick<Stage, 'stepRetries'>;

/** Lambda itself had no room or stumbled: the step did not run. Outlives a burst against the account's concurrency. */
export const LAMBDA_BUSY: RetryPolicy = {
  ErrorEquals: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
  ],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 6,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};
/** 2 + 4 + 8 + 16 + 32 + 60 s: two minutes. */
export const LAMBDA_BUSY_WAIT_SECONDS = 122;

/**
 * The step threw or timed out: a table throttles, a network is gone, or a bug. Every step can be repeated, so it is,
 * before anything is given up.
 */
export const stepThrew = ({ stepRetries }: Patience): RetryPolicy => ({
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: stepRetries.firstPauseSeconds,
  BackoffRate: 2,
  MaxAttempts: stepRetries.tries,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
});
/** In AWS 30 + 60 + 120 + 240 + 300 + 300 s: 17½ minutes. Here 2 + 4 + 8 s. */
export const STEP_THREW_WAIT_SECONDS = { local: 14, dev: 1050, prod: 1050 } as const satisfies Waits;

/**
 * A whole window of polls broke. A run is paid for and may be perfectly well, so two more windows are tried
 * (each with the patience above: close to an hour together) before the job is given up.
 */
export const windowBroke = ({ stepRetries }: Patience): RetryPolicy => ({
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: stepRetries.firstPauseSeconds,
  BackoffRate: 2,
  MaxAttempts: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
});
/** In AWS 30 + 60 s between windows. Here 2 + 4 s. */
export const WINDOW_BROKE_WAIT_SECONDS = { local: 6, dev: 90, prod: 90 } as const satisfies Waits;

type Waits = Readonly<Record<Stage['name'], number>>;

/** Every policy of the two state machines, by the name the picture of the workflow shows. */
export const retryPolicies = (stage: Patience): Readonly<Record<string, RetryPolicy>> => ({
  'Lambda busy': LAMBDA_BUSY,
  'step threw': stepThrew(stage),
  'window broke': windowBroke(stage),
});

/** The pauses of a policy at their longest, in seconds, in order. */
export function pausesOf({
  IntervalSeconds,
  BackoffRate,
  MaxAttempts,
  MaxDelaySeconds,
}: RetryPolicy): number[] {
  return Array.from({ length: MaxAttempts }, (_, retry) =>
    Math.min(IntervalSeconds * BackoffRate ** retry, MaxDelaySeconds),
  );
}

/** What a policy waits at most before it gives up, in seconds; the tries themselves come on top. */
export const totalWaitSeconds = (policy: RetryPolicy): number =>
  pausesOf(policy).reduce((sum, pause) => sum + pause, 0);
