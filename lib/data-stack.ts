import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  FeaturePlan,
  Mfa,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolEmail,
  UserPoolOperation,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnConfigurationSet, CfnEmailIdentity } from 'aws-cdk-lib/aws-ses';
import type { Construct } from 'constructs';
import { LIMITS } from '../contracts/limits.ts';
import { FileBucket } from './constructs/file-bucket.ts';
import { setting, type Grant } from './constructs/grant.ts';
import { RecordTable } from './constructs/record-table.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import type { Stage } from './stage.ts';

export interface DataStackProps extends StackProps {
  readonly stage: Stage;
}

const secretGrant = (secret: Secret, variable: string): Grant => ({
  environment: { [variable]: secret.secretArn },
  statements: [{ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }],
});

/** What outlives everything else: records, files, people and secrets. */
export class DataStack extends Stack {
  readonly core: RecordTable;
  readonly telemetry: RecordTable;
  readonly ephemeral: RecordTable;
  readonly datasets: FileBucket;
  readonly models: FileBucket;
  readonly userPool: UserPool;
  readonly userPoolClient: UserPoolClient;
  /** The key that run tokens are signed with. */
  readonly runTokenSecret: Secret;
  /** The GPU cluster's API key. An operator puts its value; until then it is a random string that opens nothing. */
  readonly clusterKeySecret: Secret;
  /** Name of the SES configuration set that stands behind the sender, where one does. */
  readonly #sendingSet: string | undefined;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, props);
    const { stage } = props;

    this.core = new RecordTable(this, 'core', {
      stage,
      variable: 'CORE_TABLE',
      precious: true,
      streams: true,
      indexes: [
        { name: 'by-list', partition: 'gsi1pk', sort: 'gsi1sk' },
        { name: 'unfinished', partition: 'unfinishedShard', sort: 'unfinishedAt' },
      ],
    });
    this.telemetry = new RecordTable(this, 'telemetry', {
      stage,
      variable: 'TELEMETRY_TABLE',
      expires: true,
    });
    this.ephemeral = new RecordTable(this, 'ephemeral', {
      stage,
      variable: 'EPHEMERAL_TABLE',
      expires: true,
    });

