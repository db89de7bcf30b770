import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export interface SigningKeys {
  current(): Promise<string>;
  /** The current key, and the one before it where the secret was rotated. */
  all(): Promise<string[]>;
}

/** A rotated secret is seen after at most five minutes; until then the key before it still verifies. */
const CACHED_FOR_MS = 300_000;

export function secretsSigningKeys(
  secrets: SecretsManagerClient,
  secretId: string,
  clock: () => number = Date.now,
): SigningKeys {
  let cached: { keys: Promise<string[]>; until: number } | undefined;

  async function read(stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<string | undefined> {
    try {
      const found = await secrets.send(
        new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }),
      );
      return found.SecretString;
    } catch (error) {
      // A secret that was never rotated has no version before its current one.
      const isAbsent = error instanceof Error && error.name === 'ResourceNotFoundException';
      if (stage === 'AWSPREVIOUS' && isAbsent) return undefined;
      throw error;
    }
  }

  async function load(): Promise<string[]> {
    const [current, previous] = await Promise.all([read('AWSCURRENT'), read('AWSPREVIOUS')]);
    if (!current) throw new Error('The signing secret has no text.');
    return previous && previous !== current ? [current, previous] : [current];
  }

  function all(): Promise<string[]> {
    if (!cached || cached.until <= clock()) {
      const keys = load();
      cached = { keys, until: clock() + CACHED_FOR_MS };
      keys.catch(() => (cached = undefined));
    }
    return cached.keys;
  }

  return {
    all,
    async current() {
      const [key] = await all();
      if (!key) throw new Error('The signing secret has no text.');
      return key;
    },
  };
}
