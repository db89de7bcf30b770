import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup, Subnet, Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Stage } from '../stage.ts';
import { bundleOf } from './bundles.ts';
import type { Grant } from './grant.ts';

export interface ServiceFunctionProps {
  readonly stage: Stage;
  /** `<noun>/<file>` of `lambdas/<noun>/<file>.lambda.ts`. */
  readonly entry: string;
  /** All this function may do, and all it is told. */
  readonly may: readonly Grant[];
  /** 512 MB is a third of a core: less makes warm calls slower, more does not start faster (facts.md §2). */
  readonly memoryMb?: number;
  readonly timeout: Duration;
  /** Where an event goes that this function failed on three times; needed by whatever is called without waiting. */
  readonly undeliverable?: IQueue;
  /** True for the few that speak to the GPU cluster: they join its VPC where it has one. */
  readonly speaksToCluster?: boolean;
  /** False for what a run calls every half minute: X-Ray then records it only where its caller already does. */
  readonly beginsTraces?: boolean;
}

/** One entry under `lambdas/`, with a role of its own that holds what it was granted and nothing else. */
export class ServiceFunction extends Construct {
  readonly function: Function;
  readonly entry: string;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { stage } = props;
    this.entry = props.entry;

    const logGroup = new LogGroup(this, 'Logs', {
      retention: stage.logRetentionDays satisfies RetentionDays as RetentionDays,
      // Logs are no record of ours: whatever must be kept stands in the tables and buckets.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    const inVpc =
      props.speaksToCluster && stage.clusterNetwork.reach === 'vpc' ? stage.clusterNetwork : undefined;
    this.function = new Function(this, 'Function', {
      description: `BrightRun ${stage.name}: ${id}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: stage.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: Code.fromAsset(bundleOf(props.entry).folder),
      handler: 'index.handler',
      memorySize: props.memoryMb ?? 512,
      timeout: props.timeout,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // The platform's own start and report lines cost as much as ours; its metrics stay.
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: props.beginsTraces === false ? Tracing.PASS_THROUGH : Tracing.ACTIVE,
      environment: { STAGE: stage.name },
      ...(props.undeliverable ? { deadLetterQueue: props.undeliverable } : {}),
      ...(inVpc
        ? {
            vpc: clusterVpc(this, inVpc),
            vpcSubnets: {
              subnets: inVpc.subnetIds.map((subnetId, index) =>
                Subnet.fromSubnetId(this, `Subnet${index}`, subnetId),
              ),
            },
            securityGroups: [
              SecurityGroup.fromSecurityGroupId(this, 'ClusterAccess', inVpc.securityGroupId, {
                mutable: false,
              }),
            ],
          }
        : {}),
    });
    for (const grant of props.may) this.#take(grant);
  }

  /** How often the function logs a sentence: nothing is paid for a metric while it is never said. */
  counts(metricName: string, message: string, stage: Stage): IMetric {
    const filter = this.function.logGroup.addMetricFilter(metricName, {
      filterPattern: FilterPattern.stringValue('$.message.message', '=', message),
      metricNamespace: `BrightRun/${stage.name}`,
      metricName,
      metricValue: '1',
    });
    return filter.metric({ period: Duration.minutes(5), statistic: 'Sum' });
  }

  #take(grant: Grant): void {
    for (const [name, value] of Object.entries(grant.environment)) {
      this.function.addEnvironment(name, value);
    }
    for (const { actions, resources, conditions } of grant.statements) {
      this.function.addToRolePolicy(
        new PolicyStatement({
          actions: [...actions],
          resources: [...resources],
          ...(conditions ? { conditions: structuredClone(conditions) } : {}),
        }),
      );
    }
  }
}

type ClusterVpc = Extract<Stage['clusterNetwork'], { reach: 'vpc' }>;

/** By its attributes, not by a lookup: a lookup needs an account at synthesis. */
const clusterVpc = (scope: Construct, { vpcId, subnetIds, availabilityZones }: ClusterVpc): IVpc =>
  Vpc.fromVpcAttributes(scope, 'ClusterVpc', {
    vpcId,
    availabilityZones: [...availabilityZones],
    privateSubnetIds: [...subnetIds],
  });
