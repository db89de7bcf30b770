import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { GIVEN_UP } from '../lambdas/datasets/validation-queue.ts';
import { CLUSTER_SILENT } from '../lambdas/training-workflow/circuit.ts';
import { STEPS, type Step } from '../lambdas/training-workflow/steps.ts';
import { STOP_OVERDUE } from '../lambdas/training-workflow/stop-watch.ts';
import { offers, setting, type Grant } from './constructs/grant.ts';
import { OutcomeTopic } from './constructs/outcome-topic.ts';
import { ServiceFunction, type ServiceFunctionProps } from './constructs/service-function.ts';
import type { DataStack } from './data-stack.ts';
import type { Stage } from './stage.ts';
import { trainingMachines } from './training-machines.ts';

export interface WorkflowStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
}

/** A step runs a minute at most; the slowest checks a manifest of 5 GB against checksums S3 already has. */
const STEP_TIMEOUT = Duration.seconds(60);
/**
 * A try ends by itself after six minutes (TRY_SECONDS in lambdas/datasets/version-lease.ts), at the next progress it
 * makes. Four more for what makes none, such as the last part of a file: then something hangs.
 */
const VALIDATION_TIMEOUT = Duration.minutes(10);
/** 1,769 MB are one core (facts.md §2): the check uses two, and a third has nothing to do while S3 sends the file. */
const VALIDATION_MEMORY_MB = 2 * 1769;
/** glibc keeps freed memory in up to eight arenas a core: with two the check peaks lower and is no slower. */
export const VALIDATION_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** They call the GPU cluster, and join its VPC where it has one. */
const SPEAK_TO_CLUSTER: readonly Step[] = ['submit-run', 'observe-run', 'clean-up'];

/** What runs behind the API: checking datasets, training jobs, telling people. */
export class WorkflowStack extends Stack {
  readonly validationQueue: Queue;
  readonly outcomes: OutcomeTopic;
  readonly trainingWorkflow: StateMachine;
  readonly pollWindow: StateMachine;
  /** Messages nobody could take; each is something a person waits for. */
  readonly deadLetters: Readonly<Record<'validation' | 'dispatch' | 'background', Queue>>;
  readonly functions: Readonly<Record<string, ServiceFunction>>;
  /** Checks and repairs of which no further try is made. */
  readonly givenUpVersions: IMetric;
  /** Looks that found a run alive five minutes after it was asked to stop. */
  readonly overdueStops: IMetric;
  /** Calls that a silent cluster did not answer, of all jobs together at most one in fifteen seconds. */
  readonly silentCluster: IMetric;

