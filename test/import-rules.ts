/** Who may import whom (docs/decisions/0002): the role is in the file's name, the noun in its folder. */
const NOUNS =
  'datasets|catalog|costs|training-jobs|metrics|models|notifications|account|admin|runs|training-workflow|health|failures';
const ADAPTER = '/(dynamo|s3|sns|ray|ses|sfn|sqs|cognito|secrets)-[^/]+\\.ts$';

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-are-zod-only',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { pathNot: ['^contracts/', '^node_modules/zod/', '^node:', '^(fs|path)$'] },
    },
    {
      name: 'rules-import-no-sdk',
      comment: 'A rule is pure; what talks to AWS or the cluster is an adapter, named after what it adapts.',
      severity: 'error',
      from: {
        path: `^lambdas/(${NOUNS})/`,
        pathNot: [ADAPTER, '\\.lambda\\.ts$'],
      },
      to: { path: '^node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'rules-import-no-adapter',
      severity: 'error',
      from: { path: `^lambdas/(${NOUNS})/`, pathNot: [ADAPTER, '\\.lambda\\.ts$'] },
      to: { path: `^lambdas/(${NOUNS})${ADAPTER}`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'adapters-belong-to-their-noun',
      comment: 'Another noun’s adapter may be wired by an entry, never imported by an adapter or a rule.',
      severity: 'error',
      from: { path: `^lambdas/(${NOUNS})/`, pathNot: '\\.lambda\\.ts$' },
      to: { path: `^lambdas/(${NOUNS})${ADAPTER}`, pathNot: '^lambdas/$1/' },
    },
    {
      name: 'entries-are-imported-by-nobody',
      severity: 'error',
      from: { path: '^(lambdas|contracts|web)/' },
      to: { path: '\\.lambda\\.ts$' },
    },
    {
      name: 'web-imports-contracts-only',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^(lambdas|lib|local|bin|test|trainer)/' },
    },
    {
      name: 'lambdas-import-contracts-only',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '^(lib|local|bin|web|test)/' },
    },
    {
      name: 'nothing-imports-test-or-local',
      severity: 'error',
      from: { path: '^(bin|lib|contracts|lambdas|web)/' },
      to: { path: '^(test|local)/' },
    },
    {
      name: 'middy-runs-once',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/runtime/' },
      to: { path: '^node_modules/@middy/' },
    },
    {
      name: 'not-resolvable',
      comment: 'aws-lambda is types alone (@types/aws-lambda): there is no package of that name to resolve.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(cdk\\.out|\\.local|dist|output)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
