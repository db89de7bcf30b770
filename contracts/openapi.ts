/** The OpenAPI 3.1 document, made from the operations; `npm run generate` writes it, a test keeps it fresh. */
import * as z from 'zod';
import { namedSchemas } from './named-schemas.ts';
import type { AnyOperation } from './operation.ts';
import { operations } from './operations.ts';
import { Problem, PROBLEMS, type ProblemCode } from './problems.ts';

/** What every operation may answer, whatever it does. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid-request',
  'internal-error',
  'body-too-large',
  'too-many-requests',
];
const BY_CALLER: Record<AnyOperation['caller'], readonly ProblemCode[]> = {
  'nobody-in-particular': [],
  user: ['unauthenticated'],
  admin: ['unauthenticated', 'forbidden'],
  bootstrap: ['run-token-invalid'],
  run: ['run-token-invalid'],
};

/** All codes an operation can answer with, once each. */
export function problemsOf(operation: AnyOperation): ProblemCode[] {
  const hasId = operation.path.includes('{');
  const codes: ProblemCode[] = [...ALWAYS, ...BY_CALLER[operation.caller], ...operation.problems];
  if (hasId) codes.push('not-found');
  if (operation.idempotent)
    codes.push('idempotency-key-missing', 'idempotency-key-reused', 'request-in-progress');
  return [...new Set(codes)];
}

/** JSON Schema of one side: `input` is what a caller may send, `output` what an answer holds; named ones in `$defs`. */
export function jsonSchema(schema: z.ZodType, side: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: side,
    unrepresentable: 'any',
    metadata: namedSchemas,
  });
  return rest;
}

type Components = Map<string, string>;

/** As `jsonSchema`, with the named schemas moved to the document's components: each stands there once. */
function referring(components: Components, schema: z.ZodType, side: 'input' | 'output'): unknown {
  const { $defs = {}, ...rest } = jsonSchema(schema, side) as { $defs?: Record<string, object> };
  // A default makes a field optional on the way in and certain on the way out: two sides, two names.
  const suffix = side === 'input' ? 'Input' : '';
  const nameOf = (id: string) => `${id}${suffix}`;
  const rewrite = (value: unknown): string =>
    JSON.stringify(value).replace(
      /"#\/\$defs\/([^"]+)"/g,
      (_, id: string) => `"#/components/schemas/${nameOf(id)}"`,
    );
  for (const [id, definition] of Object.entries($defs)) {
    const { id: _id, ...body } = definition as { id?: string };
    components.set(nameOf(id), rewrite(body));
  }
  return JSON.parse(rewrite(withoutId(rest)));
}

function withoutId(schema: Record<string, unknown>): Record<string, unknown> {
  const { id: _id, ...rest } = schema;
  return rest;
}

function parameters(components: Components, operation: AnyOperation): unknown[] {
  const from = (schema: z.ZodType, place: 'path' | 'query') => {
    const json = referring(components, schema, 'input') as {
      properties?: Record<string, object>;
      required?: string[];
    };
    return Object.entries(json.properties ?? {}).map(([name, property]) => ({
      name,
      in: place,
      required: place === 'path' || (json.required ?? []).includes(name),
      schema: withoutCoercion(property),
    }));
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'The same key and body replay the first answer for 24 hours; another body answers 422.',
    schema: { type: 'string', minLength: 8, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' },
  };
  return [
    ...from(operation.pathParameters, 'path'),
    ...from(operation.query, 'query'),
    ...(operation.idempotent ? [key] : []),
  ];
}

/** A coerced number accepts any text as far as JSON Schema can tell; in a URL it is meant as the number. */
function withoutCoercion(property: object): object {
  return Object.keys(property).some((name) => name !== 'default')
    ? property
    : { type: 'integer', ...property };
}

function responses(components: Components, operation: AnyOperation): Record<string, unknown> {
  const { status, body, contentType } = operation.success;
  const answers: Record<string, unknown> = {
    [status]:
      status === 204
        ? { description: 'Done; no body.' }
        : {
            description: 'Success.',
            content: {
              [contentType ?? 'application/json']: { schema: referring(components, body, 'output') },
            },
          },
  };
  const byStatus = Map.groupBy(problemsOf(operation), (code) => PROBLEMS[code].status);
  for (const [problemStatus, codes] of byStatus) {
    answers[problemStatus] = {
      description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return answers;
}

/** The whole document. Servers are left out: an installation's own address is not ours to know. */
export function openApiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  const components: Components = new Map();
  for (const operation of operations) {
    const hasBody = operation.method === 'POST' || operation.method === 'PATCH';
    (paths[`/v1${operation.path}`] ??= {})[operation.method.toLowerCase()] = {
      operationId: operation.id,
      summary: operation.summary,
      tags: [operation.noun],
      security: operation.caller === 'nobody-in-particular' ? [] : [{ [operation.caller]: [] }],
      parameters: parameters(components, operation),
      ...(hasBody
        ? {
            requestBody: {
              required: true,
              content: { 'application/json': { schema: referring(components, operation.body, 'input') } },
            },
          }
        : {}),
      responses: responses(components, operation),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'BrightRun',
      version: '1',
      description:
        'Fine-tune language models with LoRA in your own AWS account. The gateway itself answers 401, 413, 429 and 503 in its own form, without `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: {
        ...Object.fromEntries(
          [...components]
            .sort(([a], [b]) => a.localeCompare(b, 'en'))
            .map(([id, text]) => [id, JSON.parse(text)]),
        ),
        Problem: withoutId(jsonSchema(Problem, 'output')),
      },
      securitySchemes: {
        user: { type: 'http', scheme: 'bearer', description: 'A Cognito access token.' },
        admin: {
          type: 'http',
          scheme: 'bearer',
          description: 'A Cognito access token of a member of the group `admins`.',
        },
        bootstrap: { type: 'http', scheme: 'bearer', description: 'The token a run was started with.' },
        run: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token a claim or the last progress answered with.',
        },
      },
    },
  };
}
