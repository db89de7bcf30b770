/** What local runs accept but do not prove: recovery, expiry, protection, TLS, CORS, lifecycles, sign-up rules. */
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../contracts/limits.ts';
import { resource, resources, synthesized, type Template } from './synthesized.ts';

const { data: prod } = synthesized('production').templates;
const { data: local } = synthesized('local').templates;
const { data: ownDomain } = synthesized('ownDomain').templates;

describe('tables', () => {
  test('the core table survives a mistake: recovery to any minute, deletion refused, kept when the stack goes', () => {
    const core = resource(prod, 'AWS::DynamoDB::Table', 'core');
    expect(core.Properties).toMatchObject({
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
    expect(core.DeletionPolicy).toBe('Retain');
  });

  test('the indexes are the ones the stores read', () => {
    const core = resource(prod, 'AWS::DynamoDB::Table', 'core');
    const keys = (partition: string, sort: string) => [
      { AttributeName: partition, KeyType: 'HASH' },
      { AttributeName: sort, KeyType: 'RANGE' },
    ];
    expect(core.Properties['KeySchema']).toEqual(keys('pk', 'sk'));
    expect(core.Properties['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: 'by-list',
        KeySchema: keys('gsi1pk', 'gsi1sk'),
        Projection: { ProjectionType: 'ALL' },
      },
      {
        IndexName: 'unfinished',
        KeySchema: keys('unfinishedShard', 'unfinishedAt'),
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
  });

  test.each(['telemetry', 'ephemeral'])('rows of %s end by themselves', (name) => {
    expect(resource(prod, 'AWS::DynamoDB::Table', name).Properties).toMatchObject({
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  test('the core table never loses a row to expiry', () => {
    expect(resource(prod, 'AWS::DynamoDB::Table', 'core').Properties).not.toHaveProperty(
      'TimeToLiveSpecification',
    );
  });

  test('a disposable stage can be deleted whole', () => {
    for (const table of resources(local, 'AWS::DynamoDB::Table')) expect(table.DeletionPolicy).toBe('Delete');
  });
});

describe('buckets', () => {
  test.each(['datasets', 'models'])('%s is versioned, encrypted and closed to the public', (name) => {
    const bucket = resource(prod, 'AWS::S3::Bucket', name);
    expect(bucket.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(bucket.Properties['LoggingConfiguration']).toMatchObject({ LogFilePrefix: `${name}/` });
    expect(bucket.DeletionPolicy).toBe('Retain');
  });

  test('every bucket refuses what does not come by TLS', () => {
    const buckets = resources(prod, 'AWS::S3::Bucket').map(({ id }) => id);
    const refused = resources(prod, 'AWS::S3::BucketPolicy').filter(({ Properties }) =>
      JSON.stringify(Properties['PolicyDocument']).includes('"aws:SecureTransport":"false"'),
    );
    expect(buckets).toHaveLength(3);
    expect(refused.map(({ Properties }) => Properties['Bucket'])).toEqual(
      expect.arrayContaining(buckets.map((id) => ({ Ref: id }))),
    );
  });

  test.each(['datasets', 'models'])(
    'a page of the configured origin may send the signed checksum to %s and read the ETag',
    (name) => {
      expect(resource(ownDomain, 'AWS::S3::Bucket', name).Properties['CorsConfiguration']).toEqual({
        CorsRules: [
          {
            AllowedOrigins: ['https://tune.example.org'],
            AllowedMethods: ['PUT', 'GET', 'HEAD'],
            AllowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
            ExposedHeaders: ['ETag'],
            MaxAge: 3600,
          },
        ],
      });
    },
  );

  test.each(['datasets', 'models'])(
    'the parts of an upload to %s nobody finished are gone after two days',
    (name) => {
      const rules = resource(prod, 'AWS::S3::Bucket', name).Properties['LifecycleConfiguration'];
      expect(rules).toMatchObject({
        Rules: expect.arrayContaining([
          expect.objectContaining({
            Prefix: `${name}/`,
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
          }),
        ]),
      });
    },
  );

  test('only tagged checkpoints end: superseded ones after a week, one to go on from two days after its offer', () => {
    const { Rules } = resource(prod, 'AWS::S3::Bucket', 'models').Properties['LifecycleConfiguration'] as {
      Rules: Record<string, unknown>[];
    };
    const expiring = Rules.filter((rule) => 'ExpirationInDays' in rule);
    expect(expiring).toEqual([
      expect.objectContaining({
        ExpirationInDays: 7,
        TagFilters: [{ Key: 'brightrun:lifecycle', Value: 'superseded-checkpoint' }],
      }),
      expect.objectContaining({
        ExpirationInDays: LIMITS.checkpointDays + 2,
        TagFilters: [{ Key: 'brightrun:lifecycle', Value: 'resumable-checkpoint' }],
      }),
    ]);
  });

  test('the datasets bucket announces new objects without a custom resource', () => {
    expect(resource(prod, 'AWS::S3::Bucket', 'datasets').Properties).toMatchObject({
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    expect(resources(prod, 'Custom::S3BucketNotifications')).toHaveLength(0);
    expect(resources(prod, 'AWS::Lambda::Function')).toHaveLength(0);
  });
});

describe('people', () => {
  test('a password is proven and never sent, and the pages hold no secret', () => {
    expect(resource(prod, 'AWS::Cognito::UserPoolClient').Properties).toMatchObject({
      ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      GenerateSecret: false,
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
  });

  test('a stolen access token is of use for a quarter of an hour', () => {
    expect(resource(prod, 'AWS::Cognito::UserPoolClient').Properties).toMatchObject({
      AccessTokenValidity: 15,
      TokenValidityUnits: expect.objectContaining({ AccessToken: 'minutes' }),
    });
  });

  test('the pool takes strong passwords, offers a second factor and cannot be deleted by mistake', () => {
    expect(resource(prod, 'AWS::Cognito::UserPool').Properties).toMatchObject({
      DeletionProtection: 'ACTIVE',
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: { PasswordPolicy: expect.objectContaining({ MinimumLength: 12, RequireSymbols: true }) },
      UsernameConfiguration: { CaseSensitive: false },
    });
    expect(resource(prod, 'AWS::Cognito::UserPoolGroup').Properties).toMatchObject({ GroupName: 'admins' });
  });

  test('who may sign up is the stage’s choice', () => {
    const adminOnly = (template: Template) =>
      resource(template, 'AWS::Cognito::UserPool', 'People').Properties['AdminCreateUserConfig'];
    expect(adminOnly(prod)).toEqual({ AllowAdminCreateUserOnly: true });
    expect(adminOnly(local)).toEqual({ AllowAdminCreateUserOnly: false });
  });

  test('a stage of certain domains asks a function at each sign-up', () => {
    expect(resource(ownDomain, 'AWS::Lambda::Function').Properties).toMatchObject({
      Environment: { Variables: { STAGE: 'prod', SIGN_UP_DOMAINS: 'example.org,example.net' } },
    });
    expect(resource(ownDomain, 'AWS::Cognito::UserPool', 'People').Properties['LambdaConfig']).toHaveProperty(
      'PreSignUp',
    );
  });
});

test('where the stack makes the sender, an address that bounced or complained gets no second mail', () => {
  expect(resource(local, 'AWS::SES::ConfigurationSet').Properties).toMatchObject({
    SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
  });
  expect(resource(local, 'AWS::SES::EmailIdentity').Properties).toMatchObject({
    ConfigurationSetAttributes: { ConfigurationSetName: expect.anything() },
  });
});
