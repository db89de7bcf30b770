/**
 * The two state machines as data, in the Amazon States Language. Pure: names and addresses come in, JSON goes out.
 *
 * `training-workflow` walks a job from step to step. Each step returns `{ next, waitSeconds }`
 * (lambdas/training-workflow/steps.ts) and `route` goes there: what may follow what is decided in the steps,
 * in one place, and tested there. `poll-window` holds the long part, looking at the cluster again and again.
 */
import {
  LONGEST_POLL_SECONDS,
  STEPS,
  type PollSeconds,
  type Step,
} from '../lambdas/training-workflow/steps.ts';
import { LAMBDA_BUSY, stepThrew, windowBroke } from './retry-policies.ts';
import type { Stage } from './stage.ts';

/**
 * Looks per window. A look is nine history events (task 5, choice 2, wait 2), so a window has about 1,100 of the
 * 25,000 allowed, and every retry of every single look still fits. At 120 s a window is four hours, at 60 s two:
 * that is also how long a job stays on a definition that was replaced in the meantime.
 */
export const LOOKS_PER_WINDOW = 120;

/**
 * Passes of one parent execution before it hands over to a fresh one. A window or a repeated submission is at most
 * ten events there, so 2,000 passes stay under 20,000 of 25,000; a job of 14 days needs 84 to 336 windows.
 */
export const PASSES_PER_EXECUTION = 2_000;

/** A function may run a minute; half a minute more covers its start. */
const STEP_TIMEOUT_SECONDS = 90;
/** Twice the longest window there can be: it only ends a child that hangs. */
const WINDOW_TIMEOUT_SECONDS = 2 * LOOKS_PER_WINDOW * LONGEST_POLL_SECONDS;

/** The steps that the parent calls itself. */
export const PARENT_STEPS = STEPS.filter((step) => step !== 'observe-run');

export interface WorkflowAddresses {
  /** Function name or ARN of each step. */
  readonly functions: Readonly<Record<Step, string>>;
  readonly pollWindowArn: string;
  /** Of the parent itself, for handing over. */
  readonly trainingWorkflowArn: string;
}

export type StateMachineDefinition = {
  readonly Comment: string;
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly States: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const evaluate = (expression: string) => `{% ${expression} %}`;
const OUTCOME = {
  next: evaluate('$states.result.Payload.next'),
  waitSeconds: evaluate('$states.result.Payload.waitSeconds'),
};

/** After the job's money is settled there is nothing to fail into: these end the execution, and the sweeper repairs. */
const LAST_STEPS: readonly Step[] = ['settle-costs', 'announce-outcome', 'clean-up'];

function stepTask(
  step: Step,
  addresses: WorkflowAddresses,
  stage: Pick<Stage, 'stepRetries' | 'pollSeconds'>,
) {
  const pollSeconds: PollSeconds = stage.pollSeconds;
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: {
      FunctionName: addresses.functions[step],
      Payload: {
        owner: evaluate('$owner'),
        jobId: evaluate('$jobId'),
        pollSeconds,
        unexpectedIn: evaluate('$unexpectedIn'),
      },
    },
    Output: OUTCOME,
    TimeoutSeconds: STEP_TIMEOUT_SECONDS,
    Retry: [LAMBDA_BUSY, stepThrew(stage)],
  };
}

const giveUpAt = (step: Step) => ({
  Catch: [{ ErrorEquals: ['States.ALL'], Assign: { unexpectedIn: step }, Next: 'settle-costs' }],
});

