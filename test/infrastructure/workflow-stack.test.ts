/** What carries a job: queues, the stream, the schedule and the two state machines, as AWS will read them. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { GIVEN_UP } from '../../lambdas/datasets/validation-queue.ts';
import { TRY_SECONDS } from '../../lambdas/datasets/version-lease.ts';
import { CLUSTER_SILENT } from '../../lambdas/training-workflow/circuit.ts';
import { STEPS } from '../../lambdas/training-workflow/steps.ts';
import { STOP_OVERDUE } from '../../lambdas/training-workflow/stop-watch.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { LAMBDA_BUSY, stepThrew } from '../../lib/retry-policies.ts';
import { readStage } from '../../lib/stage.ts';
import {
  LOOKS_PER_WINDOW,
  PASSES_PER_EXECUTION,
  PARENT_STEPS,
  pollWindow,
  trainingWorkflow,
} from '../../lib/training-workflow.ts';
import { resource, resources, synthesized } from './synthesized.ts';

const { workflow } = synthesized('production').templates;
const stage = readStage('prod', () => undefined, {});

const functions = Object.fromEntries(STEPS.map((step) => [step, `function of ${step}`])) as Record<
  (typeof STEPS)[number],
  string
>;
const State = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string(), Condition: z.string() })).optional(),
  Catch: z
    .array(z.looseObject({ Next: z.string(), ErrorEquals: z.array(z.string()), Assign: z.unknown() }))
    .optional(),
  Retry: z.array(z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.number() })).optional(),
});
const statesOf = ({ States }: { States: unknown }) => z.record(z.string(), State).parse(States);
const parent = statesOf(
  trainingWorkflow({ functions, pollWindowArn: 'child', trainingWorkflowArn: 'parent' }, stage),
);
const child = statesOf(pollWindow({ functions }, stage));
const callsFunction = (state: z.infer<typeof State>) => state.Resource === 'arn:aws:states:::lambda:invoke';

/** History events: facts.md §2, an optimized Lambda task is 5, a wait or a choice 2; `.sync:2` and a pass as measured. */
const EVENTS = { task: 5, wait: 2, choice: 2, retry: 3, window: 8 };
const HISTORY_LIMIT = 25_000;

