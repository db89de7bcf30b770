/** A dataset's checked version with the problems that a test gives it, and an API that reports and repairs it. */
import { beforeEach } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { DATASET_ISSUES, type DatasetIssueCode } from '../../contracts/dataset-issues.ts';
import type { CheckSummary, DatasetVersion } from '../../contracts/dataset-versions.ts';

export const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');
const DATASET = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const at = '2026-11-23T12:00:00.000Z';
export const issue = (code: DatasetIssueCode, rows: number, more = {}): CheckSummary['issues'][number] => ({
  code,
  severity: DATASET_ISSUES[code].severity,
  count: rows,
  rows,
  file: 'data',
  ...more,
});
export const version = (issues: CheckSummary['issues'], number = 3) =>
  ({
    datasetId: DATASET,
    version: number,
    declaredBytes: 100,
    createdAt: at,
    updatedAt: at,
    status: 'ready',
    files: { data: { bytes: 100, sha256: 'a'.repeat(64), versionId: 'v' } },
    summary: {
      verdict: 'ready-with-warnings',
      format: 'chat',
      rows: 48_210,
      usableRows: 48_210,
      validationRows: 0,
      tokens: {
        tokenizer: 'llama',
        method: 'exact',
        total: 1,
        trained: 1,
        longestRow: 5_000,
        contextLength: 4_096,
        rowsOverContext: 612,
        validation: 0,
        histogram: [],
        tokensCut: 720_000,
        answersCut: 588,
      },
      issues,
      checkedAt: at,
      checkMilliseconds: 1200,
    },
  }) satisfies DatasetVersion;
export const dataset = {
  id: DATASET,
  name: 'support-replies',
  latestVersion: 3,
  createdAt: at,
  updatedAt: at,
  status: 'active' as const,
};

/** What was asked of the API. */
export const asked: { method: string; path: string; body: Record<string, unknown> }[] = [];
/** What the report answers; a test fills it. */
export const report: object[] = [];
beforeEach(() => {
  asked.length = 0;
  report.length = 0;
  globalThis.fetch = (async (url: URL, init: { method: string; body?: string }) => {
    const path = new URL(String(url)).pathname.replace('/v1', '');
    asked.push({ method: init.method, path, body: init.body ? JSON.parse(init.body) : {} });
    const answer = (status: number, value: object) => ({
      status,
      ok: status < 400,
      headers: new Map<string, string>(),
      text: async () => JSON.stringify(value),
    });
    if (path.endsWith('/report')) {
      return answer(200, { summary: version([]).summary, issues: report, total: report.length });
    }
    if (path.endsWith('/repairs')) {
      return answer(202, {
        dataset: { ...dataset, latestVersion: 4 },
        version: {
          datasetId: DATASET,
          version: 4,
          declaredBytes: 100,
          createdAt: at,
          updatedAt: at,
          status: 'repairing',
          repairedBytes: 0,
          madeFrom: { version: 3, order: JSON.parse(init.body ?? '{}') },
        },
      });
    }
    throw new TypeError('Failed to fetch');
  }) as unknown as typeof fetch;
});
export async function show(children: ReactNode) {
  const router = createRouter({
    history: createMemoryHistory({ initialEntries: ['/'] }),
    routeTree: createRootRoute({ component: () => children }),
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
