import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { BaseModel, GpuType, Hyperparameters } from '../../contracts/catalog.ts';
import type { DatasetVersion } from '../../contracts/dataset-versions.ts';
import { PATIENCE } from './signed-in.ts';

const { NewRun } = await import('../../web/src/features/training-jobs/new-run.tsx');

const DATASET = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const at = '2026-11-23T12:00:00.000Z';
const hyperparameters: Hyperparameters = {
  rank: 16,
  alpha: 32,
  dropout: 0,
  targetModules: 'all-linear',
  learningRate: 4.28e-3,
  schedule: 'cosine',
  warmupRatio: 0.05,
  weightDecay: 0,
  maxGradientNorm: 1,
  epochs: 3,
  batchSize: 4,
  maxSequenceTokens: 256,
  validationFraction: 0.1,
  evaluationsPerEpoch: 2,
  earlyStoppingPatience: 0,
  keep: 'best',
  seed: 42,
};
const baseModel: BaseModel = {
  id: 'brightrun/tiny-base',
  title: 'Tiny base',
  family: 'llama',
  about: 'Small.',
  licence: 'Apache-2.0',
  parameters: 836_736,
  hiddenSize: 128,
  contextLength: 256,
  loraParametersPerRank: 10_000,
  weightBytes: 1_673_472,
  source: { kind: 'packaged', revision: 'tiny-base-1' },
};
const gpu: GpuType = {
  id: 'cpu-2',
  title: 'Two CPU cores',
  accelerator: 'cpu',
  memoryBytes: 4_000_000_000,
  usdMicrosPerHour: 80_000,
  pricedOn: '2026-11-23',
  priceSource: 'set here',
  gpusPerMachine: 8,
  gpuCounts: [1],
};
const version = (status: 'ready' | 'validating') =>
  ({
    datasetId: DATASET,
    version: 1,
    declaredBytes: 100,
    createdAt: at,
    updatedAt: at,
    ...(status === 'ready'
      ? {
          status,
          files: { data: { bytes: 100, sha256: 'a'.repeat(64), versionId: 'v' } },
          summary: {
            verdict: 'ready',
            format: 'chat',
            rows: 210,
            usableRows: 210,
            validationRows: 0,
            tokens: null,
            issues: [],
            checkedAt: at,
            checkMilliseconds: 10,
          },
        }
      : { status, uploadedAt: at, checkedBytes: 0 }),
  }) as unknown as DatasetVersion;
const dataset = {
  id: DATASET,
  name: 'country-guide',
  latestVersion: 1,
  createdAt: at,
  updatedAt: at,
  status: 'active' as const,
};
const range = (expected: number) => ({ low: expected / 2, expected, high: expected * 2 });
const estimate = (epochs: number) => ({
  trainingRows: 189,
  validationRows: 21,
  tokensPerEpoch: 10_000,
  totalTokens: 10_000 * epochs,
  steps: 48 * epochs,
  evaluations: 6,
  tokensPerSecond: range(500),
  speedSource: 'measured runs',
  seconds: range(20 * epochs),
  phases: [],
  costUsdMicros: range(10_000_000 * epochs),
  memory: {
    neededBytes: 1_000_000_000,
    availableBytes: 4_000_000_000,
    usableBytes: 3_600_000_000,
    fits: true,
    weightBytes: 3_400_000,
    adapterBytes: 1_200_000,
    batchBytes: 576_000_000,
    overheadBytes: 419_400_000,
    rowsAtOnce: 2,
    partsPerStep: 2,
    recomputes: false,
    sharded: false,
  },
  price: { usdMicrosPerHour: 80_000, gpuCount: 1, pricedOn: '2026-11-23', source: 'set here' },
  minimumCapUsdMicros: 1_000_000,
  suggestedCapUsdMicros: 80_000_000,
  budget: { month: '2026-11', limitUsdMicros: 3e8, spentUsdMicros: 0, heldUsdMicros: 0, freeUsdMicros: 3e8 },
  hyperparameters: { ...hyperparameters, epochs },
  remarks: [],
});

interface Asked {
  method: string;
  path: string;
  body: { hyperparameters?: { epochs?: number }; capUsdMicros?: number };
  key: string | undefined;
}
const asked: Asked[] = [];
let refuse: (() => { status: number; body: object }) | undefined;
let status: 'ready' | 'validating' = 'ready';

