import type { AnyOperation } from '../../contracts/operation.ts';
import type { HttpEvent } from '../../lambdas/runtime/serve.ts';

/** An event as the HTTP API (payload 2.0) sends it once its authorizer has let the caller pass. */
export function httpEvent(
  operation: AnyOperation,
  more: {
    path?: Record<string, string>;
    query?: Record<string, string>;
    body?: unknown;
    headers?: Record<string, string>;
    claims?: Record<string, unknown>;
    run?: Record<string, unknown>;
  } = {},
): HttpEvent {
  return {
    routeKey: `${operation.method} /v1${operation.path}`,
    headers: more.headers ?? {},
    ...(more.path ? { pathParameters: more.path } : {}),
    ...(more.query ? { queryStringParameters: more.query } : {}),
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
    requestContext: {
      requestId: 'request-1',
      authorizer: {
        ...(more.claims ? { jwt: { claims: more.claims } } : {}),
        ...(more.run ? { lambda: more.run } : {}),
      },
    },
  };
}

export const accessClaims = (sub: string, groups?: string) => ({
  sub,
  token_use: 'access',
  ...(groups ? { 'cognito:groups': groups } : {}),
});