/** The job's own course. Started with `{ owner, jobId }`, always at `prepare-run`. */
export function trainingWorkflow(
  addresses: WorkflowAddresses,
  stage: Pick<Stage, 'stepRetries' | 'pollSeconds'>,
): StateMachineDefinition {
  const states: Record<string, Readonly<Record<string, unknown>>> = {
    begin: {
      Type: 'Pass',
      Assign: {
        owner: evaluate('$states.input.owner'),
        jobId: evaluate('$states.input.jobId'),
        generation: evaluate('$exists($states.input.generation) ? $states.input.generation : 0'),
        passes: 0,
        unexpectedIn: null,
      },
      Next: 'prepare-run',
    },
  };
  for (const step of PARENT_STEPS) {
    states[step] = {
      ...stepTask(step, addresses, stage),
      ...(LAST_STEPS.includes(step) ? {} : giveUpAt(step)),
      Next: 'route',
    };
  }
  states['poll-window'] = {
    Comment: 'A child execution that looks at the run for up to four hours.',
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: {
      StateMachineArn: addresses.pollWindowArn,
      Input: {
        owner: evaluate('$owner'),
        jobId: evaluate('$jobId'),
        waitSeconds: evaluate('$states.input.waitSeconds'),
        // Lets Step Functions show parent and child as one.
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: evaluate('$states.context.Execution.Id'),
      },
    },
    Output: {
      next: evaluate('$states.result.Output.next'),
      waitSeconds: evaluate('$states.result.Output.waitSeconds'),
    },
    TimeoutSeconds: WINDOW_TIMEOUT_SECONDS,
    Retry: [windowBroke(stage)],
    ...giveUpAt('observe-run'),
    Next: 'route',
  };
  states['route'] = {
    Type: 'Choice',
    Choices: [
      { Condition: evaluate("$states.input.next = 'done'"), Next: 'done' },
      { Condition: evaluate(`$passes >= ${PASSES_PER_EXECUTION}`), Next: 'hand-over' },
      {
        Condition: evaluate("$states.input.next = 'observe-run'"),
        Assign: { passes: evaluate('$passes + 1') },
        Next: 'poll-window',
      },
      { Condition: evaluate('$states.input.waitSeconds > 0'), Next: 'pause' },
      ...PARENT_STEPS.map((step) => ({
        Condition: evaluate(`$states.input.next = '${step}'`),
        Assign: { passes: evaluate('$passes + 1') },
        Next: step,
      })),
    ],
    Default: 'not-a-step',
  };
  states['pause'] = {
    Type: 'Wait',
    Seconds: evaluate('$states.input.waitSeconds'),
    Output: { next: evaluate('$states.input.next'), waitSeconds: 0 },
    Next: 'route',
  };
  states['hand-over'] = {
    Comment: 'A fresh execution goes on before the history of this one is full.',
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution',
    Arguments: {
      StateMachineArn: addresses.trainingWorkflowArn,
      Name: evaluate("$jobId & '-generation-' & $string($generation + 1)"),
      Input: {
        owner: evaluate('$owner'),
        jobId: evaluate('$jobId'),
        generation: evaluate('$generation + 1'),
      },
    },
    Retry: [stepThrew(stage)],
    Next: 'done',
  };
  states['not-a-step'] = {
    Type: 'Fail',
    Error: 'not-a-step',
    Cause: 'A step named a successor that this definition does not have.',
  };
  states['done'] = { Type: 'Succeed' };
  return {
    Comment: 'The course of one training job',
    QueryLanguage: 'JSONata',
    StartAt: 'begin',
    States: states,
  };
}

/** Looks at one run until its state asks for another step, or the window is over. */
export function pollWindow(
  addresses: Pick<WorkflowAddresses, 'functions'>,
  stage: Pick<Stage, 'stepRetries' | 'pollSeconds'>,
): StateMachineDefinition {
  return {
    Comment: 'A window of looks at one training run, at most four hours',
    QueryLanguage: 'JSONata',
    StartAt: 'begin',
    States: {
      begin: {
        Type: 'Pass',
        Assign: {
          owner: evaluate('$states.input.owner'),
          jobId: evaluate('$states.input.jobId'),
          unexpectedIn: null,
          looks: 0,
        },
        Output: { waitSeconds: evaluate('$states.input.waitSeconds') },
        Next: 'wait',
      },
      wait: {
        Type: 'Wait',
        Seconds: evaluate('$states.input.waitSeconds'),
        Next: 'observe-run',
      },
      'observe-run': {
        ...stepTask('observe-run', { ...addresses, pollWindowArn: '', trainingWorkflowArn: '' }, stage),
        Assign: { looks: evaluate('$looks + 1') },
        Next: 'again',
      },
      again: {
        Type: 'Choice',
        Choices: [
          {
            Condition: evaluate(`$states.input.next = 'observe-run' and $looks < ${LOOKS_PER_WINDOW}`),
            Next: 'wait',
          },
        ],
        Default: 'window-over',
      },
      // The execution's output is its last state's: the outcome, for the parent to route.
      'window-over': { Type: 'Pass', End: true },
    },
  };
}
