import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  TextWidget,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ApiStack } from './api-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { Stage } from './stage.ts';
import type { WorkflowStack } from './workflow-stack.ts';

export interface WatchStackProps extends StackProps {
  readonly stage: Stage;
  readonly data: DataStack;
  readonly workflow: WorkflowStack;
  readonly api: ApiStack;
}

interface Watch {
  /** Heading of the page that helps, in docs/runbook.md. */
  readonly heading: string;
  /** Who is hurt, and how. */
  readonly impact: string;
  readonly metric: IMetric;
  readonly above: number;
  /** Periods in a row. */
  readonly periods?: number;
}

const FIVE_MINUTES = Duration.minutes(5);

/** Alarms that name the person hurt and the page that helps, one dashboard, and a warning on the bill. */
export class WatchStack extends Stack {
  constructor(scope: Construct, id: string, props: WatchStackProps) {
    super(scope, id, props);
    const { stage } = props;

    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    if (stage.alarmsEmail) topic.addSubscription(new EmailSubscription(stage.alarmsEmail));

    const alarms = watches(props).map(({ heading, impact, metric, above, periods = 1 }) => {
      const alarm = new Alarm(this, heading.replace(/[^A-Za-z]+/g, '-'), {
        alarmName: `brightrun-${stage.name}: ${heading}`,
        alarmDescription: `${impact}\nWhat to do: docs/runbook.md, "${heading}".`,
        metric,
        threshold: above,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        // No data means that nobody trains, which is fine.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
      return alarm;
    });

    new Dashboard(this, 'Dashboard', {
      dashboardName: `brightrun-${stage.name}`,
      widgets: [
        [
          new TextWidget({
            markdown: `# BrightRun ${stage.name}\nAlarms: docs/runbook.md`,
            width: 24,
            height: 2,
          }),
        ],
        ...rowsOfThree(
          alarms.map((alarm, index) => {
            const watch = watches(props)[index];
            return new GraphWidget({
              title: watch?.heading ?? alarm.alarmName,
              left: [alarm.metric],
              leftAnnotations: [alarm.toAnnotation()],
              width: 8,
              height: 5,
            });
          }),
        ),
      ],
    });

    if (stage.awsBudgetUsd !== undefined && stage.alarmsEmail) {
      const subscribers = [{ subscriptionType: 'EMAIL', address: stage.alarmsEmail }];
      new CfnBudget(this, 'Bill', {
        budget: {
          budgetName: `brightrun-${stage.name}`,
          budgetType: 'COST',
          timeUnit: 'MONTHLY',
          budgetLimit: { amount: stage.awsBudgetUsd, unit: 'USD' },
        },
        notificationsWithSubscribers: [80, 100].map((threshold) => ({
          notification: {
            notificationType: 'ACTUAL',
            comparisonOperator: 'GREATER_THAN',
            threshold,
            thresholdType: 'PERCENTAGE',
          },
          subscribers,
        })),
      });
    }
    new CfnOutput(this, 'AlarmsTopicArn', { value: topic.topicArn });
  }
}

function rowsOfThree<Widget>(widgets: readonly Widget[]): Widget[][] {
  const rows: Widget[][] = [];
  for (let start = 0; start < widgets.length; start += 3) rows.push(widgets.slice(start, start + 3));
  return rows;
}

const waitingIn = (queue: Queue): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' });

/** What is watched. The words are for the person who is woken. */
function watches({ stage, workflow, api }: WatchStackProps): Watch[] {
  const gateway = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: api.api.apiId },
      period: FIVE_MINUTES,
      statistic,
    });
  const own: Watch[] = [
    {
      heading: 'The API answers with errors',
      impact: 'People see "something of ours failed", and trainers cannot report.',
      metric: gateway('5xx', 'Sum'),
      // In five minutes, twice in a row: one failed call at night, which its caller repeats, wakes nobody.
      above: 5,
      periods: 2,
    },
    {
      heading: 'The API is slow',
      impact: 'Pages hang, and the live monitor falls behind its run.',
      metric: gateway('Latency', 'p99'),
      // Milliseconds. The aim is 200 ms; ten times that at p99 is more than cold starts.
      above: 2_000,
      periods: 3,
    },
    {
      heading: 'Datasets are not being checked',
      impact: 'Somebody uploaded a dataset and waits for a verdict that will not come by itself.',
      metric: waitingIn(workflow.deadLetters.validation),
      above: 0,
    },
    {
      heading: 'Checks of datasets were given up',
      impact:
        'Somebody sees that their dataset could not be checked or repaired, and trying again may end the same.',
      metric: workflow.givenUpVersions,
      above: 0,
    },
    {
      heading: 'Outbox records were given up',
      impact: 'Jobs start late (the sweeper finds them), and notifications may be missing.',
      metric: waitingIn(workflow.deadLetters.dispatch),
      above: 0,
    },
    {
      heading: 'The outbox falls behind',
      impact: 'Jobs stay queued although GPUs are free, and people hear late of what happened.',
      metric: functionMetric(workflow, 'dispatch-outbox', 'IteratorAge', 'Maximum'),
      // Milliseconds. The sweeper repairs within five minutes; beyond that it is a fault.
      above: 300_000,
    },
    {
      heading: 'Sweeps or upload events were missed',
      impact: 'Accepted work may lie idle for longer than five minutes.',
      metric: waitingIn(workflow.deadLetters.background),
      above: 0,
    },
    {
      heading: 'The sweeper fails',
      impact: 'Nothing repairs a job that was lost on its way.',
      metric: functionMetric(workflow, 'sweep-unfinished', 'Errors', 'Sum'),
      above: 0,
      periods: 3,
    },
    {
      heading: 'Notifications or e-mails were not delivered',
      impact: 'Somebody’s run ended and nothing told them.',
      metric: waitingIn(workflow.outcomes.undelivered),
      above: 0,
    },
    {
      heading: 'Training workflows fail',
      impact: 'A job’s course broke off: its run may hold a GPU and its budget that nobody releases.',
      metric: workflow.trainingWorkflow.metricFailed({ period: FIVE_MINUTES, statistic: 'Sum' }),
      above: 0,
    },
    {
      heading: 'The cluster cannot be watched',
      impact: 'Runs go on unseen: progress, caps and cancelling rest on the trainer alone.',
      metric: workflow.pollWindow.metricFailed({ period: FIVE_MINUTES, statistic: 'Sum' }),
      above: 0,
      periods: 3,
    },
    {
      // Not one alarm of both sums: an alarm on a metric is what every deployment target evaluates.
      heading: 'The cluster does not answer',
      impact: 'Runs go on unseen, and nothing new starts.',
      metric: workflow.silentCluster,
      above: 0,
      periods: 3,
    },
    {
      heading: 'A stop does not free its GPU',
      impact: 'Somebody cancelled, or a cap is reached, and the run goes on holding GPUs that are paid for.',
      metric: workflow.overdueStops,
      above: 0,
    },
    {
      heading: 'Functions are throttled',
      impact: 'Requests are refused with 429 or 503 although nobody asked too much.',
      // Without a dimension: of all functions of the account in this region, whose concurrency is one.
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        period: FIVE_MINUTES,
        statistic: 'Sum',
      }),
      above: 0,
      periods: 2,
    },
  ];
  const sending: Watch = {
    heading: 'E-mails bounce',
    impact: 'At 5 % AWS reviews the account and may stop every e-mail.',
    metric: new Metric({
      namespace: 'AWS/SES',
      metricName: 'Reputation.BounceRate',
      period: Duration.hours(1),
      statistic: 'Maximum',
    }),
    above: 0.03,
  };
  return stage.email.codesBy === 'ses' ? [...own, sending] : own;
}

function functionMetric(
  workflow: WorkflowStack,
  name: string,
  metricName: string,
  statistic: string,
): IMetric {
  const service = workflow.functions[name];
  if (!service) throw new Error(`The workflow stack has no function ${name} to watch.`);
  return service.function.metric(metricName, { period: FIVE_MINUTES, statistic });
}
