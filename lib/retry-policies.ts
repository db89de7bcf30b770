/** How the workflow repeats what failed. Steps return their outcome; what reaches these was thrown. */
import type { Stage } from './stage.ts';

export interface RetryPolicy {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: 'FULL';
}

/**
 * Lambda itself had no room or stumbled: the step did not run. 2 + 4 + 8 + 16 + 32 + 60 s, two minutes in all,
 * which outlives a burst of starts against the account's concurrency.
 */
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

/**
 * The step threw or timed out: a table throttles, a network is gone, or a bug. Every step can be repeated, so it is:
 * in production 30 + 60 + 120 + 240 + 300 + 300 s, 17 minutes, before anything is given up.
 */
export const stepThrew = ({ stepRetries }: Pick<Stage, 'stepRetries'>): RetryPolicy => ({
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: stepRetries.firstPauseSeconds,
  BackoffRate: 2,
  MaxAttempts: stepRetries.tries,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
});

/**
 * A whole window of polls broke. A run is paid for and may be perfectly well, so two more windows are tried
 * (each with the patience above: close to an hour together) before the job is given up.
 */
export const windowBroke = ({ stepRetries }: Pick<Stage, 'stepRetries'>): RetryPolicy => ({
  ErrorEquals: ['States.ALL'],
  IntervalSeconds: stepRetries.firstPauseSeconds,
  BackoffRate: 2,
  MaxAttempts: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
});
