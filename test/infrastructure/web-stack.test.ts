/** What stands between the internet and the pages. */
import { expect, test } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { securityHeaders } from '../../lib/security-headers.ts';
import { resource, resources, webOf, type Template } from './synthesized.ts';

/** AWS names its managed policies by these ids. */
const MANAGED = {
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  allViewerExceptHost: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
};

const plain = webOf('production');
const withDomain = webOf('ownDomain');
const configurationOf = (template: Template) =>
  resource(template, 'AWS::CloudFront::Distribution').Properties['DistributionConfig'] as {
    CacheBehaviors: Record<string, unknown>[];
    DefaultCacheBehavior: Record<string, unknown>;
    Origins: Record<string, unknown>[];
  } & Record<string, unknown>;
const distribution = configurationOf(plain);

test('the API behind the pages is never cached, gets the token and every method, and its own host', () => {
  expect(distribution.CacheBehaviors).toEqual([
    expect.objectContaining({
      PathPattern: '/v1/*',
      CachePolicyId: MANAGED.cachingDisabled,
      OriginRequestPolicyId: MANAGED.allViewerExceptHost,
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      ViewerProtocolPolicy: 'https-only',
    }),
  ]);
});

test('an error of the API stays an error: pages are rewritten before their own origin alone', () => {
  expect(distribution).not.toHaveProperty('CustomErrorResponses');
  expect(distribution.CacheBehaviors[0]).not.toHaveProperty('FunctionAssociations');
  expect(distribution.DefaultCacheBehavior['FunctionAssociations']).toEqual([
    expect.objectContaining({ EventType: 'viewer-request' }),
  ]);
});

test('a path without a file is a page, a file is itself', () => {
  const code = resource(plain, 'AWS::CloudFront::Function').Properties['FunctionCode'];
  const rewritten = (uri: string): unknown =>
    runInNewContext(`${String(code)}; handler({ request: { uri: ${JSON.stringify(uri)} } }).uri`);
  expect(rewritten('/')).toBe('/index.html');
  expect(rewritten('/jobs/job_01J')).toBe('/index.html');
  expect(rewritten('/datasets/')).toBe('/index.html');
  expect(rewritten('/assets/index-4f2a.js')).toBe('/assets/index-4f2a.js');
  expect(rewritten('/config.json')).toBe('/config.json');
});

test('the pages’ bucket answers the distribution alone', () => {
  const [origin] = distribution.Origins;
  expect(origin).toMatchObject({ OriginAccessControlId: expect.anything() });
  const policies = resources(plain, 'AWS::S3::BucketPolicy').map((policy) =>
    JSON.stringify(policy.Properties),
  );
  const allowed = policies.filter((policy) => policy.includes('cloudfront.amazonaws.com'));
  expect(allowed).toHaveLength(1);
  expect(allowed[0]).toContain('"AWS:SourceArn"');
  for (const bucket of resources(plain, 'AWS::S3::Bucket')) {
    expect(bucket.Properties['PublicAccessBlockConfiguration']).toMatchObject({
      RestrictPublicBuckets: true,
    });
  }
});

test('every page carries the headers of the one constant', () => {
  const policy = resource(plain, 'AWS::CloudFront::ResponseHeadersPolicy').Properties;
  const sent = JSON.stringify(policy);
  const {
    'Content-Security-Policy': contentPolicy = '',
    'Strict-Transport-Security': transport,
    'X-Content-Type-Options': contentType,
    ...others
  } = securityHeaders({ signIn: 'SIGN-IN', buckets: ['BUCKET'] });
  const expected = [
    ...contentPolicy.split('; ').filter((directive) => !directive.startsWith('connect-src')),
    ...Object.values(others),
    // CloudFront has fields of its own for these two.
    '"AccessControlMaxAgeSec":15552000',
    '"ContentTypeOptions":{"Override":true}',
  ];
  expect({ transport, contentType }).toEqual({
    transport: 'max-age=15552000; includeSubDomains',
    contentType: 'nosniff',
  });
  expect(expected.filter((value) => !sent.includes(value))).toEqual([]);
});

test('scripts and styles come from the origin alone, and connections go to sign-in and the two buckets', () => {
  const policy = securityHeaders({
    signIn: 'https://sign-in.test',
    buckets: ['https://a.test', 'https://b.test'],
  })['Content-Security-Policy'];
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("connect-src 'self' https://sign-in.test https://a.test https://b.test;");
  expect(policy).not.toMatch(/unsafe|\*/);
});

test('the pages may reach exactly the buckets that URLs are signed for', () => {
  const policy = JSON.stringify(resource(plain, 'AWS::CloudFront::ResponseHeadersPolicy').Properties);
  expect(policy).toMatch(
    /https:\/\/",\{"Fn::ImportValue":"[^"]*datasetsBucket[^"]*"\},"\.s3\.",\{"Ref":"AWS::Region"\}/,
  );
  expect(policy).toMatch(
    /https:\/\/",\{"Fn::ImportValue":"[^"]*modelsBucket[^"]*"\},"\.s3\.",\{"Ref":"AWS::Region"\}/,
  );
});

test('files with a hash are kept a year and go first; the document is asked for each time', () => {
  const deployments = resources(plain, 'Custom::CDKBucketDeployment');
  const [hashed, document] = ['HashedFiles', 'Document'].map((name) =>
    deployments.find(({ id }) => id.startsWith(name)),
  );
  expect(hashed?.Properties).toMatchObject({
    Exclude: ['*'],
    Include: ['assets/*'],
    Prune: false,
    SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
  });
  expect(document?.Properties).toMatchObject({
    Exclude: ['assets/*'],
    Prune: false,
    SystemMetadata: { 'cache-control': 'no-cache' },
    DistributionPaths: ['/*'],
  });
  expect(document?.DependsOn).toContain(hashed?.id);
});

test('without built pages only their configuration is deployed', () => {
  const deployments = resources(withDomain, 'Custom::CDKBucketDeployment');
  expect(deployments.map(({ id }) => id.replace(/CustomResource.*$/, ''))).toEqual(['Document']);
});

test('a domain, its certificate and a web ACL are used where the stage names them', () => {
  expect(configurationOf(withDomain)).toMatchObject({
    Aliases: ['tune.example.org'],
    ViewerCertificate: expect.objectContaining({ MinimumProtocolVersion: 'TLSv1.2_2021' }),
    WebACLId: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/two',
  });
  expect(distribution).not.toHaveProperty('WebACLId');
});
