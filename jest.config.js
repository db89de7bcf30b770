/** One project a layer, so that each has its own script; ESM only (middy 7 has no CommonJS build). */
const transform = {
  '^.+\\.tsx?$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', tsx: true },
        transform: { react: { runtime: 'automatic' } },
        // Node wants `with { type: 'json' }` on JSON imports; swc drops it by default.
        experimental: { keepImportAttributes: true },
      },
      module: { type: 'es6' },
    },
  ],
};
const layer = (displayName, folders, more = {}) => ({
  displayName,
  testEnvironment: 'node',
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts?(x)`),
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform,
  ...more,
});

export default {
  projects: [
    layer('unit', [
      'runtime',
      'datasets',
      'catalog',
      'costs',
      'training-jobs',
      'metrics',
      'models',
      'notifications',
      'account',
      'runs',
      'training-workflow',
      'health',
      'failures',
      'owners',
      'guards',
      'local',
    ]),
    layer('contracts', ['contracts']),
    layer('infrastructure', ['infrastructure'], {
      globalSetup: '<rootDir>/test/infrastructure/synthesize-once.mjs',
    }),
    layer('simulation', ['simulation']),
    layer('integration', ['integration']),
    layer('chaos', ['chaos']),
    layer('browser', ['browser']),
    layer('web', ['web'], { testEnvironment: 'jsdom' }),
  ],
};
