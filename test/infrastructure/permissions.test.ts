/**
 * The emulator ignores IAM, so what a function may do is held against what its bundle can do: the commands of the
 * SDK that are left in it after shaking. One that is not allowed would fail in AWS only; one that is allowed and
 * never sent is too much.
 */
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { bundles, resources, synthesized } from './synthesized.ts';

/** What IAM asks for, by the SDK's command. A command that never leaves the process stands for its presigned URL. */
const NEEDS: Record<string, readonly string[]> = {
  'client-dynamodb/GetItem': ['dynamodb:GetItem'],
  'client-dynamodb/BatchGetItem': ['dynamodb:BatchGetItem'],
  'client-dynamodb/Query': ['dynamodb:Query'],
  'client-dynamodb/PutItem': ['dynamodb:PutItem'],
  'client-dynamodb/UpdateItem': ['dynamodb:UpdateItem'],
  'client-dynamodb/DeleteItem': ['dynamodb:DeleteItem'],
  // A transaction is allowed by the actions of its parts.
  'client-dynamodb/TransactWriteItems': [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:ConditionCheckItem',
  ],
  'client-s3/GetObject': ['s3:GetObject', 's3:GetObjectVersion'],
  'client-s3/HeadObject': ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
  'client-s3/PutObject': ['s3:PutObject'],
  'client-s3/CreateMultipartUpload': ['s3:PutObject'],
  'client-s3/UploadPart': ['s3:PutObject'],
  'client-s3/CompleteMultipartUpload': ['s3:PutObject'],
  'client-s3/AbortMultipartUpload': ['s3:AbortMultipartUpload'],
  'client-s3/ListParts': ['s3:ListMultipartUploadParts'],
  'client-s3/ListObjectsV2': ['s3:ListBucket'],
  'client-s3/ListObjectVersions': ['s3:ListBucketVersions'],
  'client-s3/DeleteObject': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  'client-s3/DeleteObjects': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  'client-s3/PutObjectTagging': ['s3:PutObjectTagging'],
  'client-sqs/SendMessage': ['sqs:SendMessage'],
  'client-sqs/SendMessageBatch': ['sqs:SendMessage'],
  'client-sns/Publish': ['sns:Publish'],
  'client-sns/PublishBatch': ['sns:Publish'],
  'client-sfn/StartExecution': ['states:StartExecution'],
  'client-sfn/DescribeExecution': ['states:DescribeExecution'],
  'client-sesv2/SendEmail': ['ses:SendEmail'],
  'client-secrets-manager/GetSecretValue': ['secretsmanager:GetSecretValue'],
  'client-cognito-identity-provider/AdminGetUser': ['cognito-idp:AdminGetUser'],
};

/**
 * In every bundle of their client, though no line of ours sends them: endpoint discovery and directory buckets,
 * both off, and a paginator that shaking keeps.
 */
const NEVER_SENT = ['client-dynamodb/DescribeEndpoints', 'client-dynamodb/Scan', 'client-s3/CreateSession'];

const PARTS = [
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
];
const MODEL_FILES = [
  ...PARTS,
  'PutObject',
  'PutObjectTagging',
  'GetObject',
  'HeadObject',
  'ListObjectsV2',
].map((command) => `client-s3/${command}`);
const allBut = (commands: readonly string[], ...sent: string[]) =>
  commands.filter((command) => !sent.includes(command.replace('client-s3/', '')));

/**
 * Carried along by an adapter that several functions share, and not called by this one: shaking stops at an object's
 * methods. Not granted, so a call that is added by mistake fails.
 */
const CARRIED: Record<string, readonly string[]> = {
  'prepare-run': allBut(MODEL_FILES, 'PutObject'),
  'observe-run': allBut(MODEL_FILES, 'HeadObject', 'GetObject'),
  'publish-model': allBut(MODEL_FILES, 'HeadObject', 'GetObject'),
  'dispatch-outbox': ['client-sfn/DescribeExecution'],
};

/** Granted together because they are one ability: any one of them sent is reason for all. */
const ABILITIES: readonly (readonly string[])[] = [
  ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
  // Without leave to list, a missing object answers 403.
  ['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'],
  ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:ListBucketVersions'],
];