  constructor(scope: Construct, id: string, props: WorkflowStackProps) {
    super(scope, id, props);
    const { stage, data } = props;
    const functions: Record<string, ServiceFunction> = {};
    const addFunction = (name: string, rest: Omit<ServiceFunctionProps, 'stage'>) =>
      (functions[name] = new ServiceFunction(this, name, { stage, ...rest }));

    const deadLetters = (name: string) =>
      new Queue(this, name, {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: Duration.days(14),
      });
    this.deadLetters = {
      validation: deadLetters('UnvalidatedDatasets'),
      dispatch: deadLetters('UndispatchedRecords'),
      background: deadLetters('MissedEvents'),
    };

    // Datasets: both an object's event and our own message lead to the same idempotent work.
    this.validationQueue = new Queue(this, 'ValidationQueue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Longer than the function may run, or one dataset is checked twice at a time. Who works on a version has it
      // looked at again within 95 s of his death (lambdas/datasets/heart.ts), so nobody waits for this.
      visibilityTimeout: VALIDATION_TIMEOUT.plus(Duration.minutes(1)),
      deadLetterQueue: { queue: this.deadLetters.validation, maxReceiveCount: 3 },
    });
    new Rule(this, 'DatasetUploaded', {
      description: 'A dataset or its validation file arrived; reports and other files do not trigger a check',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [data.datasets.bucket.bucketName] },
          object: { key: [{ suffix: '/data.jsonl' }, { suffix: '/validation.jsonl' }] },
        },
      },
      targets: [new SqsQueue(this.validationQueue, { deadLetterQueue: this.deadLetters.background })],
    });
    const validate = addFunction('validate-dataset', {
      entry: 'datasets/validate-dataset',
      timeout: VALIDATION_TIMEOUT,
      memoryMb: VALIDATION_MEMORY_MB,
      may: [
        data.core.reads(),
        data.core.writes(),
        data.datasets.reads('datasets/'),
        data.datasets.writes('datasets/'),
        // What was written of a dataset that was deleted meanwhile goes with it.
        data.datasets.deletes('datasets/'),
        // Has itself looked after, and its next try made.
        this.mayValidate(),
        // Tokens are counted for one of them.
        setting('BASE_MODELS', stage.baseModels.join(',')),
        { environment: VALIDATION_ENVIRONMENT, statements: [] },
      ],
    });
    this.givenUpVersions = validate.counts('GivenUpVersions', GIVEN_UP, stage);
    validate.function.addEventSource(
      // Ten datasets at a time leave the account's concurrency to the API.
      new SqsEventSource(this.validationQueue, {
        batchSize: 1,
        maxConcurrency: 10,
        reportBatchItemFailures: true,
      }),
    );

    // Outcomes: told once, heard by each listener on its own.
    this.outcomes = new OutcomeTopic(this, 'outcomes');
    this.outcomes.tells(
      addFunction('deliver-notification', {
        entry: 'notifications/deliver-notification',
        timeout: Duration.seconds(15),
        undeliverable: this.outcomes.undelivered,
        may: [data.ephemeral.reads(), data.ephemeral.writes()],
      }),
    );
    this.outcomes.tells(
      addFunction('send-email', {
        entry: 'notifications/send-email',
        timeout: Duration.seconds(30),
        undeliverable: this.outcomes.undelivered,
        may: [
          data.core.reads(),
          data.ephemeral.reads(),
          data.ephemeral.writes(),
          setting('WEB_ORIGIN', stage.webOrigin),
          data.findsAddresses(),
          data.readsAddresses(),
          data.sendsEmail(stage),
        ],
      }),
    );

    // Training: one function a state, one state machine for the course and one for the long wait.
    const steps = this.#steps(stage, data, addFunction);
    const machines = trainingMachines(this, stage, steps.names);
    this.trainingWorkflow = machines.trainingWorkflow;
    this.pollWindow = machines.pollWindow;
    this.overdueStops = this.#countedBySteps(steps.functions, 'OverdueStops', STOP_OVERDUE, stage);
    this.silentCluster = this.#countedBySteps(steps.functions, 'SilentCluster', CLUSTER_SILENT, stage);

    const startsWorkflow: Grant = {
      environment: { TRAINING_WORKFLOW_ARN: this.trainingWorkflow.stateMachineArn },
      statements: [
        { actions: ['states:StartExecution'], resources: [this.trainingWorkflow.stateMachineArn] },
      ],
    };
    const dispatch = addFunction('dispatch-outbox', {
      entry: 'training-workflow/dispatch-outbox',
      timeout: Duration.seconds(30),
      may: [data.core.reads(), data.core.writes(), startsWorkflow, this.outcomes.publishes()],
    });
    dispatch.function.addEventSource(
      new DynamoEventSource(data.core.table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        // Small batches: one bad record is found in four splits, and the good ones around it flow.
        batchSize: 10,
        bisectBatchOnError: true,
        retryAttempts: 5,
        maxRecordAge: Duration.hours(6),
        reportBatchItemFailures: true,
        onFailure: new SqsDlq(this.deadLetters.dispatch),
        // Rows that were put into the outbox, and no other change of the table: the rest is never paid for.
        filters: [
          FilterCriteria.filter({
            eventName: FilterRule.isEqual('INSERT'),
            dynamodb: { Keys: { pk: { S: FilterRule.beginsWith('OUTBOX#') } } },
          }),
        ],
      }),
    );

    const sweep = addFunction('sweep-unfinished', {
      entry: 'training-workflow/sweep-unfinished',
      timeout: Duration.minutes(2),
      undeliverable: this.deadLetters.background,
      may: [
        data.core.reads(),
        data.core.writes(),
        startsWorkflow,
        this.mayValidate(),
        this.outcomes.publishes(),
        // Uploads nobody finished are settled or dropped, and deletions that stopped half-way go on.
        data.datasets.reads('datasets/'),
        data.datasets.writes('datasets/'),
        data.datasets.deletes('datasets/'),
        {
          environment: {},
          statements: [{ actions: ['states:DescribeExecution'], resources: [machines.executions] }],
        },
      ],
    });
    new Rule(this, 'SweepUnfinished', {
      description: 'Finds accepted work that nobody is doing',
      // An accepted job is repaired within five minutes of the fault’s end (faults.md, I2).
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [
        new LambdaFunction(sweep.function, {
          deadLetterQueue: this.deadLetters.background,
          // The next sweep comes anyway.
          retryAttempts: 1,
          maxEventAge: Duration.minutes(5),
        }),
      ],
    });
    this.functions = functions;

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('TrainingWorkflowArn', this.trainingWorkflow.stateMachineArn);
    output('PollWindowArn', this.pollWindow.stateMachineArn);
    output('ValidationQueueUrl', this.validationQueue.queueUrl);
    output('OutcomesTopicArn', this.outcomes.topic.topicArn);
  }

  /** May ask for a dataset's check. */
  mayValidate(): Grant {
    return {
      environment: { VALIDATION_QUEUE_URL: this.validationQueue.queueUrl },
      statements: [{ actions: ['sqs:SendMessage'], resources: [this.validationQueue.queueArn] }],
    };
  }

  #steps(
    stage: Stage,
    data: DataStack,
    addFunction: (name: string, rest: Omit<ServiceFunctionProps, 'stage'>) => ServiceFunction,
  ): { functions: Record<Step, ServiceFunction>; names: Record<Step, string> } {
    const records = [data.core.reads(), data.core.writes()];
    const events = [data.telemetry.reads(), data.telemetry.writes()];
    const may: Record<Step, Grant[]> = {
      'prepare-run': [...records, ...events, data.models.writes('models/'), offers(stage)],
      'submit-run': [
        ...records,
        ...events,
        ...data.cluster(stage),
        data.runTokens(),
        setting('RUNS_API_URL', stage.runsApiUrl),
        offers(stage),
      ],
      'observe-run': [...records, ...events, ...data.cluster(stage), data.models.reads('models/')],
      'publish-model': [...records, ...events, data.models.reads('models/')],
      'settle-costs': [...records, ...events],
      'announce-outcome': [...records, ...events],
      'clean-up': [
        ...records,
        ...events,
        ...data.cluster(stage),
        data.models.reads('models/'),
        data.models.writes('models/'),
        data.models.tags('models/'),
      ],
    };
    const functions = {} as Record<Step, ServiceFunction>;
    const names = {} as Record<Step, string>;
    for (const step of STEPS) {
      functions[step] = addFunction(step, {
        entry: `training-workflow/${step}`,
        timeout: STEP_TIMEOUT,
        may: may[step],
        speaksToCluster: SPEAK_TO_CLUSTER.includes(step),
      });
      names[step] = functions[step].function.functionArn;
    }
    return { functions, names };
  }

  /** How often the steps that speak to the cluster log a sentence: one metric of them all. */
  #countedBySteps(
    functions: Readonly<Record<Step, ServiceFunction>>,
    metricName: string,
    message: string,
    stage: Stage,
  ): IMetric {
    const [metric] = SPEAK_TO_CLUSTER.map((step) => functions[step].counts(metricName, message, stage));
    if (!metric) throw new Error('No step speaks to the cluster.');
    // The same name in the same namespace is one metric: any of them stands for all.
    return metric;
  }
}
