/** A typed client over `fetch`, made from the operations: used by the web and by the local journey. */
import type { AnyOperation, CallOf, ResponseOf } from './operation.ts';
import { Problem, PROBLEMS, type ProblemCode, type ProblemIssue } from './problems.ts';

export interface ClientOptions {
  /** Including `/v1`, as in `https://app.example.com/v1`. */
  baseUrl: string;
  /** A Cognito access token; asked for before each call, so that it may be renewed. */
  accessToken?: () => Promise<string | undefined>;
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** Required by operations that create; the same key makes a repeat safe. */
  idempotencyKey?: string;
  /** Answer of an earlier call; an unchanged resource then answers `notModified`. */
  ifNoneMatch?: string;
  signal?: AbortSignal;
}

export interface Answer<O extends AnyOperation> {
  status: number;
  body: ResponseOf<O>;
  etag: string | undefined;
  requestId: string | undefined;
}

/** The call was answered with an error, or not at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ProblemCode | 'unreachable' | 'not-modified';
  readonly detail: string | undefined;
  readonly issues: ProblemIssue[];
  readonly requestId: string | undefined;
  constructor(status: number, code: ApiError['code'], title: string, more: Partial<Problem> = {}) {
    super(title);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = more.detail;
    this.issues = more.issues ?? [];
    this.requestId = more.requestId;
  }
}

/** The gateway answers these itself, in a form that is not ours to shape (design.md §5). */
const GATEWAY_CODES: Record<number, ProblemCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'no-such-operation',
  413: 'body-too-large',
  429: 'too-many-requests',
  503: 'internal-error',
};

type Loose<T> = { [K in keyof T as {} extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as {} extends T[K] ? K : never]?: T[K];
};
/** What a call needs: parts of the request that may be empty may be left out. */
export type CallInput<O extends AnyOperation> = Loose<CallOf<O>>;

export interface Client {
  call<O extends AnyOperation>(operation: O, input: CallInput<O>, options?: CallOptions): Promise<Answer<O>>;
}

/** Fills `{name}` of a path, each value encoded. */
export function fillPath(path: string, values: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

/** Makes a client. It throws `ApiError` for every answer that is not a success, and parses those that are. */
export function apiClient(options: ClientOptions): Client {
  const send = options.fetch ?? fetch;
  return {
    async call(operation, input, callOptions = {}) {
      const { path = {}, query = {}, body } = input as { path?: object; query?: object; body?: unknown };
      const url = new URL(options.baseUrl + fillPath(operation.path, path as Record<string, unknown>));
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      const token = operation.caller === 'nobody-in-particular' ? undefined : await options.accessToken?.();
      const hasBody = operation.method === 'POST' || operation.method === 'PATCH';
      const headers: Record<string, string> = { accept: operation.success.contentType ?? 'application/json' };
      if (token) headers.authorization = `Bearer ${token}`;
      if (hasBody) headers['content-type'] = 'application/json';
      if (callOptions.idempotencyKey) headers['idempotency-key'] = callOptions.idempotencyKey;
      if (callOptions.ifNoneMatch) headers['if-none-match'] = callOptions.ifNoneMatch;
      let response: Response;
      try {
        response = await send(url, {
          method: operation.method,
          headers,
          ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}),
          ...(callOptions.signal ? { signal: callOptions.signal } : {}),
        });
      } catch (error) {
        if (callOptions.signal?.aborted) throw error;
        throw new ApiError(0, 'unreachable', 'The API does not answer. Check the connection and try again.');
      }
      if (response.status === 304) throw new ApiError(304, 'not-modified', 'Nothing has changed.');
      const text = await response.text();
      if (!response.ok) throw errorOf(response, text);
      const parsed = operation.success.body.parse(
        operation.success.status === 204
          ? undefined
          : operation.success.contentType
            ? text
            : JSON.parse(text),
      ) as ResponseOf<typeof operation>;
      return {
        status: response.status,
        body: parsed,
        etag: response.headers.get('etag') ?? undefined,
        requestId: response.headers.get('x-request-id') ?? undefined,
      };
    },
  };
}

function errorOf(response: Response, text: string): ApiError {
  const parsed = Problem.safeParse(jsonOrNothing(text));
  if (parsed.success) return new ApiError(response.status, parsed.data.code, parsed.data.title, parsed.data);
  const code =
    GATEWAY_CODES[response.status] ?? (response.status < 500 ? 'invalid-request' : 'internal-error');
  const requestId =
    response.headers.get('x-request-id') ?? response.headers.get('apigw-requestid') ?? undefined;
  return new ApiError(response.status, code, PROBLEMS[code].title, requestId ? { requestId } : {});
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
