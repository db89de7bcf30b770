import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from '@jest/globals';
import { secretsSigningKeys } from '../../lambdas/runs/secrets-signing-keys.ts';
import { secretsClusterKey } from '../../lambdas/training-workflow/secrets-cluster-key.ts';

/** A secret with its versions; reads are counted. */
function secret(versions: { AWSCURRENT?: string; AWSPREVIOUS?: string }) {
  const world = { versions, reads: 0, broken: false };
  const client = {
    send: async ({ input }: GetSecretValueCommand) => {
      world.reads += 1;
      if (world.broken) throw new Error('throttled');
      const text = world.versions[(input.VersionStage ?? 'AWSCURRENT') as keyof typeof versions];
      if (text !== undefined) return { SecretString: text };
      throw Object.assign(new Error('no such version'), { name: 'ResourceNotFoundException' });
    },
  };
  return { world, client: client as unknown as SecretsManagerClient };
}

describe('the key that tokens are signed with', () => {
  test('is read once in five minutes; after a rotation the one before it still verifies', async () => {
    let time = 0;
    const { world, client } = secret({ AWSCURRENT: 'one' });
    const keys = secretsSigningKeys(client, 'arn', () => time);
    expect(await keys.all()).toEqual(['one']);
    world.versions = { AWSCURRENT: 'two', AWSPREVIOUS: 'one' };
    time = 299_999;
    expect(await keys.current()).toBe('one');
    expect(world.reads).toBe(2);
    time = 300_000;
    expect(await keys.current()).toBe('two');
    expect(await keys.all()).toEqual(['two', 'one']);
  });

  test('that could not be read is asked for again at the next call', async () => {
    const { world, client } = secret({ AWSCURRENT: 'one' });
    const keys = secretsSigningKeys(client, 'arn', () => 0);
    world.broken = true;
    await expect(keys.all()).rejects.toThrow('throttled');
    world.broken = false;
    expect(await keys.all()).toEqual(['one']);
  });
});

test('the cluster’s key is kept for five minutes, unless the cluster refused it', async () => {
  let time = 0;
  const { world, client } = secret({ AWSCURRENT: 'one' });
  const key = secretsClusterKey(client, 'arn', () => time);
  expect(await key(false)).toBe('one');
  world.versions = { AWSCURRENT: 'two' };
  expect(await key(false)).toBe('one');
  expect(await key(true)).toBe('two');
  world.versions = { AWSCURRENT: 'three' };
  time = 300_000;
  expect(await key(false)).toBe('three');
});
