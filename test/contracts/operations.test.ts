import { describe, expect, test } from '@jest/globals';
import { operations } from '../../contracts/operations.ts';
import { openApiDocument, problemsOf } from '../../contracts/openapi.ts';
import { PROBLEMS } from '../../contracts/problems.ts';
import { jsonSchema } from '../../contracts/openapi.ts';

describe('the operations', () => {
  test('have ids and routes that occur once', () => {
    const ids = operations.map((operation) => operation.id);
    const routes = operations.map((operation) => `${operation.method} ${operation.path}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(routes).size).toBe(routes.length);
  });

  test.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s names each parameter of its path and no other',
    (_, operation) => {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
      const schema = jsonSchema(operation.pathParameters, 'input') as { properties?: object };
      expect(Object.keys(schema.properties ?? {}).sort()).toEqual(inPath);
    },
  );

  test.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s refuses unknown fields in path, query and body',
    (_, operation) => {
      for (const part of [operation.pathParameters, operation.query, operation.body]) {
        const answer = part.safeParse({ aFieldNobodyKnows: 1 });
        expect(answer.success).toBe(false);
      }
    },
  );

  test('an operation that creates for a user takes an Idempotency-Key', () => {
    const creating = operations.filter(
      (operation) =>
        operation.caller === 'user' &&
        operation.method === 'POST' &&
        [201, 202].includes(operation.success.status),
    );
    // The two that answer 202 without creating anything converge by themselves: repeating them changes nothing.
    const convergent = ['completeDatasetUpload', 'retryValidation', 'cancelTrainingJob'];
    expect(
      creating
        .filter((operation) => !operation.idempotent)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(convergent.sort());
  });

  test('every problem says what is the case in one sentence and has an HTTP status of an error', () => {
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('every problem an operation names is documented under its status', () => {
    const document = openApiDocument() as {
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
    };
    for (const operation of operations) {
      const documented =
        document.paths[`/v1${operation.path}`]?.[operation.method.toLowerCase()]?.responses ?? {};
      for (const code of problemsOf(operation)) {
        expect(documented[PROBLEMS[code].status]?.description).toContain(`\`${code}\``);
      }
    }
  });
});
