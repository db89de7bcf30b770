/** The deployments the tests look at: each switch of a stage is on in at least one of them. */
export interface Variant {
  readonly stage: string;
  /** What `-c key=value` would say. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whether the rule packs and the CDK's own template rules look at it. */
  readonly rules: boolean;
  /** Whether the web was built before. */
  readonly pages?: boolean;
}

export const VARIANTS = {
  production: { stage: 'prod', settings: { alarmsEmail: 'operator@example.org' }, rules: true, pages: true },
  /** The same again: what comes out must be the same. */
  productionAgain: {
    stage: 'prod',
    settings: { alarmsEmail: 'operator@example.org' },
    rules: false,
    pages: true,
  },
  local: { stage: 'local', settings: {}, rules: false },
  ownDomain: {
    stage: 'prod',
    settings: {
      webOrigin: 'https://tune.example.org',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/one',
      webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/one/two',
      signUpDomains: 'example.org, example.net',
    },
    rules: false,
  },
  clusterInVpc: {
    stage: 'prod',
    settings: { clusterVpc: 'vpc-1,sg-1,subnet-1:us-east-1a,subnet-2:us-east-1b' },
    rules: false,
  },
} as const satisfies Record<string, Variant>;

/** Written before the tests of this layer, read by each of them. */
export const SYNTHESIZED_FILE = 'test/infrastructure/output/synthesized.json';
