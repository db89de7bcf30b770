/** The two state machines of the training workflow: one for the course of a job and one for the long wait. */
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Step } from '../lambdas/training-workflow/steps.ts';
import type { Stage } from './stage.ts';
import {
  PARENT_STEPS,
  pollWindow,
  trainingWorkflow,
  type StateMachineDefinition,
} from './training-workflow.ts';

export interface TrainingMachines {
  readonly trainingWorkflow: StateMachine;
  readonly pollWindow: StateMachine;
  /** Every execution of the workflow, as policies name them. */
  readonly executions: string;
}

/** `functions` are the ARNs of the steps' functions. */
export function trainingMachines(
  stack: Stack,
  stage: Stage,
  functions: Readonly<Record<Step, string>>,
): TrainingMachines {
  const window = stateMachine(stack, 'poll-window', stage, pollWindow({ functions }, stage));
  mayCall(window, [functions['observe-run']]);
  const name = `brightrun-${stage.name}-training-workflow`;
  // Written by hand: a state machine cannot refer to itself.
  const trainingWorkflowArn = statesArn(stack, 'stateMachine', name);
  const workflow = stateMachine(
    stack,
    'training-workflow',
    stage,
    trainingWorkflow({ functions, pollWindowArn: window.stateMachineArn, trainingWorkflowArn }, stage),
    name,
  );
  mayCall(
    workflow,
    PARENT_STEPS.map((step) => functions[step]),
  );
  mayRunWindows(stack, workflow, window);
  // For handing over to a fresh execution of itself.
  may(workflow, ['states:StartExecution'], [trainingWorkflowArn]);
  return {
    trainingWorkflow: workflow,
    pollWindow: window,
    executions: `${statesArn(stack, 'execution', name)}:*`,
  };
}

function stateMachine(
  stack: Stack,
  id: string,
  stage: Stage,
  definition: StateMachineDefinition,
  stateMachineName?: string,
): StateMachine {
  return new StateMachine(stack, id, {
    ...(stateMachineName ? { stateMachineName } : {}),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
    tracingEnabled: true,
    logs: {
      // Only ids travel between states, but a payload is no thing for a log.
      includeExecutionData: false,
      level: LogLevel.ALL,
      destination: new LogGroup(stack, `${id}-logs`, {
        // Log groups of this name prefix need no resource policy, of which an account has ten.
        logGroupName: `/aws/vendedlogs/states/brightrun-${stage.name}-${id}`,
        retention: stage.logRetentionDays satisfies RetentionDays as RetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    },
  });
}

/** What `startExecution.sync:2` needs besides starting: to see and stop the child, and the rule it listens with. */
function mayRunWindows(stack: Stack, workflow: StateMachine, window: StateMachine): void {
  may(workflow, ['states:StartExecution'], [window.stateMachineArn]);
  may(
    workflow,
    ['states:DescribeExecution', 'states:StopExecution'],
    [`${statesArn(stack, 'execution', window.stateMachineName)}:*`],
  );
  may(
    workflow,
    ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
    [
      stack.formatArn({
        service: 'events',
        resource: 'rule',
        resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
      }),
    ],
  );
}

/** This version of the functions and no other: the ready-made grant opens every one. */
function mayCall(machine: StateMachine, functions: string[]): void {
  may(machine, ['lambda:InvokeFunction'], functions);
}

function may(machine: StateMachine, actions: string[], resources: string[]): void {
  machine.addToRolePolicy(new PolicyStatement({ actions, resources }));
}

function statesArn(stack: Stack, kind: 'stateMachine' | 'execution', name: string): string {
  return `arn:${stack.partition}:states:${stack.region}:${stack.account}:${kind}:${name}`;
}