/** What Lambda itself does with the function's role: logs, traces, event sources, dead letters, network. */
const FOR_LAMBDA =
  /^(logs:(CreateLogStream|PutLogEvents)|xray:Put\w+|sqs:(ReceiveMessage|ChangeMessageVisibility|GetQueueUrl|DeleteMessage|GetQueueAttributes)|dynamodb:(ListStreams|DescribeStream|GetRecords|GetShardIterator))$/;

const { templates } = synthesized('ownDomain');

const commandsOf = (files: readonly string[]) =>
  files
    .map((file) => /@aws-sdk\/(client-[a-z0-9-]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(file))
    .filter((found) => found !== null)
    .map(([, client = '', command = '']) => `${client}/${command}`)
    .filter((command) => !NEVER_SENT.includes(command))
    .sort();

const Policy = z.object({
  Statement: z.array(
    z.looseObject({ Effect: z.literal('Allow'), Action: z.union([z.string(), z.array(z.string())]) }),
  ),
});
const allowedTo = (name: string): string[] =>
  [templates.data, templates.workflow, templates.api].flatMap((template) =>
    resources(template, 'AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith(`${name.replaceAll('-', '')}RoleDefaultPolicy`))
      .flatMap(({ Properties }) => Policy.parse(Properties['PolicyDocument']).Statement)
      .flatMap(({ Action }) => Action),
  );

const functions = Object.entries(bundles).map(([entry, bundle]) => {
  const name = entry.replace(/^.*\//, '');
  const carried = CARRIED[name] ?? [];
  const commands = commandsOf(bundle.files);
  return {
    name,
    entry,
    bytes: bundle.bytes,
    commands,
    sent: commands.filter((command) => !carried.includes(command)),
    allowed: allowedTo(name),
  };
});

test('the commands of the bundles are seen', () => {
  const all = new Set(functions.flatMap(({ commands }) => commands));
  expect(all.size).toBeGreaterThan(12);
  expect([...all].filter((command) => !(command in NEEDS))).toEqual([]);
});

test('whatever is called carried along is still there', () => {
  for (const [name, carried] of Object.entries(CARRIED)) {
    const commands = functions.find((each) => each.name === name)?.commands ?? [];
    expect({ name, stale: carried.filter((command) => !commands.includes(command)) }).toEqual({
      name,
      stale: [],
    });
  }
});

describe('a function may do', () => {
  test.each(functions.map((each) => [each.name, each] as const))(
    '%s: all that it does',
    (_, { sent, allowed }) => {
      const missing = sent.flatMap((command) =>
        (NEEDS[command] ?? [])
          .filter((action) => !allowed.includes(action))
          .map((action) => `${action} for ${command}`),
      );
      expect(missing).toEqual([]);
    },
  );

  test.each(functions.map((each) => [each.name, each] as const))(
    '%s: nothing else',
    (_, { sent, allowed }) => {
      const needed = new Set(sent.flatMap((command) => NEEDS[command] ?? []));
      const because = (action: string) =>
        (ABILITIES.find((ability) => ability.includes(action)) ?? [action]).some((each) => needed.has(each));
      // A queue that is sent to by Lambda itself, as a dead letter, needs the same action as one the code sends to.
      const asDeadLetter = (action: string) => action === 'sqs:SendMessage';
      expect(
        allowed.filter((action) => !FOR_LAMBDA.test(action) && !asDeadLetter(action) && !because(action)),
      ).toEqual([]);
    },
  );
});

/**
 * design.md §10. The client of S3 is 170 kB of it, with every operation's schema: what signs URLs may have that more.
 * What shows rows of a dataset reads every form of them, counts their tokens and hides their secrets: another 45 kB, or
 * 7 ms of a cold start (135 kB are 21 ms, facts.md §1).
 */
const LARGEST = { withoutS3: 400_000, withS3: 670_000 };

test('a function of the API stays small enough to start fast', () => {
  const api = functions.filter(({ entry, name }) => entry === `${name}/${name}`);
  expect(api.length).toBeGreaterThan(8);
  const large = api.filter(({ bytes, commands }) => {
    const usesS3 = commands.some((command) => command.startsWith('client-s3/'));
    return bytes > (usesS3 ? LARGEST.withS3 : LARGEST.withoutS3);
  });
  expect(large.map(({ name, bytes }) => `${name}: ${bytes}`)).toEqual([]);
});
