/**
 * The storage that the functions use, on a MiniStack of this test alone: tables with their indexes, buckets, a secret
 * and a user pool. The real handlers run in this process against it; nothing is deployed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminCreateUserCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { CreateTableCommand, DynamoDBClient, type GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CREDENTIALS, REGION, startEmulator } from '../../local/emulator.ts';
import { stateFolder } from '../../local/folders.ts';
import { freePorts } from '../../local/ports.ts';
import { supervise } from '../../local/supervise.ts';

const TABLES = { CORE_TABLE: 'core', TELEMETRY_TABLE: 'telemetry', EPHEMERAL_TABLE: 'ephemeral' } as const;
const BUCKETS = { DATASETS_BUCKET: 'brightrun-datasets', MODELS_BUCKET: 'brightrun-models' } as const;
const INDEXES = [
  ['by-list', 'gsi1pk', 'gsi1sk'],
  ['unfinished', 'unfinishedShard', 'unfinishedAt'],
] as const;

/** What the functions' environment says besides the names of what they use. */
export const FUNCTION_SETTINGS = {
  STAGE: 'local',
  GPU_TYPES: 'cpu-2',
  BASE_MODELS: 'brightrun/tiny-base',
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: '100000000',
  PLATFORM_MONTHLY_BUDGET_USD_MICROS: '1000000000',
  WEB_ORIGIN: 'http://127.0.0.1:4800',
  EMAIL_FROM: 'brightrun@brightrun.local.test',
  GPU_CLUSTER_API_URL: 'http://127.0.0.1:9',
} as const;

export interface EmulatedStorage {
  /** What the functions' environment says. */
  readonly environment: Readonly<Record<string, string>>;
  /** An account of the pool; answers its `sub`. */
  addPerson(email: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts the emulator and makes everything. Sets the process's own variables, because SDK clients and
 * `readEnvironment` look there: one such storage at a time in a process.
 */
export async function emulatedStorage(name: string): Promise<EmulatedStorage> {
  const folder = mkdtempSync(join(tmpdir(), `brightrun-${name}-`));
  const state = stateFolder(folder);
  const supervisor = supervise(`${name}-${process.pid}`, state.logs);
  const [port] = await freePorts(1);
  const stop = async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await startEmulator(supervisor, { port: port!, state, waitScale: 1, concurrency: 2 });
    process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${port}`;
    process.env['AWS_REGION'] = REGION;
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey;
    // Functions inherit one from the emulator (local/emulator.ts), and presigned URLs must carry the same.
    process.env['AWS_SESSION_TOKEN'] = CREDENTIALS.secretAccessKey;
    const environment = { ...TABLES, ...BUCKETS, ...FUNCTION_SETTINGS, ...(await makeAll()) };
    Object.assign(process.env, environment);
    const pool = new CognitoIdentityProviderClient({});
    return {
      environment,
      stop,
      async addPerson(email) {
        const { User } = await pool.send(
          new AdminCreateUserCommand({
            UserPoolId: environment.USER_POOL_ID,
            Username: email,
            UserAttributes: [{ Name: 'email', Value: email }],
            MessageAction: 'SUPPRESS',
          }),
        );
        const sub = User?.Attributes?.find((attribute) => attribute.Name === 'sub')?.Value;
        if (!sub) throw new Error('The pool gave the account no sub.');
        return sub;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeAll() {
  const dynamo = new DynamoDBClient({});
  const s3 = new S3Client({});
  const secrets = new SecretsManagerClient({});
  const secret = async (Name: string) =>
    (await secrets.send(new CreateSecretCommand({ Name, SecretString: `${Name}-of-this-test-alone` }))).ARN ??
    '';
  for (const table of Object.values(TABLES)) {
    const indexes = table === 'core' ? INDEXES : [];
    const attributes = ['pk', 'sk', ...indexes.flatMap(([, partition, sort]) => [partition, sort])];
    await dynamo.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keySchema('pk', 'sk'),
        ...(indexes.length === 0
          ? {}
          : {
              GlobalSecondaryIndexes: indexes.map(([IndexName, partition, sort]): GlobalSecondaryIndex => ({
                IndexName,
                KeySchema: keySchema(partition, sort),
                Projection: { ProjectionType: 'ALL' },
              })),
            }),
      }),
    );
  }
  for (const Bucket of Object.values(BUCKETS)) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  const { QueueUrl } = await new SQSClient({}).send(new CreateQueueCommand({ QueueName: 'validation' }));
  const { UserPool } = await new CognitoIdentityProviderClient({}).send(
    new CreateUserPoolCommand({ PoolName: 'people', UsernameAttributes: ['email'] }),
  );
  return {
    VALIDATION_QUEUE_URL: QueueUrl ?? '',
    USER_POOL_ID: UserPool?.Id ?? '',
    RUN_TOKEN_SECRET_ARN: await secret('run-token-key'),
    GPU_CLUSTER_API_KEY_SECRET_ARN: await secret('cluster-key'),
  };
}

const keySchema = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];