    const accessLogs = new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(stage.logRetentionDays) }],
      removalPolicy: stage.data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.datasets = new FileBucket(this, 'datasets', {
      stage,
      variable: 'DATASETS_BUCKET',
      accessLogs,
      announces: true,
      lifecycleRules: [
        {
          id: 'abandoned-uploads',
          prefix: 'datasets/',
          // An upload nobody finished is abandoned after 48 h; its parts cost until they are gone.
          abortIncompleteMultipartUploadAfter: Duration.days(2),
          // A job runs at most 14 days and pins the version it read: 90 days are far beyond that.
          noncurrentVersionExpiration: Duration.days(90),
        },
      ],
    });
    this.models = new FileBucket(this, 'models', {
      stage,
      variable: 'MODELS_BUCKET',
      accessLogs,
      lifecycleRules: [
        {
          id: 'abandoned-uploads',
          prefix: 'models/',
          abortIncompleteMultipartUploadAfter: Duration.days(2),
          noncurrentVersionExpiration: Duration.days(30),
        },
        {
          id: 'superseded-checkpoints',
          prefix: 'models/',
          // The checkpoint's folder stands below owner and job, where a prefix cannot reach: clean-up tags them.
          tagFilters: { 'brightrun:lifecycle': 'superseded-checkpoint' },
          expiration: Duration.days(7),
        },
        {
          id: 'resumable-checkpoints',
          prefix: 'models/',
          // The newest of a job that ended early: days count from when it was written, and a job that continues from it
          // on the last of them may still wait a day for room.
          tagFilters: { 'brightrun:lifecycle': 'resumable-checkpoint' },
          expiration: Duration.days(LIMITS.checkpointDays + 2),
        },
      ],
    });

    this.runTokenSecret = new Secret(this, 'RunTokenKey', {
      description: `BrightRun ${stage.name}: signs the tokens of training runs`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.clusterKeySecret = new Secret(this, 'ClusterKey', {
      description: `BrightRun ${stage.name}: API key of the GPU cluster; put its value after the first deployment`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });

    this.#sendingSet =
      stage.email.identity === 'create' ? this.#makeSender(stage) : stage.email.configurationSet;
    this.userPool = this.#people(stage);
    this.userPoolClient = this.userPool.addClient('web', {
      // Passwords are proven, never sent (SRP); the pages can keep no secret, so the client has none.
      authFlows: { userSrp: true },
      generateSecret: false,
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // A stolen access token is of use for at most this long; refreshing is silent.
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.days(14),
    });
    new CfnUserPoolGroup(this, 'Admins', {
      userPoolId: this.userPool.userPoolId,
      groupName: 'admins',
      description: 'See every job and cost, set caps and disable accounts',
    });

    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('CoreTable', this.core.table.tableName);
    output('TelemetryTable', this.telemetry.table.tableName);
    output('EphemeralTable', this.ephemeral.table.tableName);
    output('DatasetsBucket', this.datasets.bucket.bucketName);
    output('ModelsBucket', this.models.bucket.bucketName);
    output('UserPoolId', this.userPool.userPoolId);
    output('UserPoolClientId', this.userPoolClient.userPoolClientId);
    output('ClusterKeySecretArn', this.clusterKeySecret.secretArn);
  }

  /** May look up the address of an account by its `sub`. */
  readsAddresses(): Grant {
    return {
      environment: { USER_POOL_ID: this.userPool.userPoolId },
      statements: [{ actions: ['cognito-idp:AdminGetUser'], resources: [this.userPool.userPoolArn] }],
    };
  }

  /** May sign and check run tokens. */
  runTokens(): Grant {
    return secretGrant(this.runTokenSecret, 'RUN_TOKEN_SECRET_ARN');
  }

  /** May open the GPU cluster. */
  cluster(stage: Stage): Grant[] {
    return [
      setting('GPU_CLUSTER_API_URL', stage.clusterApiUrl),
      secretGrant(this.clusterKeySecret, 'GPU_CLUSTER_API_KEY_SECRET_ARN'),
    ];
  }

  /** May look up the e-mail address of an account: access tokens carry none. */
  findsAddresses(): Grant {
    return {
      environment: { USER_POOL_ID: this.userPool.userPoolId },
      statements: [{ actions: ['cognito-idp:AdminGetUser'], resources: [this.userPool.userPoolArn] }],
    };
  }

  /** May send from the stage's address, and from no other. */
  sendsEmail({ email: { from } }: Stage): Grant {
    // An identity is the address or its domain.
    const names = [from, from.slice(from.indexOf('@') + 1)];
    return {
      environment: { EMAIL_FROM: from },
      statements: [
        {
          actions: ['ses:SendEmail'],
          resources: [
            ...names.map((resourceName) =>
              this.formatArn({ service: 'ses', resource: 'identity', resourceName }),
            ),
            ...(this.#sendingSet
              ? [
                  this.formatArn({
                    service: 'ses',
                    resource: 'configuration-set',
                    resourceName: this.#sendingSet,
                  }),
                ]
              : []),
          ],
          conditions: { StringEquals: { 'ses:FromAddress': from } },
        },
      ],
    };
  }

  /** The identity that mails are sent from; answers the name of the configuration set behind it. */
  #makeSender(stage: Stage): string {
    // Bounces over 5 % put an account under review, complaints over 0.5 % pause it (facts.md §2): an address
    // that bounced or complained once gets no second mail.
    const name = `brightrun-${stage.name}`;
    const sending = new CfnConfigurationSet(this, 'Sending', {
      name,
      suppressionOptions: { suppressedReasons: ['BOUNCE', 'COMPLAINT'] },
      reputationOptions: { reputationMetricsEnabled: true },
    });
    new CfnEmailIdentity(this, 'Sender', {
      emailIdentity: stage.email.from,
      configurationSetAttributes: { configurationSetName: sending.ref },
    });
    return name;
  }

  #people(stage: Stage): UserPool {
    const { signUp, email } = stage;
    const pool = new UserPool(this, 'People', {
      featurePlan: stage.cognitoPlan === 'plus' ? FeaturePlan.PLUS : FeaturePlan.ESSENTIALS,
      ...(stage.cognitoPlan === 'plus'
        ? { standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION }
        : {}),
      selfSignUpEnabled: signUp.mode !== 'invite',
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: stage.data === 'kept',
      removalPolicy: stage.data === 'kept' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(email.codesBy === 'ses'
        ? {
            email: UserPoolEmail.withSES({
              fromEmail: email.from,
              fromName: 'BrightRun',
              sesRegion: this.region,
            }),
          }
        : {}),
    });
    if (signUp.mode === 'domains') {
      const admit = new ServiceFunction(this, 'admit-sign-up', {
        stage,
        entry: 'account/admit-sign-up',
        timeout: Duration.seconds(5),
        may: [setting('SIGN_UP_DOMAINS', signUp.domains.join(','))],
      });
      pool.addTrigger(UserPoolOperation.PRE_SIGN_UP, admit.function);
    }
    return pool;
  }
}
