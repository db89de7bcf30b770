/** One object per route: the only place where method, path, request, responses and errors stand. */
import * as z from 'zod';
import type { ProblemCode } from './problems.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export type Noun =
  | 'health'
  | 'catalog'
  | 'datasets'
  | 'costs'
  | 'training-jobs'
  | 'metrics'
  | 'models'
  | 'notifications'
  | 'account'
  | 'admin'
  | 'runs';

/**
 * Who may call: `nobody-in-particular` needs no token, `user` a Cognito access token, `admin` one whose
 * claims name the group `admins`,
 * `bootstrap` the token a run was started with, `run` the token a claim answered with.
 */
export type Caller = 'nobody-in-particular' | 'user' | 'admin' | 'bootstrap' | 'run';

export interface Operation<
  Path extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
  Id extends string = string,
> {
  /** Also the operationId of the OpenAPI file and the key in a noun's handler. */
  readonly id: Id;
  /** The function that serves it: `lambdas/<noun>/<noun>.lambda.ts`. */
  readonly noun: Noun;
  readonly method: Method;
  /** Under `/v1`, with `{name}` for path parameters, as API Gateway writes it. */
  readonly path: string;
  readonly summary: string;
  readonly caller: Caller;
  /** True for every POST that creates: the Idempotency-Key header is then required. */
  readonly idempotent: boolean;
  readonly pathParameters: Path;
  readonly query: Query;
  readonly body: Body;
  /** Status and body of success; `contentType` only where it is not JSON. */
  readonly success: {
    readonly status: 200 | 201 | 202 | 204;
    readonly body: Response;
    readonly contentType?: string;
  };
  /** Codes this operation answers with besides those every operation may (see `openapi.ts`). */
  readonly problems: readonly ProblemCode[];
}

const nothing = z.strictObject({});
type Nothing = typeof nothing;

interface OperationInput<Id extends string, Path, Query, Body, Response> {
  id: Id;
  noun: Noun;
  method: Method;
  path: string;
  summary: string;
  caller?: Caller;
  idempotent?: boolean;
  pathParameters?: Path;
  query?: Query;
  body?: Body;
  success: { status: 200 | 201 | 202 | 204; body: Response; contentType?: string };
  problems?: readonly ProblemCode[];
}

/** Fills in what most operations share: a user calls, nothing in path, query or body, no code of its own. */
export function operation<
  const Id extends string,
  Response extends z.ZodType,
  Path extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>(input: OperationInput<Id, Path, Query, Body, Response>): Operation<Path, Query, Body, Response, Id> {
  return {
    id: input.id,
    noun: input.noun,
    method: input.method,
    path: input.path,
    summary: input.summary,
    caller: input.caller ?? 'user',
    idempotent: input.idempotent ?? false,
    pathParameters: (input.pathParameters ?? nothing) as Path,
    query: (input.query ?? nothing) as Query,
    body: (input.body ?? nothing) as Body,
    success: input.success,
    problems: input.problems ?? [],
  };
}

export type AnyOperation = Operation;
/** What a handler gets, after parsing. */
export type RequestOf<O extends AnyOperation> = {
  path: z.output<O['pathParameters']>;
  query: z.output<O['query']>;
  body: z.output<O['body']>;
};
/** What a client sends, before defaults are filled in. */
export type CallOf<O extends AnyOperation> = {
  path: z.input<O['pathParameters']>;
  query: z.input<O['query']>;
  body: z.input<O['body']>;
};
export type ResponseOf<O extends AnyOperation> = z.output<O['success']['body']>;

/** The body of a 204. */
export const NoContent = z.undefined();
