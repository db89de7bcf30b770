import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import type { GpuType } from '../../contracts/catalog.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { PATIENCE } from './signed-in.ts';

const { FailurePanel } = await import('../../web/src/features/training-jobs/failure-panel.tsx');
const { SuccessPanel } = await import('../../web/src/features/training-jobs/success-panel.tsx');
const { changesOf } = await import('../../web/src/features/training-jobs/failure-words.ts');
const { estimateOfRest, nextRunOf } = await import('../../web/src/features/training-jobs/next-run.ts');
const { endedJob, estimate } = await import('./jobs-ended.ts');

const now = new Date('2026-11-25T09:00:00.000Z');
const checkpoint = {
  attempt: 1,
  step: 1845,
  manifestKey: 'k',
  manifestVersionId: 'v',
  at: '2026-11-24T14:31:00.000Z',
};
const landed = endedJob('succeeded', {
  startedAt: '2026-11-24T10:02:00.000Z',
  modelId: 'mdl_01M84H2MQ0S1HM9ZFZ32W1BV6W',
  stopReason: 'budget',
  trained: { steps: 1845, totalSteps: 2460, epochs: 2.25 },
  costUsdMicros: 39_640_000,
  checkpoint,
});
const failure = { code: 'out-of-memory', title: 'The GPU’s memory was not enough.', detail: 'At step 112.' };
const failed = endedJob('failed', { failure });

let asked: { call: string; body: unknown }[] = [];
let refusal: object | undefined;
let jobs: object[] = [];
let priced: object = estimate;

beforeEach(() => {
  asked = [];
  refusal = undefined;
  jobs = [];
  priced = estimate;
  globalThis.fetch = (async (url: URL, init: { method: string; body?: string }) => {
    const path = new URL(String(url)).pathname.replace('/v1', '');
    asked.push({ call: `${init.method} ${path}`, body: init.body ? JSON.parse(init.body) : undefined });
    const starts = /\/(continue|retry)$/.test(path);
    const value =
      path === '/estimates'
        ? priced
        : path === '/training-jobs'
          ? { items: jobs }
          : starts
            ? (refusal ?? endedJob('queued', { id: 'job_01M84H2MQ0S1HM9ZFZ32W1BV70' }))
            : {};
    const isRefused = starts && refusal !== undefined;
    return {
      status: isRefused ? 400 : starts ? 202 : 200,
      ok: !isRefused,
      headers: new Map<string, string>(),
      text: async () => JSON.stringify(value),
    };
  }) as unknown as typeof fetch;
});
afterEach(cleanup);
// jsdom lays nothing out and so scrolls nothing; a list that opens scrolls to what is chosen.
Element.prototype.scrollIntoView = () => undefined;

