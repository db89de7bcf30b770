/**
 * Everything that differs between two places this application is deployed to, in one parsed object.
 * Nothing else in `lib` asks where it runs, and nothing else reads CDK context or the process environment.
 */
import * as z from 'zod';
import { LONGEST_POLL_SECONDS } from '../lambdas/training-workflow/steps.ts';

const StageName = z.enum(['local', 'dev', 'prod']);
const EmailAddress = z.email();

const SignUp = z.discriminatedUnion('mode', [
  /** Anybody may make an account. */
  z.strictObject({ mode: z.literal('open') }),
  /** Only addresses of these domains; Cognito proves the address by its code. */
  z.strictObject({ mode: z.literal('domains'), domains: z.array(z.string().min(3)).min(1) }),
  /** Only an admin makes accounts. */
  z.strictObject({ mode: z.literal('invite') }),
]);

const ClusterNetwork = z.discriminatedUnion('reach', [
  /** The cluster's API has a public TLS address. */
  z.strictObject({ reach: z.literal('public') }),
  /** The functions that speak to the cluster join its VPC. Its subnets need a way to the AWS APIs. */
  z.strictObject({
    reach: z.literal('vpc'),
    vpcId: z.string(),
    subnetIds: z.array(z.string()).min(1),
    availabilityZones: z.array(z.string()).min(1),
    securityGroupId: z.string(),
  }),
]);

export const Stage = z.strictObject({
  name: StageName,
  /** Origin of the pages: S3 CORS, links in e-mails and, with `/v1`, the API's public address. No trailing slash. */
  webOrigin: z.url().regex(/[^/]$/, 'without a slash at its end'),
  /** Base URL, `/v1` included, that the trainer calls from the cluster. */
  runsApiUrl: z.url(),
  clusterApiUrl: z.url(),
  clusterNetwork: ClusterNetwork,
  /**
   * Seconds between two looks at the cluster, by what there is to see (`PollSeconds`, steps.ts). A day's looks cost
   * $0.108 at 60 s and $0.054 at 120 s (docs/decisions/0022).
   */
  pollSeconds: z.strictObject({
    starting: z.int().min(1).max(60),
    running: z.int().min(1).max(60),
    steady: z.int().min(1).max(LONGEST_POLL_SECONDS),
  }),
  /** Seconds between two reports of a run while nobody watches it; while somebody does it is 2 (design.md §7). */
  reportSeconds: z.int().min(1).max(60),
  /** How patiently the workflow repeats a step that threw: first pause in seconds (doubling), and tries. */
  stepRetries: z.strictObject({ firstPauseSeconds: z.int().positive(), tries: z.int().positive() }),
  signUp: SignUp,
  /** Ids from the catalog. */
  gpuTypes: z.array(z.string()).min(1),
  baseModels: z.array(z.string()).min(1),
  defaultMonthlyBudgetUsdMicros: z.int().positive(),
  platformMonthlyBudgetUsdMicros: z.int().positive(),
  email: z
    .strictObject({
      from: EmailAddress,
      /** `existing`: the SES identity is there and confirmed. `create`: the stack makes it, AWS mails a link. */
      identity: z.enum(['create', 'existing']),
      /** Of an identity that exists: its default configuration set, where it has one. */
      configurationSet: z.string().optional(),
      /** Who sends sign-up codes: Cognito itself (50 mails a day) or SES with the identity above. */
      codesBy: z.enum(['cognito', 'ses']),
    })
    .refine(({ identity, codesBy }) => identity === 'existing' || codesBy === 'cognito', {
      message:
        'Cognito takes no SES identity that is not confirmed yet: codesBy "ses" needs identity "existing"',
    }),
  /** What deleting a stack does to data, and whether data can be deleted by accident. */
  data: z.enum(['disposable', 'kept']),
  logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90)]),
  /** `plus` adds Cognito's threat protection, $0.02 per monthly active user. */
  cognitoPlan: z.enum(['essentials', 'plus']),
  /** Requests a second and burst of the whole API; the account's own quota is 10,000. */
  throttle: z.strictObject({ ratePerSecond: z.int().positive(), burst: z.int().positive() }),
  architecture: z.enum(['arm64', 'x86_64']),
  web: z.discriminatedUnion('hosting', [
    z.strictObject({ hosting: z.literal('elsewhere') }),
    z.strictObject({
      hosting: z.literal('cloudfront'),
      /** ACM certificate in us-east-1 for the host of `webOrigin`; without it the distribution's own name serves. */
      certificateArn: z.string().startsWith('arn:').optional(),
      /** A WAF web ACL of scope CLOUDFRONT, made beforehand: $5 a month and $1 a rule, so off unless named. */
      webAclArn: z.string().startsWith('arn:').optional(),
    }),
  ]),
  /** Where alarms go; without an address they only show on the dashboard. */
  alarmsEmail: EmailAddress.optional(),
  /** Warns when the account's bill of a month nears this; off where it is absent. */
  awsBudgetUsd: z.int().positive().optional(),
});
export type Stage = z.infer<typeof Stage>;

