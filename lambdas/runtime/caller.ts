/** Who calls: what the gateway's authorizers proved, never anything from a path or body. */
import * as z from 'zod';
import type { AnyOperation } from '../../contracts/operation.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { JobId, Owner } from '../../contracts/values.ts';

/** What `authorize-run` puts into its answer's context and `serve` reads back. */
export const RunCaller = z.object({
  token: z.enum(['bootstrap', 'run']),
  owner: Owner,
  jobId: JobId,
  attempt: z.coerce.number().int().positive(),
});
export type RunCaller = z.infer<typeof RunCaller>;

export interface Caller {
  /** The `sub` of the access token, or the owner a run token names; absent where nobody in particular calls. */
  owner: string | undefined;
  groups: readonly string[];
  claims: Readonly<Record<string, string>>;
  run: RunCaller | undefined;
}

/** The part of the event's request context that authorizers fill (HTTP API, payload 2.0). */
export interface AuthorizerContext {
  jwt?: { claims?: Record<string, unknown> };
  lambda?: Record<string, unknown> | null;
}

/** API Gateway writes a list claim as the text `[admins staff]`. */
function listClaim(claim: string | undefined): string[] {
  return (claim ?? '')
    .replace(/^\[|\]$/g, '')
    .split(/[\s,]+/)
    .filter((item) => item !== '');
}

function user(context: AuthorizerContext | undefined): Caller {
  const given = context?.jwt?.claims ?? {};
  const claims: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    claims[name] = Array.isArray(value) ? value.join(' ') : String(value);
  }
  const owner = Owner.safeParse(claims['sub']);
  // An id token carries the same `sub` and passes the gateway; it is meant for the browser, not for an API.
  if (claims['token_use'] !== 'access' || !owner.success) throw new ProblemError('unauthenticated');
  return { owner: owner.data, groups: listClaim(claims['cognito:groups']), claims, run: undefined };
}

function run(kind: RunCaller['token'], context: AuthorizerContext | undefined): Caller {
  const parsed = RunCaller.safeParse(context?.lambda);
  if (!parsed.success || parsed.data.token !== kind) throw new ProblemError('run-token-invalid');
  return { owner: parsed.data.owner, groups: [], claims: {}, run: parsed.data };
}

/** The Cognito group whose members may do what `contracts/admin.ts` says. */
const ADMINS = 'admins';

/** Membership stands in the token, so who leaves the group goes on for at most its 15 minutes. */
function admin(context: AuthorizerContext | undefined): Caller {
  const caller = user(context);
  if (!caller.groups.includes(ADMINS)) throw new ProblemError('forbidden');
  return caller;
}

/** The caller as this operation takes it. Throws `unauthenticated`, `forbidden` or `run-token-invalid`. */
export function callerOf(operation: AnyOperation, context: AuthorizerContext | undefined): Caller {
  switch (operation.caller) {
    case 'nobody-in-particular':
      return { owner: undefined, groups: [], claims: {}, run: undefined };
    case 'user':
      return user(context);
    case 'admin':
      return admin(context);
    case 'bootstrap':
    case 'run':
      return run(operation.caller, context);
  }
}