describe('the state machines', () => {
  test('a state that calls a function is named as its step, its file and its function', () => {
    const calling = [...Object.entries(parent), ...Object.entries(child)].filter(([, state]) =>
      callsFunction(state),
    );
    expect(calling.map(([name]) => name).sort()).toEqual([...STEPS].sort());
    for (const [name, state] of calling) {
      expect(existsSync(`lambdas/training-workflow/${name}.lambda.ts`)).toBe(true);
      expect(state).toMatchObject({ Arguments: { FunctionName: `function of ${name}` } });
    }
  });

  test('every successor a step can name leads somewhere, and an unknown one ends loudly', () => {
    const route = parent['route'];
    const reached = new Set(route?.Choices?.map(({ Next }) => Next));
    for (const step of PARENT_STEPS) expect(reached).toContain(step);
    expect(reached).toContain('poll-window');
    expect(reached).toContain('done');
    expect(route?.Default).toBe('not-a-step');
    expect(parent['not-a-step']).toMatchObject({ Type: 'Fail' });
  });

  test('every state that is named exists', () => {
    for (const states of [parent, child]) {
      for (const state of Object.values(states)) {
        const named = [
          state.Next,
          state.Default,
          ...(state.Choices ?? []).map(({ Next }) => Next),
          ...(state.Catch ?? []).map(({ Next }) => Next),
        ].filter((name) => name !== undefined);
        for (const name of named) expect(states).toHaveProperty(name);
      }
    }
  });

  test('what a step cannot foresee still settles costs, announces and cleans up', () => {
    for (const step of ['prepare-run', 'submit-run', 'publish-model'] as const) {
      expect(parent[step]?.Catch).toEqual([
        { ErrorEquals: ['States.ALL'], Assign: { unexpectedIn: step }, Next: 'settle-costs' },
      ]);
    }
    expect(parent['poll-window']?.Catch).toEqual([
      { ErrorEquals: ['States.ALL'], Assign: { unexpectedIn: 'observe-run' }, Next: 'settle-costs' },
    ]);
  });

  test('nothing catches by an error’s name: a step returns what it foresees', () => {
    for (const state of [...Object.values(parent), ...Object.values(child)]) {
      for (const { ErrorEquals } of state.Catch ?? []) expect(ErrorEquals).toEqual(['States.ALL']);
    }
  });

  test('every call of a function is repeated, first where Lambda itself stumbled', () => {
    for (const state of [...Object.values(parent), ...Object.values(child)].filter(callsFunction)) {
      expect(state.Retry).toEqual([LAMBDA_BUSY, stepThrew(stage)]);
      expect(state).toMatchObject({ TimeoutSeconds: 90 });
    }
  });

  test('a window of looks with a third of them failing stays far under the history AWS keeps', () => {
    const look = EVENTS.task + EVENTS.choice + EVENTS.wait;
    const failing = EVENTS.retry * (LAMBDA_BUSY.MaxAttempts + stepThrew(stage).MaxAttempts);
    expect(LOOKS_PER_WINDOW * (look + failing / 3)).toBeLessThan(HISTORY_LIMIT / 2);
  });

  test('a window is at most four hours', () => {
    expect((LOOKS_PER_WINDOW * Math.max(...Object.values(stage.pollSeconds))) / 3600).toBeLessThanOrEqual(4);
  });

  test('a job of 14 days needs no second execution, and one that would is handed over in time', () => {
    const pass = EVENTS.window + EVENTS.choice;
    const shortestWindowSeconds = LOOKS_PER_WINDOW * Math.min(...Object.values(stage.pollSeconds));
    expect((LIMITS.jobDays * 86_400) / shortestWindowSeconds).toBeLessThan(PASSES_PER_EXECUTION);
    expect(PASSES_PER_EXECUTION * pass).toBeLessThan(HISTORY_LIMIT);
    const handOver = parent['route']?.Choices?.findIndex(({ Next }) => Next === 'hand-over') ?? -1;
    const window = parent['route']?.Choices?.findIndex(({ Next }) => Next === 'poll-window') ?? -1;
    expect(handOver).toBeGreaterThanOrEqual(0);
    expect(handOver).toBeLessThan(window);
  });

  test('only ids and waits travel between states', () => {
    for (const state of [...Object.values(parent), ...Object.values(child)].filter(callsFunction)) {
      expect(
        Object.keys(z.object({ Payload: z.looseObject({}) }).parse(state['Arguments']).Payload).sort(),
      ).toEqual(['jobId', 'owner', 'pollSeconds', 'unexpectedIn']);
      expect(Object.keys(z.looseObject({}).parse(state['Output'])).sort()).toEqual(['next', 'waitSeconds']);
    }
  });

  test('each is deployed traced and logged without its data, and the parent may run and stop the child', () => {
    for (const machine of resources(workflow, 'AWS::StepFunctions::StateMachine')) {
      expect(machine.Properties).toMatchObject({
        StateMachineType: 'STANDARD',
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: expect.objectContaining({ Level: 'ALL', IncludeExecutionData: false }),
      });
    }
    const policy = JSON.stringify(
      resource(workflow, 'AWS::IAM::Policy', 'trainingworkflowRole').Properties['PolicyDocument'],
    );
    for (const action of [
      'states:StartExecution',
      'states:StopExecution',
      'states:DescribeExecution',
      'events:PutRule',
    ]) {
      expect(policy).toContain(action);
    }
    expect(policy).toContain('rule/StepFunctionsGetEventsForStepFunctionsExecutionRule');
  });
});

describe('the outbox', () => {
  const mapping = resources(workflow, 'AWS::Lambda::EventSourceMapping').find(
    ({ Properties }) => 'StartingPosition' in Properties,
  );

  test('a poison record is split off, tried five times more and kept, while the others flow', () => {
    expect(mapping?.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 6 * 3600,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    });
  });

  test('only rows put into the outbox call a function', () => {
    const { FilterCriteria } = z
      .object({ FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }) })
      .parse(mapping?.Properties);
    expect(FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern))).toEqual([
      { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'OUTBOX#' }] } } } },
    ]);
  });
});

