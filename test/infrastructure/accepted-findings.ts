/**
 * Findings of the rule packs that stand, each with its reason. Whatever is found and not listed here fails a test,
 * and so does what is listed here and no longer found.
 */
export interface AcceptedFinding {
  readonly rule: RegExp;
  /** Where it may stand: a pattern on the construct's path. */
  readonly path: RegExp;
  readonly reason: string;
}

const BUCKET_DEPLOYMENT = /-web\/Custom::CDKBucketDeployment/;

export const ACCEPTED_FINDINGS: readonly AcceptedFinding[] = [
  {
    rule: /^AwsSolutions-DDB3$/,
    path: /-data\/(telemetry|ephemeral)\//,
    reason:
      'Rows end by themselves (90 days, 30 days, hours), and a job’s telemetry is archived beside its model.',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    path: /-data\/RunTokenKey\//,
    reason:
      'A rotation would void the tokens of runs that last up to 14 days; the runbook says how to do it by hand.',
  },
  {
    rule: /^AwsSolutions-SMG4$/,
    path: /-data\/ClusterKey\//,
    reason: 'The cluster issues this key; only its operator can make a new one.',
  },
  {
    rule: /^AwsSolutions-COG2$/,
    path: /-data\/People\//,
    reason:
      'A second factor is offered to everybody; forcing it is the customer’s choice and one word in data-stack.ts.',
  },
  {
    rule: /^AwsSolutions-COG8$/,
    path: /-data\/People\//,
    reason:
      'Threat protection is $0.02 per monthly active user: a stage turns it on with cognitoPlan "plus".',
  },
  {
    rule: /^(AwsSolutions-SQS3|Serverless-SQSRedrivePolicy)$/,
    path: /\/(UnvalidatedDatasets|UndispatchedRecords|MissedEvents|Undelivered)\/Resource$/,
    reason: 'These are the last resort of others: what lies here is alarmed on and read by a person.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    path: /-(workflow|api)\/[a-z-]+\/Role\/DefaultPolicy\/Resource$/,
    reason:
      'X-Ray, and Step Functions’ log delivery, take no resource. A test pins the actions that may stand so.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*datasetsBucket.*\/datasets\/\*\]$/,
    path: /-(workflow\/(validate-dataset|sweep-unfinished)|api\/(datasets|runs))\/Role\//,
    reason:
      'Object keys begin with owner and dataset, known at run time only; the code composes them from the token.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*modelsBucket.*\/models\/\*\]$/,
    path: /-(workflow\/(prepare-run|observe-run|publish-model|clean-up)|api\/(metrics|models|runs))\/Role\//,
    reason:
      'Object keys begin with owner and job, known at run time only; the code composes them from the token.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:execution:.*:\*\]$/,
    path: /-workflow\/(training-workflow|sweep-unfinished)\/Role\//,
    reason: 'An execution is named after its job; the state machine it belongs to is fixed.',
  },
  {
    rule: /^AwsSolutions-APIG4$/,
    path: /-api\/Api\/GET--v1--health\//,
    reason: 'Health says no more than that the API answers, and is asked by monitors without a token.',
  },
  {
    rule: /^AwsSolutions-CFR1$/,
    path: /-web\/Distribution\//,
    reason: 'Where its people are is the customer’s matter.',
  },
  {
    rule: /^AwsSolutions-CFR2$/,
    path: /-web\/Distribution\//,
    reason: 'A web ACL costs $5 a month while nobody trains: a stage turns it on by naming one (webAclArn).',
  },
  {
    rule: /^AwsSolutions-CFR4$/,
    path: /-web\/Distribution\//,
    reason:
      'Without a domain the distribution’s own certificate fixes this; with one it is TLS 1.2 (a test says so).',
  },
  {
    rule: /^(AwsSolutions-(IAM4|IAM5|L1)|Serverless-Lambda(DLQ|LatestVersion|Tracing|DefaultMemorySize|DefaultTimeout))/,
    path: BUCKET_DEPLOYMENT,
    reason: 'The CDK’s own function copies the pages at deployment; a failure fails the deployment.',
  },
  {
    rule: /^Serverless-LambdaTracing$/,
    path: /-api\/(runs|authorize-run)\/Function\/Resource$/,
    reason: 'A run calls them every half minute: 6,400 traces a day and job, all alike, for $0.032.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    path: /-api\/[a-z-]+\/Function\/Resource$/,
    reason: 'The gateway waits for the answer, so nothing can be lost on the way.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    path: /-workflow\/(prepare-run|submit-run|observe-run|publish-model|settle-costs|announce-outcome|clean-up)\//,
    reason: 'The state machine waits for the answer and repeats the step.',
  },
  {
    rule: /^Serverless-LambdaDLQ$/,
    path: /-workflow\/(validate-dataset|dispatch-outbox)\//,
    reason:
      'A queue and a stream call it and keep what failed: their dead-letter queue and on-failure target.',
  },
  {
    rule: /^Serverless-LambdaEventSourceMappingDestination$/,
    path: /-workflow\/validate-dataset\/Function\/SqsEventSource/,
    reason: 'A queue takes back what failed, and has a dead-letter queue of its own.',
  },
  {
    rule: /^Serverless-SNSRedrivePolicy$/,
    path: /-watch\/Alarms\//,
    reason: 'An e-mail subscription cannot be replayed from a queue; the alarm itself stays visible.',
  },
];