const CLUSTER_GPUS = ['nvidia-a100-80gb', 'nvidia-h100-80gb'];
const OPEN_MODELS = [
  'meta-llama/Llama-3.2-1B-Instruct',
  'meta-llama/Llama-3.2-3B-Instruct',
  'meta-llama/Llama-3.1-8B-Instruct',
  'Qwen/Qwen3-8B',
  'meta-llama/Llama-3.1-70B-Instruct',
];

const inAws = {
  webOrigin: 'https://brightrun.example.com',
  clusterApiUrl: 'https://ray.example.com',
  clusterNetwork: { reach: 'public' },
  pollSeconds: { starting: 30, running: 60, steady: 120 },
  reportSeconds: 30,
  stepRetries: { firstPauseSeconds: 30, tries: 6 },
  gpuTypes: CLUSTER_GPUS,
  baseModels: OPEN_MODELS,
  email: { from: 'brightrun@example.com', identity: 'existing', codesBy: 'ses' },
  cognitoPlan: 'essentials',
  throttle: { ratePerSecond: 1000, burst: 2000 },
  architecture: 'arm64',
  web: { hosting: 'cloudfront' },
};

/** Values of each stage before anything from outside. Change them here: this is the place. */
const DEFAULTS: Record<z.infer<typeof StageName>, Record<string, unknown>> = {
  local: {
    ...inAws,
    webOrigin: 'http://127.0.0.1:4100',
    clusterApiUrl: 'http://127.0.0.1:8265',
    pollSeconds: { starting: 1, running: 2, steady: 4 },
    reportSeconds: 2,
    stepRetries: { firstPauseSeconds: 2, tries: 3 },
    signUp: { mode: 'open' },
    gpuTypes: ['cpu-2'],
    baseModels: ['brightrun/tiny-base'],
    defaultMonthlyBudgetUsdMicros: 100_000_000,
    platformMonthlyBudgetUsdMicros: 1_000_000_000,
    email: { from: 'brightrun@brightrun.local.test', identity: 'create', codesBy: 'cognito' },
    data: 'disposable',
    logRetentionDays: 7,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    web: { hosting: 'elsewhere' },
  },
  dev: {
    ...inAws,
    signUp: { mode: 'invite' },
    defaultMonthlyBudgetUsdMicros: 100_000_000,
    platformMonthlyBudgetUsdMicros: 500_000_000,
    data: 'disposable',
    logRetentionDays: 7,
    awsBudgetUsd: 50,
  },
  prod: {
    ...inAws,
    signUp: { mode: 'invite' },
    defaultMonthlyBudgetUsdMicros: 500_000_000,
    platformMonthlyBudgetUsdMicros: 20_000_000_000,
    data: 'kept',
    logRetentionDays: 90,
    awsBudgetUsd: 500,
  },
};

const list = (text: string) => text.split(',').map((item) => item.trim());

/**
 * What may be said from outside, as `-c key=value` or in the environment: the name of the variable, and where the
 * value goes. Everything else of a stage is changed above.
 */