describe('validation', () => {
  const queue = resource(workflow, 'AWS::SQS::Queue', 'ValidationQueue');
  const validator = resource(workflow, 'AWS::Lambda::Function', 'validatedataset');

  test('a dataset is not checked twice at a time, and after three tries somebody is told', () => {
    expect(Number(queue.Properties['VisibilityTimeout'])).toBeGreaterThan(
      Number(validator.Properties['Timeout']),
    );
    expect(queue.Properties['RedrivePolicy']).toMatchObject({ maxReceiveCount: 3 });
  });

  test('only a dataset’s two files trigger a check', () => {
    expect(
      resource(workflow, 'AWS::Events::Rule', 'DatasetUploaded').Properties['EventPattern'],
    ).toMatchObject({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { object: { key: [{ suffix: '/data.jsonl' }, { suffix: '/validation.jsonl' }] } },
    });
  });

  test('a check has two cores, and time to end by itself before it is ended', () => {
    const { Properties } = resources(workflow, 'AWS::Lambda::Function').find(
      ({ Properties: { Description } }) => String(Description).endsWith('validate-dataset'),
    )!;
    expect(Properties['MemorySize']).toBe(3538);
    expect(Number(Properties['Timeout'])).toBeGreaterThanOrEqual(TRY_SECONDS + 120);
    expect(Number(Properties['Timeout'])).toBeLessThanOrEqual(900);
    expect(Properties).not.toHaveProperty('EphemeralStorage');
  });

  test('a version that is given up is counted by what the log says of it', () => {
    const filter = resource(workflow, 'AWS::Logs::MetricFilter', 'validatedataset');
    // Lambda puts the one object that is logged under `message`, and its own sentence stands there again.
    expect(filter.Properties['FilterPattern']).toBe(`{ $.message.message = "${GIVEN_UP}" }`);
  });

  test('checks leave the account’s concurrency to the API', () => {
    const mapping = resources(workflow, 'AWS::Lambda::EventSourceMapping').find(
      ({ Properties }) => 'ScalingConfig' in Properties,
    );
    expect(mapping?.Properties).toMatchObject({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

test.each([
  ['a run that does not stop', 'OverdueStops', STOP_OVERDUE],
  ['a cluster that does not answer', 'SilentCluster', CLUSTER_SILENT],
])('%s is one metric of all steps that speak to the cluster', (_, metricName, sentence) => {
  const filters = resources(workflow, 'AWS::Logs::MetricFilter').filter(({ Properties }) =>
    JSON.stringify(Properties).includes(`"${metricName}"`),
  );
  expect(filters.map(({ id }) => id.replace(/Logs.*$/, '')).sort()).toEqual(
    ['cleanup', 'observerun', 'submitrun'].sort(),
  );
  for (const { Properties } of filters) {
    expect(Properties).toMatchObject({
      FilterPattern: `{ $.message.message = "${sentence}" }`,
      MetricTransformations: [
        { MetricName: metricName, MetricNamespace: 'BrightRun/prod', MetricValue: '1' },
      ],
    });
  }
});

test('unfinished work is looked for every five minutes', () => {
  expect(resource(workflow, 'AWS::Events::Rule', 'SweepUnfinished').Properties).toMatchObject({
    ScheduleExpression: 'rate(5 minutes)',
    State: 'ENABLED',
  });
});

test('whatever cannot be delivered is kept for two weeks: events, stream records, messages, outcomes', () => {
  const kept = resources(workflow, 'AWS::SQS::Queue').filter(({ id }) => !id.startsWith('ValidationQueue'));
  expect(kept).toHaveLength(4);
  for (const queue of kept) expect(queue.Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
  for (const rule of resources(workflow, 'AWS::Events::Rule')) {
    expect(rule.Properties['Targets']).toEqual([
      expect.objectContaining({ DeadLetterConfig: expect.anything() }),
    ]);
  }
  const subscriptions = resources(workflow, 'AWS::SNS::Subscription');
  expect(subscriptions).toHaveLength(2);
  for (const subscription of subscriptions) expect(subscription.Properties).toHaveProperty('RedrivePolicy');
});

test('queues and topics refuse what does not come by TLS', () => {
  const policies = [
    ...resources(workflow, 'AWS::SQS::QueuePolicy'),
    ...resources(workflow, 'AWS::SNS::TopicPolicy'),
  ].filter(({ Properties }) => JSON.stringify(Properties).includes('"aws:SecureTransport":"false"'));
  expect(policies).toHaveLength(resources(workflow, 'AWS::SQS::Queue').length + 1);
});

test('mail leaves from the stage’s address alone', () => {
  const policy = JSON.stringify(resource(workflow, 'AWS::IAM::Policy', 'sendemail').Properties);
  expect(policy).toContain('"StringEquals":{"ses:FromAddress":"brightrun@example.com"}');
});
