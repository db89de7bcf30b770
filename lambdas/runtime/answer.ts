import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import type { AnyOperation } from '../../contracts/operation.ts';
import { type Problem, ProblemError, PROBLEMS } from '../../contracts/problems.ts';
import { Reply } from './reply.ts';

/** What every answer carries: nothing of a person's is kept by a cache on its way. */
const always = (requestId: string) => ({ 'x-request-id': requestId, 'cache-control': 'no-store' });

/** What a handler returned does not fit the operation: a fault of ours that must be seen, not sent. */
class AnswerError extends Error {
  constructor(operationId: string, issues: string) {
    super(`The answer of ${operationId} does not fit its contract:\n${issues}`);
    this.name = 'AnswerError';
  }
}

/** A handler's return as the HTTP answer. The body passes the operation's schema: what it does not name stays inside. */
export function answerOf(
  operation: AnyOperation,
  returned: unknown,
  requestId: string,
): APIGatewayProxyStructuredResultV2 {
  const { body, headers, status } = returned instanceof Reply ? returned : new Reply(returned, {}, undefined);
  const common = { ...always(requestId), ...headers };
  if (status === 304) return { statusCode: 304, headers: common };
  const parsed = operation.success.body.safeParse(body);
  if (!parsed.success) throw new AnswerError(operation.id, z.prettifyError(parsed.error));
  if (operation.success.status === 204) return { statusCode: 204, headers: common };
  const { contentType } = operation.success;
  return {
    statusCode: operation.success.status,
    headers: { ...common, 'content-type': contentType ?? 'application/json' },
    body: contentType ? String(parsed.data) : JSON.stringify(parsed.data),
  };
}

/** RFC 9457. Whatever is not a `ProblemError` says nothing of itself to the outside. */
export function problemAnswer(error: unknown, requestId: string): APIGatewayProxyStructuredResultV2 {
  const { code, detail, issues } = error instanceof ProblemError ? error : new ProblemError('internal-error');
  const { status, title } = PROBLEMS[code];
  const problem: Problem = {
    type: 'about:blank',
    code,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    requestId,
    ...(issues === undefined ? {} : { issues: issues.slice(0, 100) }),
  };
  return {
    statusCode: status,
    headers: {
      ...always(requestId),
      'content-type': 'application/problem+json',
      ...(status === 429 ? { 'retry-after': '60' } : {}),
    },
    body: JSON.stringify(problem),
  };
}
