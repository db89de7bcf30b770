import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A rotated key is seen after five minutes, or at the first refusal. */
const CACHED_FOR_MS = 300_000;

/** The cluster's API key; `fresh` passes the cache by. */
export function secretsClusterKey(
  secrets: SecretsManagerClient,
  secretId: string,
  clock: () => number = Date.now,
): (fresh: boolean) => Promise<string> {
  let cached: { key: string; until: number } | undefined;
  return async (fresh) => {
    if (cached && !fresh && cached.until > clock()) return cached.key;
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (!SecretString) throw new Error('The secret of the cluster has no text.');
    cached = { key: SecretString, until: clock() + CACHED_FOR_MS };
    return SecretString;
  };
}