beforeEach(() => {
  asked.length = 0;
  refuse = undefined;
  status = 'ready';
  globalThis.fetch = (async (
    url: URL,
    init: { method: string; body?: string; headers: Record<string, string> },
  ) => {
    const path = new URL(String(url)).pathname.replace('/v1', '');
    const body = init.body ? JSON.parse(init.body) : {};
    asked.push({ method: init.method, path, body, key: init.headers['idempotency-key'] });
    const answer = (code: number, value: object) => ({
      status: code,
      ok: code < 400,
      headers: new Map<string, string>(),
      text: async () => JSON.stringify(value),
    });
    if (path === '/presets') {
      return answer(200, {
        items: ['quick', 'balanced', 'quality'].map((id) => ({
          id,
          title: id,
          reason: 'why',
          hyperparameters,
        })),
      });
    }
    if (path === '/estimates') return answer(200, estimate(body.hyperparameters.epochs ?? 3));
    if (path.endsWith('/versions')) return answer(200, { items: [version(status)] });
    if (path === '/training-jobs' && refuse) {
      const { status: code, body: problem } = refuse();
      return answer(code, problem);
    }
    throw new TypeError('Failed to fetch');
  }) as unknown as typeof fetch;
});
afterEach(cleanup);

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createRouter({
    history: createMemoryHistory({ initialEntries: ['/'] }),
    routeTree: createRootRoute({
      component: () => (
        <NewRun
          asked={{}}
          datasets={[{ dataset, version: version(status) }]}
          baseModels={[baseModel]}
          gpuTypes={[gpu]}
        />
      ),
    }),
  });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
const startButtons = () =>
  screen.findAllByRole('button', { name: /^Start, and spend up to/ }, { timeout: PATIENCE });
const priced = async () => {
  await waitFor(() => expect(screen.getAllByText('$30.00').length).toBeGreaterThan(0), { timeout: PATIENCE });
};

describe('a new run', () => {
  test('can be started as it stands; the button repeats the cap', async () => {
    show();
    await priced();
    const [button] = await startButtons();
    expect(button?.textContent).toBe('Start, and spend up to $80.00');
    fireEvent.change(screen.getByLabelText('Budget cap'), { target: { value: '42.5' } });
    expect((await startButtons())[0]?.textContent).toBe('Start, and spend up to $42.50');
  });

  test('says what will lie in the memory of a GPU, and how a step is cut to fit', async () => {
    show();
    await priced();
    const [said] = screen.getAllByText(/^In memory: base model/);
    expect(said?.textContent?.replaceAll(/\s/g, ' ')).toBe(
      'In memory: base model 3.4 MB, adapter 1.2 MB, 2 rows at once 576 MB; 2 times a step.',
    );
  });

  test('is priced again after a change, and the old figures stay until then', async () => {
    show();
    await priced();
    fireEvent.change(screen.getByLabelText('Epochs'), { target: { value: '5' } });
    expect(screen.getAllByText('$30.00').length).toBeGreaterThan(0);
    await waitFor(() => expect(screen.getAllByText('$50.00').length).toBeGreaterThan(0), {
      timeout: PATIENCE,
    });
    expect(asked.some((call) => call.path === '/estimates' && call.body.hyperparameters?.epochs === 5)).toBe(
      true,
    );
  });

  test('a value that cannot be is said beside its field, is never sent, and stops the start with a reason', async () => {
    show();
    await priced();
    fireEvent.change(screen.getByLabelText('Epochs'), { target: { value: '999' } });
    expect(await screen.findByText('At most 50.', undefined, { timeout: PATIENCE })).toBeTruthy();
    expect((await startButtons())[0]?.getAttribute('aria-disabled')).toBe('true');
    expect(asked.some((call) => call.body.hyperparameters?.epochs === 999)).toBe(false);
  });

  test('a cap under the least is refused before it is sent', async () => {
    show();
    await priced();
    fireEvent.change(screen.getByLabelText('Budget cap'), { target: { value: '0.5' } });
    expect(
      (await screen.findAllByText(/At least \$1\.00/, undefined, { timeout: PATIENCE })).length,
    ).toBeGreaterThan(0);
  });

  test('a refusal of the API stands beside the field it is about', async () => {
    refuse = () => ({
      status: 402,
      body: {
        type: 'about:blank',
        code: 'budget-exceeded',
        title: 'The cap is more than what is free.',
        status: 402,
        detail: 'Free: $12.00.',
        requestId: 'r1',
      },
    });
    show();
    await priced();
    fireEvent.click((await startButtons())[0] as HTMLElement);
    expect(
      (
        await screen.findAllByText('The cap is more than what is free. Free: $12.00.', undefined, {
          timeout: PATIENCE,
        })
      ).length,
    ).toBeGreaterThan(0);
  });

  test('pressed again after a lost answer it sends the same key, so that nothing is started twice', async () => {
    show();
    await priced();
    fireEvent.click((await startButtons())[0] as HTMLElement);
    await waitFor(
      () => expect(asked.filter((call) => call.path === '/training-jobs').length).toBeGreaterThan(1),
      {
        timeout: PATIENCE,
      },
    );
    const keys = new Set(asked.filter((call) => call.path === '/training-jobs').map((call) => call.key));
    expect(keys.size).toBe(1);
    expect([...keys][0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('on a dataset that is still being checked it says so, links to it and does not start', async () => {
    status = 'validating';
    show();
    expect(
      (await screen.findAllByText(/It is still being checked/, undefined, { timeout: PATIENCE })).length,
    ).toBeGreaterThan(0);
    expect(screen.getByRole('link', { name: 'Look at it' }).getAttribute('href')).toContain(DATASET);
    expect(screen.getAllByRole('button', { name: 'Start' })[0]?.getAttribute('aria-disabled')).toBe('true');
    expect(asked.some((call) => call.path === '/estimates')).toBe(false);
  });
});
