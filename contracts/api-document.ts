/** docs/api.md: the operations and error codes as a page for people, made from the same objects. */
import type { AnyOperation } from './operation.ts';
import { operations } from './operations.ts';
import { problemsOf } from './openapi.ts';
import { PROBLEMS, PROBLEM_CODES } from './problems.ts';

const CALLERS: Record<AnyOperation['caller'], string> = {
  'nobody-in-particular': 'nobody in particular',
  user: 'a signed-in user (Cognito access token)',
  admin: 'a signed-in member of the group `admins`',
  bootstrap: 'a run, once (bootstrap token)',
  run: 'a run (run token)',
};

/** Markdown, one section a noun. */
export function apiDocument(): string {
  const nouns = Map.groupBy(operations, (operation) => operation.noun);
  const lines = [
    '# The API',
    '',
    'Generated from `contracts/` by `npm run generate`; `contracts/openapi.json` is the same for machines.',
    '',
    'JSON over HTTPS under `/v1`. Money is `…UsdMicros` (millionths of a dollar, integers), time is ISO 8601 in UTC.',
    'Every POST that creates takes an `Idempotency-Key` header. Unknown fields are refused.',
    'Errors are `application/problem+json` with a `code` of the list at the end.',
    'The gateway itself answers 401, 413, 429 and 503 in its own form, without `code`.',
    '',
  ];
  for (const [noun, list] of nouns) {
    lines.push(`## ${noun}`, '');
    for (const operation of list) {
      lines.push(
        `### \`${operation.method} /v1${operation.path}\``,
        '',
        `${operation.summary}`,
        '',
        `\`${operation.id}\` · called by ${CALLERS[operation.caller]}${operation.idempotent ? ' · takes an Idempotency-Key' : ''} · answers ${operation.success.status}`,
        '',
        `Problems: ${problemsOf(operation)
          .map((code) => `\`${code}\``)
          .join(', ')}`,
        '',
      );
    }
  }
  lines.push('## Problems', '', '| Code | Status | What it says |', '| --- | --- | --- |');
  for (const code of PROBLEM_CODES)
    lines.push(`| \`${code}\` | ${PROBLEMS[code].status} | ${PROBLEMS[code].title} |`);
  return `${lines.join('\n')}\n`;
}
