import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { task } from '../runtime/consume.ts';
import { bearerToken, verifyToken } from './run-token.ts';
import { secretsSigningKeys } from './secrets-signing-keys.ts';

export const environment = z.object({ RUN_TOKEN_SECRET_ARN: z.string() });

const AuthorizerEvent = z.object({ headers: z.record(z.string(), z.string().optional()).default({}) });
/** HTTP API, payload 2.0, simple response; `serve` reads the context back (runtime/caller.ts). */
const AuthorizerAnswer = z.object({
  isAuthorized: z.boolean(),
  context: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/** Who a token names. Whether its attempt is still the live one is decided where the job is read. */
export const handler = task(
  environment,
  { input: AuthorizerEvent, output: AuthorizerAnswer },
  ({ RUN_TOKEN_SECRET_ARN }) => {
    const keys = secretsSigningKeys(new SecretsManagerClient({}), RUN_TOKEN_SECRET_ARN);
    return async ({ headers }, now) => {
      const name = Object.keys(headers).find((header) => header.toLowerCase() === 'authorization');
      const given = bearerToken(name === undefined ? undefined : headers[name]);
      const claims = given && verifyToken(given, await keys.all(), now());
      if (!claims) return { isAuthorized: false };
      const { kind, owner, jobId, attempt } = claims;
      return { isAuthorized: true, context: { token: kind, owner, jobId, attempt } };
    };
  },
);