function show(element: () => React.ReactNode) {
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: '/', component: element });
  const job = createRoute({
    getParentRoute: () => root,
    path: '/training-jobs/$jobId',
    component: () => <p>the new job</p>,
  });
  const router = createRouter({
    history: createMemoryHistory({ initialEntries: ['/'] }),
    routeTree: root.addChildren([page, job]),
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
const text = (found: Element | null | undefined) => (found?.textContent ?? '').replaceAll('\u00a0', ' ');
const button = (name: string | RegExp) => screen.findByRole('button', { name }, { timeout: PATIENCE });
const starts = () => asked.filter(({ call }) => /\/(continue|retry)$/.test(call));

describe('a job that stopped at its cap', () => {
  test('says how far it got, what that cost of the cap, and goes on from its checkpoint under a new cap', async () => {
    show(() => <SuccessPanel job={landed} now={now} />);
    fireEvent.click(await button('Continue from step 1,845…'));
    const panel = text(document.body);
    expect(panel).toContain('It stopped at its cap, with a model that can be used.');
    expect(panel).toContain('1,845 of 2,460 steps, 2.25 of 3 epochs, and cost $39.64 of its $40.00');
    expect(panel).toContain('kept until 24 December 2026');
    const dialog = within(await screen.findByRole('dialog'));
    const cap = dialog.getByLabelText('Budget cap') as HTMLInputElement;
    // A quarter of the training is left: $7.20 of it beside the rest's $0.70.
    await waitFor(() => expect(text(document.body)).toContain('The rest takes about $7.90'), {
      timeout: PATIENCE,
    });
    expect(text(document.body)).toContain('At least $2.10');
    fireEvent.change(cap, { target: { value: '9' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Continue, and spend up to $9.00' }));
    await screen.findByText('the new job', undefined, { timeout: PATIENCE });
    expect(starts()).toEqual([
      { call: `POST /training-jobs/${landed.id}/continue`, body: { capUsdMicros: 9_000_000 } },
    ]);
  });

  test('a cap that buys no landing is refused beside its field, before it is sent, and read out', async () => {
    show(() => <SuccessPanel job={landed} now={now} />);
    fireEvent.click(await button(/^Continue/));
    const cap = await screen.findByLabelText('Budget cap');
    await screen.findByText(/The rest takes about/, undefined, { timeout: PATIENCE });
    fireEvent.change(cap, { target: { value: '1' } });
    expect(text(screen.getByRole('alert'))).toContain('At least $2.10');
    expect(cap.getAttribute('aria-invalid')).toBe('true');
    expect(document.getElementById(cap.getAttribute('aria-describedby') ?? '')).toBe(
      screen.getByRole('alert'),
    );
    fireEvent.submit(cap);
    fireEvent.change(cap, { target: { value: '500' } });
    expect(text(screen.getByRole('alert'))).toContain('More than the $120.00');
    fireEvent.submit(cap);
    // What is sent in the end is the first that could be: nothing of the two before is on its way.
    fireEvent.change(cap, { target: { value: '9' } });
    fireEvent.submit(cap);
    await screen.findByText('the new job', undefined, { timeout: PATIENCE });
    expect(starts().map(({ body }) => body)).toEqual([{ capUsdMicros: 9_000_000 }]);
  });

  test('the API’s refusal stands beside the cap in words, and Enter sends', async () => {
    refusal = {
      type: 'https://brightrun.dev/problems/cap-too-small',
      code: 'cap-too-small',
      title: 'The cap cannot pay for loading the model, one checkpoint and publishing.',
      status: 400,
      detail: 'At least $3.00 is needed.',
      requestId: 'r',
    };
    show(() => <SuccessPanel job={landed} now={now} />);
    fireEvent.click(await button(/^Continue/));
    const cap = await screen.findByLabelText('Budget cap');
    await screen.findByText(/The rest takes about/, undefined, { timeout: PATIENCE });
    fireEvent.change(cap, { target: { value: '2.50' } });
    fireEvent.submit(cap);
    await waitFor(() => expect(text(screen.queryByRole('alert'))).toContain('At least $3.00 is needed.'), {
      timeout: PATIENCE,
    });
    expect(text(document.body)).not.toContain('cap-too-small');
  });

  test('the focus goes into the dialog and back to the button that opened it', async () => {
    show(() => <SuccessPanel job={landed} now={now} />);
    const opener = await button(/^Continue/);
    opener.focus();
    fireEvent.click(opener);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Budget cap')), {
      timeout: PATIENCE,
    });
    fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(opener), { timeout: PATIENCE });
  });

  test('names the job that goes on from it already', async () => {
    jobs = [
      {
        job: endedJob('queued', {
          id: 'job_01M84H2MQ0S1HM9ZFZ32W1BV70',
          name: 'the rest',
          continuedFrom: landed.id,
        }),
        progress: null,
      },
    ];
    show(() => <SuccessPanel job={landed} now={now} />);
    const link = await screen.findByRole('link', { name: 'the rest' }, { timeout: PATIENCE });
    expect(link.getAttribute('href')).toBe('/training-jobs/job_01M84H2MQ0S1HM9ZFZ32W1BV70');
  });
});

describe('the way on from an ended job', () => {
  test('is its checkpoint where it ended early and that is kept still, else its beginning, else none', () => {
    const way = (status: 'succeeded' | 'failed' | 'cancelled' | 'running', more: object) =>
      nextRunOf(endedJob(status, more), now)?.kind;
    const model = { startedAt: now.toISOString(), modelId: landed.modelId, checkpoint };
    expect(way('succeeded', { ...model, stopReason: 'budget' })).toBe('continue');
    expect(way('succeeded', { ...model, stopReason: 'kept-by-user' })).toBe('continue');
    expect(way('succeeded', { ...model, stopReason: 'completed' })).toBeUndefined();
    expect(way('succeeded', { ...model, stopReason: 'early-stopping' })).toBeUndefined();
    expect(way('failed', { failure, checkpoint })).toBe('continue');
    expect(way('failed', { failure })).toBe('retry');
    expect(way('cancelled', { checkpoint })).toBe('retry');
    const old = { ...checkpoint, at: '2026-10-26T08:59:59.000Z' };
    expect(way('failed', { failure, checkpoint: old })).toBe('retry');
    expect(way('succeeded', { ...model, stopReason: 'budget', checkpoint: old })).toBeUndefined();
    expect(way('running', { attempt: 1, startedAt: now.toISOString() })).toBeUndefined();
  });

  test('a failed job without a checkpoint is tried again from the beginning', async () => {
    show(() => <FailurePanel job={failed} now={now} />);
    fireEvent.click(await button('Try again as a new job…'));
    expect(text(await screen.findByRole('dialog'))).toContain('begins at step 0');
    await screen.findByText(/It takes about/, undefined, { timeout: PATIENCE });
    fireEvent.click(await button('Start, and spend up to $40.00'));
    await screen.findByText('the new job', undefined, { timeout: PATIENCE });
    expect(starts()).toEqual([
      { call: `POST /training-jobs/${failed.id}/retry`, body: { capUsdMicros: 40_000_000 } },
    ]);
  });

  test('a failed job goes on from its checkpoint in another format too, and is priced with it', async () => {
    const exported = endedJob('failed', { failure: { ...failure, code: 'export-failed' }, checkpoint });
    show(() => <FailurePanel job={exported} now={now} />);
    fireEvent.click(await button('Continue from step 1,845…'));
    await screen.findByText(/The rest takes about/, undefined, { timeout: PATIENCE });
    const format = await screen.findByRole('combobox', { name: /Format of the model/ });
    format.focus();
    fireEvent.keyDown(format, { key: 'Enter' });
    const merged = await screen.findByRole('option', { name: /Merged model/ }, { timeout: PATIENCE });
    fireEvent.keyDown(merged, { key: 'Enter' });
    await waitFor(
      () =>
        expect(asked.findLast(({ call }) => call === 'POST /estimates')?.body).toMatchObject({
          modelFormat: 'merged-safetensors',
        }),
      { timeout: PATIENCE },
    );
    fireEvent.click(await button(/^Continue, and spend up to/));
    await screen.findByText('the new job', undefined, { timeout: PATIENCE });
    expect(starts()).toMatchObject([
      { call: `POST /training-jobs/${exported.id}/retry`, body: { modelFormat: 'merged-safetensors' } },
    ]);
  });

  test('what is left is priced by the steps that are left, never below the least cap', () => {
    const rest = estimateOfRest(estimate, 2460);
    expect(rest.costUsdMicros.expected).toBe(700_000);
    expect(rest.suggestedCapUsdMicros).toBe(2_100_000);
    expect(estimateOfRest(estimate, 0)).toBe(estimate);
  });
});

describe('a failed job that was diagnosed', () => {
  const diagnosis = {
    class: 'gpu-out-of-memory',
    evidence: '<img src=x onerror=alert(1)> CUDA out of memory. Tried to allocate 2.00 GiB',
    cause: 'A step needed more memory than the GPU has.',
    advice: ['Fewer rows a step need less memory.', 'Shorter rows do too.'],
    change: {
      title: 'Try again with 8 rows a step instead of 16',
      hyperparameters: { batchSize: 8 },
    },
    needsMoreGpuMemory: true,
  };
  const diagnosed = endedJob('failed', { failure: { ...failure, diagnosis }, gpuType: 'l4', checkpoint });

  test('says its class, the line that proves it as text, the cause, what to do, and what that costs', async () => {
    show(() => <FailurePanel job={diagnosed} now={now} />);
    await screen.findByText(/With that change a new run costs/, undefined, { timeout: PATIENCE });
    const panel = text(document.body);
    expect(panel).toContain('A step needed more memory than the GPU has.');
    expect(panel).toContain('Shorter rows do too.');
    expect(panel).toContain('GPU memory ran out');
    expect(panel).toContain('about $29.50, in 8 of 10 cases $25.40 – $35.90');
    expect(screen.getByLabelText('The line of the log').textContent).toBe(diagnosis.evidence);
    expect(document.querySelector('img')).toBeNull();
  });

  test('is tried again with that one change, priced with it, from step 0', async () => {
    show(() => <FailurePanel job={diagnosed} now={now} />);
    fireEvent.click(await button('Try again with 8 rows a step instead of 16…'));
    fireEvent.click(await button('Start, and spend up to $40.00'));
    await screen.findByText('the new job', undefined, { timeout: PATIENCE });
    expect(starts()).toEqual([
      {
        call: `POST /training-jobs/${diagnosed.id}/retry`,
        body: { capUsdMicros: 40_000_000, hyperparameters: { batchSize: 8 } },
      },
    ]);
    const priced = asked.filter(({ call }) => call === 'POST /estimates').map(({ body }) => body);
    expect(priced.at(-1)).toMatchObject({ gpuType: 'l4', hyperparameters: { batchSize: 8, rank: 16 } });
  });

  test('is offered the next larger GPU of this installation, not the largest', () => {
    const type = (id: string, gigabytes: number): GpuType => ({
      id,
      title: id.toUpperCase(),
      accelerator: 'cuda',
      memoryBytes: gigabytes * 1e9,
      usdMicrosPerHour: 1,
      pricedOn: '2026-11-01',
      priceSource: 'the operator',
      gpusPerMachine: 8,
      gpuCounts: [1, 2, 4, 8],
    });
    const types = [type('l4', 24), type('h200', 141), type('a100', 80)];
    expect(changesOf(diagnosed, types)[1]).toEqual({ title: 'Try again on A100', gpuType: 'a100' });
    expect(changesOf(diagnosed, [type('l4', 24)])).toHaveLength(1);
  });
});
