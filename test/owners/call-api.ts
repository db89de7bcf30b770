/** Calls the real handlers as the gateway would, each noun's module loaded once it is needed. */
import type { Noun } from '../../contracts/operation.ts';
import type { AnyOperation } from '../../contracts/operation.ts';
import type { HttpHandler } from '../../lambdas/runtime/serve.ts';
import { accessClaims, httpEvent } from '../runtime/http-event.ts';

const HANDLERS: Record<Noun, () => Promise<{ handler: HttpHandler }>> = {
  health: () => import('../../lambdas/health/health.lambda.ts'),
  catalog: () => import('../../lambdas/catalog/catalog.lambda.ts'),
  datasets: () => import('../../lambdas/datasets/datasets.lambda.ts'),
  costs: () => import('../../lambdas/costs/costs.lambda.ts'),
  'training-jobs': () => import('../../lambdas/training-jobs/training-jobs.lambda.ts'),
  metrics: () => import('../../lambdas/metrics/metrics.lambda.ts'),
  models: () => import('../../lambdas/models/models.lambda.ts'),
  notifications: () => import('../../lambdas/notifications/notifications.lambda.ts'),
  account: () => import('../../lambdas/account/account.lambda.ts'),
  admin: () => import('../../lambdas/admin/admin.lambda.ts'),
  runs: () => import('../../lambdas/runs/runs.lambda.ts'),
};

export interface ApiInput {
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  idempotencyKey?: string;
}

/** What a run's token proves; the authorizer puts it into the event. */
export interface RunIdentity {
  owner: string;
  jobId: string;
  attempt: number;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  /** Parsed where it is JSON, else the text. */
  body: unknown;
}

/** A member of the Cognito group. */
export interface AdminIdentity {
  admin: string;
}

/** One call by a person (their `sub`), by an admin, by a run, or by nobody. */
export async function callApi(
  operation: AnyOperation,
  caller: string | AdminIdentity | RunIdentity | undefined,
  input: ApiInput = {},
): Promise<ApiAnswer> {
  const { handler } = await HANDLERS[operation.noun]();
  const answer = await handler(
    httpEvent(operation, {
      ...(input.path ? { path: input.path } : {}),
      ...(input.query ? { query: input.query } : {}),
      ...(input.body === undefined ? {} : { body: input.body }),
      headers: input.idempotencyKey ? { 'idempotency-key': input.idempotencyKey } : {},
      ...(typeof caller === 'string' ? { claims: accessClaims(caller) } : {}),
      ...(typeof caller === 'object' && 'admin' in caller
        ? { claims: accessClaims(caller.admin, '[staff admins]') }
        : {}),
      ...(typeof caller === 'object' && 'jobId' in caller
        ? { run: { token: operation.caller, ...caller, attempt: String(caller.attempt) } }
        : {}),
    }),
  );
  const headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const text = answer.body ?? '';
  const isJson = headers['content-type']?.includes('json') ?? false;
  return { status: answer.statusCode ?? 0, headers, body: isJson ? JSON.parse(text) : text };
}
