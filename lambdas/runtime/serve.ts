/** The way in of every API function, once: find the operation, parse, prove the caller, run, parse the answer, tell. */
// The named export that the linter sees has no types: the default is the documented one.
// oxlint-disable-next-line import/no-named-as-default
import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import type { AnyOperation, RequestOf } from '../../contracts/operation.ts';
import { ProblemError, type ProblemIssue } from '../../contracts/problems.ts';
import { type AuthorizerContext, type Caller, callerOf, type RunCaller } from './caller.ts';
import { builtOnce, type EnvironmentSchema } from './environment.ts';
import { type Idempotency, idempotencyKeyOf, requestHash } from './idempotency.ts';
import { log } from './log.ts';
import { answerOf, problemAnswer } from './answer.ts';
import type { Reply } from './reply.ts';

/** What of an HTTP API event (payload 2.0) is read. */
export interface HttpEvent {
  routeKey: string;
  headers?: Record<string, string | undefined>;
  pathParameters?: Record<string, string | undefined> | null;
  queryStringParameters?: Record<string, string | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: { requestId: string; authorizer?: AuthorizerContext };
}

/** What a handler gets: everything parsed, the caller proven, the clock as a function. */
interface ApiRequest<O extends AnyOperation> {
  readonly path: RequestOf<O>['path'];
  readonly query: RequestOf<O>['query'];
  readonly body: RequestOf<O>['body'];
  /** Throws where the operation needs no caller: there is no owner to act for. */
  readonly owner: string;
  /** Only operations of the trainer have it; throws elsewhere. */
  readonly run: RunCaller;
  readonly groups: readonly string[];
  /** Of the access token, such as `username`. An access token carries no e-mail address. */
  readonly claims: Readonly<Record<string, string>>;
  /** Of operations that create; throws elsewhere. */
  readonly idempotency: Idempotency;
  readonly requestId: string;
  /** The time of the call it is read in; never of module load, for a warm function lives long. */
  readonly now: () => Date;
  /** A request header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

type Body<O extends AnyOperation> = z.input<O['success']['body']>;
/** The body, a reply around it, or nothing where there is no body. */
type Returned<O extends AnyOperation> = Body<O> | Reply<Body<O>> | (undefined extends Body<O> ? void : never);
type Handle<O extends AnyOperation> = (request: ApiRequest<O>) => Returned<O> | Promise<Returned<O>>;
/** One handler for each operation of the noun: a missing one does not compile. */
export type Handlers<O extends AnyOperation> = { readonly [Each in O as Each['id']]: Handle<Each> };

export type HttpHandler = (
  event: HttpEvent,
  context?: Partial<Context>,
) => Promise<APIGatewayProxyStructuredResultV2>;

function issuesOf(error: z.ZodError, place: string): ProblemIssue[] {
  return error.issues.flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
    return names.map((name) => ({
      path: [...(place === 'body' ? [] : [place]), ...issue.path, ...name].map(String).join('.'),
      message: name.length > 0 ? 'this field is not known here' : issue.message,
    }));
  });
}

/** The JSON body of a request; `{}` where there is none. Throws `body-too-large` or `invalid-request`. */
function jsonBody(event: HttpEvent): unknown {
  if (event.body === undefined || event.body === null || event.body === '') return {};
  const bytes = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LIMITS.requestBytes) {
    throw new ProblemError('body-too-large', `At most ${LIMITS.requestBytes} bytes.`);
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ProblemError('invalid-request', 'The body is not valid JSON.');
  }
}

/** Path, query and body as the operation's schemas give them. Throws `invalid-request` with every issue of all three. */
function parseRequest(operation: AnyOperation, event: HttpEvent) {
  const takesBody = operation.method === 'POST' || operation.method === 'PATCH';
  const path = operation.pathParameters.safeParse(event.pathParameters ?? {});
  const query = operation.query.safeParse(event.queryStringParameters ?? {});
  const body = operation.body.safeParse(takesBody ? jsonBody(event) : {});
  if (path.success && query.success && body.success) {
    return { path: path.data, query: query.data, body: body.data };
  }
  throw new ProblemError('invalid-request', undefined, [
    ...(path.success ? [] : issuesOf(path.error, 'path')),
    ...(query.success ? [] : issuesOf(query.error, 'query')),
    ...(body.success ? [] : issuesOf(body.error, 'body')),
  ]);
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`This operation has no ${what}.`);
  return value;
}

function requestOf(
  operation: AnyOperation,
  event: HttpEvent,
  caller: Caller,
  header: (name: string) => string | undefined,
): ApiRequest<AnyOperation> {
  const { path, query, body } = parseRequest(operation, event);
  const idempotency =
    operation.idempotent && caller.owner !== undefined
      ? {
          owner: caller.owner,
          operationId: operation.id,
          key: idempotencyKeyOf(header('idempotency-key')),
          requestHash: requestHash(path, body),
        }
      : undefined;
  return {
    path,
    query,
    body,
    get owner() {
      return present(caller.owner, 'owner');
    },
    get run() {
      return present(caller.run, 'run');
    },
    get idempotency() {
      return present(idempotency, 'idempotency key');
    },
    groups: caller.groups,
    claims: caller.claims,
    requestId: event.requestContext.requestId,
    now: () => new Date(),
    header,
  };
}

function headersOf(event: HttpEvent) {
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return (name: string) => headers.get(name);
}

/**
 * A noun's API function. `operations` are the noun's own from `contracts` (not all: each function bundles and
 * initialises its own schemas only); `build` makes the handlers at the first request.
 */
export function serve<
  O extends AnyOperation,
  Schema extends EnvironmentSchema,
  // A parameter of its own, or TypeScript widens the literals of what the handlers return.
  All extends Handlers<O>,
>(operations: readonly O[], environment: Schema, build: (environment: z.output<Schema>) => All): HttpHandler {
  const routes = new Map(
    operations.map((operation) => [`${operation.method} /v1${operation.path}`, operation]),
  );
  const handlers = builtOnce(environment, build);

  const answer = async (event: HttpEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const operation = routes.get(event.routeKey);
    if (!operation) throw new ProblemError('no-such-operation');
    const caller = callerOf(operation, event.requestContext.authorizer);
    const request = requestOf(operation, event, caller, headersOf(event));
    // The mapped type proves one handler for each id; a lookup by a runtime id cannot carry that proof.
    const handle = (handlers() as unknown as Record<string, Handle<AnyOperation>>)[operation.id];
    return answerOf(operation, await present(handle, 'handler')(request), request.requestId);
  };

  return middy<HttpEvent, APIGatewayProxyStructuredResultV2>()
    .onError((failed) => {
      const { requestId } = failed.event.requestContext;
      if (!(failed.error instanceof ProblemError)) {
        log.error('A request failed', { requestId, route: failed.event.routeKey, error: failed.error });
      }
      failed.response = problemAnswer(failed.error, requestId);
    })
    .handler(answer) as unknown as HttpHandler;
}