const OUTSIDE: Record<string, { variable: string; put: (value: string) => Record<string, unknown> }> = {
  webOrigin: { variable: 'BRIGHTRUN_WEB_ORIGIN', put: (webOrigin) => ({ webOrigin }) },
  runsApiUrl: { variable: 'BRIGHTRUN_RUNS_API_URL', put: (runsApiUrl) => ({ runsApiUrl }) },
  clusterApiUrl: { variable: 'GPU_CLUSTER_API_URL', put: (clusterApiUrl) => ({ clusterApiUrl }) },
  emailFrom: { variable: 'BRIGHTRUN_EMAIL_FROM', put: (from) => ({ email: { from } }) },
  alarmsEmail: { variable: 'BRIGHTRUN_ALARMS_EMAIL', put: (alarmsEmail) => ({ alarmsEmail }) },
  signUpDomains: {
    variable: 'BRIGHTRUN_SIGN_UP_DOMAINS',
    put: (domains) => ({ signUp: { mode: 'domains', domains: list(domains) } }),
  },
  certificateArn: {
    variable: 'BRIGHTRUN_CERTIFICATE_ARN',
    put: (certificateArn) => ({ web: { certificateArn } }),
  },
  webAclArn: { variable: 'BRIGHTRUN_WEB_ACL_ARN', put: (webAclArn) => ({ web: { webAclArn } }) },
  clusterVpc: {
    variable: 'BRIGHTRUN_CLUSTER_VPC',
    // `vpc,security group,subnet:zone,subnet:zone…`
    put: (text) => {
      const [vpcId, securityGroupId, ...subnets] = list(text);
      const pairs = subnets.map((subnet) => subnet.split(':'));
      return {
        clusterNetwork: {
          reach: 'vpc',
          vpcId,
          securityGroupId,
          subnetIds: pairs.map(([subnetId]) => subnetId),
          availabilityZones: pairs.map(([, zone]) => zone),
        },
      };
    },
  },
  gpuTypes: { variable: 'BRIGHTRUN_GPU_TYPES', put: (ids) => ({ gpuTypes: list(ids) }) },
  baseModels: { variable: 'BRIGHTRUN_BASE_MODELS', put: (ids) => ({ baseModels: list(ids) }) },
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function overlay(base: Record<string, unknown>, top: Record<string, unknown>): Record<string, unknown> {
  const result = { ...base };
  for (const [key, value] of Object.entries(top)) {
    const below = result[key];
    result[key] = isRecord(below) && isRecord(value) && !('mode' in value) ? overlay(below, value) : value;
  }
  return result;
}

/**
 * The stage called `name`, with what `outside` (CDK context, by key) and the environment say about it.
 * Throws a sentence that names the key when a value does not fit.
 */
export function readStage(
  name: unknown,
  outside: (key: string) => unknown,
  environment: Record<string, string | undefined>,
): Stage {
  const known = StageName.safeParse(name);
  if (!known.success) {
    throw new Error(
      `There is no stage "${String(name)}". Give one of ${StageName.options.join(', ')}: -c stage=dev`,
    );
  }
  let values: Record<string, unknown> = { name: known.data, ...DEFAULTS[known.data] };
  for (const [key, { variable, put }] of Object.entries(OUTSIDE)) {
    const given = outside(key) ?? environment[variable];
    if (typeof given === 'string' && given !== '') values = overlay(values, put(given));
  }
  values['runsApiUrl'] ??= `${String(values['webOrigin'])}/v1`;
  const stage = Stage.safeParse(values);
  if (!stage.success) {
    throw new Error(`Stage ${known.data} cannot be read:\n${z.prettifyError(stage.error)}`);
  }
  return stage.data;
}

/** The settings that still carry a value nobody can deploy with, as the variables that set them. */
export function unsetSettings(stage: Stage): string[] {
  const placeholders: [string, string][] = [
    ['webOrigin', stage.webOrigin],
    ['clusterApiUrl', stage.clusterApiUrl],
    ['emailFrom', stage.email.from],
  ];
  return placeholders
    .filter(([, value]) => /\bexample\.com$/.test(value))
    .map(([key]) => OUTSIDE[key]?.variable ?? key);
}
