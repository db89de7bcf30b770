import { describe, expect, test } from '@jest/globals';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { GPU_TYPES } from '../../lambdas/catalog/gpu-types.ts';
import { readStage, Stage, unsetSettings } from '../../lib/stage.ts';

const nothing = () => undefined;
const said = (settings: Record<string, string>) => (key: string) => settings[key];

describe('what is said from outside', () => {
  test('context comes before the environment, and the environment before the file', () => {
    const variables = { BRIGHTRUN_WEB_ORIGIN: 'https://environment.test' };
    expect(readStage('prod', nothing, {}).webOrigin).toBe('https://brightrun.example.com');
    expect(readStage('prod', nothing, variables).webOrigin).toBe('https://environment.test');
    expect(readStage('prod', said({ webOrigin: 'https://context.test' }), variables).webOrigin).toBe(
      'https://context.test',
    );
  });

  test('trainers call the pages’ origin unless they have an address of their own', () => {
    expect(readStage('local', said({ webOrigin: 'http://127.0.0.1:4321' }), {}).runsApiUrl).toBe(
      'http://127.0.0.1:4321/v1',
    );
    expect(readStage('prod', said({ runsApiUrl: 'https://runs.example.org/v1' }), {}).runsApiUrl).toBe(
      'https://runs.example.org/v1',
    );
  });

  test('a setting changes what it names and leaves the rest', () => {
    const before = readStage('prod', nothing, {});
    const after = readStage('prod', said({ emailFrom: 'a@example.org' }), {});
    expect(after).toEqual({ ...before, email: { ...before.email, from: 'a@example.org' } });
  });

  test('domains turn sign-up from invitations to those domains', () => {
    expect(readStage('prod', said({ signUpDomains: 'a.test, b.test' }), {}).signUp).toEqual({
      mode: 'domains',
      domains: ['a.test', 'b.test'],
    });
  });
});

describe('what does not fit', () => {
  test('an unknown stage names the known ones', () => {
    expect(() => readStage('production', nothing, {})).toThrow(
      'There is no stage "production". Give one of local, dev, prod: -c stage=dev',
    );
  });

  test('a bad value names its setting', () => {
    expect(() => readStage('prod', said({ webOrigin: 'not an address' }), {})).toThrow(/webOrigin/);
    expect(() => readStage('prod', said({ webOrigin: 'https://a.test/' }), {})).toThrow(/slash/);
    expect(() => readStage('prod', said({ clusterVpc: 'vpc-1,sg-1' }), {})).toThrow(/clusterNetwork/);
  });
});

test('sign-up codes are not left to a sender that nobody has confirmed', () => {
  const { email, ...prod } = readStage('prod', nothing, {});
  const unconfirmed = Stage.safeParse({ ...prod, email: { ...email, identity: 'create', codesBy: 'ses' } });
  expect(unconfirmed.error?.message).toMatch(/identity \\"existing\\"/);
});

test('nothing is deployed with an example’s address in it', () => {
  expect(unsetSettings(readStage('prod', nothing, {}))).toEqual([
    'BRIGHTRUN_WEB_ORIGIN',
    'GPU_CLUSTER_API_URL',
    'BRIGHTRUN_EMAIL_FROM',
  ]);
  expect(
    unsetSettings(
      readStage(
        'prod',
        said({
          webOrigin: 'https://tune.test',
          clusterApiUrl: 'https://ray.test',
          emailFrom: 'a@tune.test',
        }),
        {},
      ),
    ),
  ).toEqual([]);
});

test.each(['local', 'dev', 'prod'])('%s offers GPU types and base models that the catalog has', (name) => {
  const stage = readStage(name, nothing, {});
  expect(GPU_TYPES.map(({ id }) => id)).toEqual(expect.arrayContaining(stage.gpuTypes));
  expect(BASE_MODELS.map(({ id }) => id)).toEqual(expect.arrayContaining(stage.baseModels));
});
