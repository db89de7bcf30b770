import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';

import { continuedAt, curvesOf, withBase } from '../../web/src/components/charts/curves.ts';
import { hyperparameters } from './balanced-hyperparameters.ts';
import { PATIENCE } from './signed-in.ts';

const { useJob, LIVE_MILLISECONDS } = await import('../../web/src/features/training-jobs/use-job.ts');
const { JobMonitor } = await import('../../web/src/features/training-jobs/job-monitor.tsx');

const JOB = 'job_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const started = '2026-11-24T10:02:00.000Z';
const job = (more: object) => ({
  id: JOB,
  name: 'support-replies, balanced',
  dataset: {
    id: 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W',
    name: 'support-replies',
    version: 3,
    rows: 48_210,
    data: { key: 'k', versionId: 'v', sha256: 'a'.repeat(64), bytes: 1 },
  },
  baseModel: 'meta-llama/Llama-3.1-8B-Instruct',
  preset: 'balanced',
  hyperparameters,
  gpuType: 'h100',
  gpuCount: 1,
  usdMicrosPerHour: 6_880_000,
  pricedOn: '2026-11-01',
  capUsdMicros: 40_000_000,
  costUsdMicros: 23_200_000,
  estimate: {
    costUsdMicros: { low: 25_400_000, expected: 29_200_000, high: 35_900_000 },
    seconds: { low: 13_320, expected: 15_300, high: 18_780 },
    steps: 2460,
    totalTokens: 192_000_000,
  },
  attempts: [{ attempt: 1, submissionId: 's', submittedAt: started, startedAt: started }],
  createdAt: started,
  updatedAt: started,
  status: 'running',
  attempt: 1,
  startedAt: started,
  ...more,
});
const progress = {
  attempt: 1,
  phase: 'training',
  step: 1929,
  totalSteps: 2460,
  epoch: 2.35,
  validationLoss: 1.32,
  baseValidationLoss: 1.92,
  secondsLeft: 3600,
  reportedAt: started,
};
const point = (step: number, more: object = {}) => ({
  step,
  attempt: 1,
  epoch: step / 820,
  at: started,
  ...more,
});
const failed = {
  status: 'failed',
  endedAt: started,
  failure: {
    code: 'out-of-memory',
    title: 'The GPU’s memory was not enough.',
    detail: 'At step 112.',
    logLine: '<script>alert(1)</script> CUDA out of memory',
  },
};

let status = 'running';
let record: object = {};
let reachable = true;
let measured: object[] = [];
let alerts: object[] = [];
let nextReportAt: string | undefined;
const asked: string[] = [];

beforeEach(() => {
  status = 'running';
  record = {};
  reachable = true;
  alerts = [];
  nextReportAt = undefined;
  measured = [point(0, { validationLoss: 1.92 }), point(1845, { validationLoss: 1.32 })];
  asked.length = 0;
  globalThis.fetch = (async (url: URL, init: { method: string; body?: string }) => {
    const path = new URL(String(url)).pathname.replace(`/v1/training-jobs/${JOB}`, '');
    asked.push(`${init.method} ${path} ${init.body ?? ''}`.trim());
    if (!reachable) throw new TypeError('Failed to fetch');
    const value = {
      '': { job: job(record), progress },
      '/live': {
        jobId: JOB,
        status,
        attempt: 1,
        progress,
        points: [point(1929, { loss: 1.24 })],
        events: [
          ...alerts,
          { sequence: 2, at: started, kind: 'checkpoint', attempt: 1, title: 'Checkpoint 1,845 written' },
        ],
        logTail: '<b>step 1929</b>',
        costUsdMicros: 23_200_000,
        capUsdMicros: 40_000_000,
        ...(nextReportAt ? { nextReportAt } : {}),
        at: started,
      },
      '/metrics': {
        points: measured,
        measured: 3,
      },
      '/events': { items: [{ sequence: 1, at: started, kind: 'accepted', attempt: 0, title: 'Accepted' }] },
      '/cancel': job({ cancelRequestedAt: started }),
    }[path];
    return {
      status: value ? 200 : 404,
      ok: value !== undefined,
      headers: new Map<string, string>(),
      text: async () => JSON.stringify(value ?? {}),
    };
  }) as unknown as typeof fetch;
});
afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

function Monitor() {
  const state = useJob(JOB);
  return state.job ? <JobMonitor {...state} job={state.job} crumbs={[]} /> : <p>loading</p>;
}
function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createRouter({
    history: createMemoryHistory({ initialEntries: ['/'] }),
    routeTree: createRootRoute({ component: Monitor }),
  });
  render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
const text = (found: Element | null | undefined) => (found?.textContent ?? '').replaceAll('\u00a0', ' ');
const seen = (words: string | RegExp) => screen.findAllByText(words, undefined, { timeout: PATIENCE });
const liveCalls = () => asked.filter((call) => call.startsWith('GET /live')).length;

describe('a running job', () => {
  test('shows what it has done, what it costs and what happened, the log as text', async () => {
    show();
    await seen('Checkpoint 1,845 written');
    await seen('Accepted');
    const page = text(document.body);
    expect(page).toContain('78 %');
    expect(page).toContain('$23.20');
    expect(page).toContain('cap $40.00');
    expect(page).toContain('−0.600');
    expect(screen.getByText('<b>step 1929</b>').tagName).toBe('PRE');
    await waitFor(() =>
      expect(screen.getByRole('img', { name: /loss by step/ }).getAttribute('aria-label')).toContain('1.320'),
    );
  });

  test('says when the run reports again where nobody had been watching', async () => {
    nextReportAt = new Date(Date.now() + 60_000).toISOString();
    show();
    const [told] = await seen(/^Next report in/);
    expect(text(told)).toMatch(/^Next report in [56]\d s\. Nobody was watching/);
  });

  test('tells what its curve gives away: in the story with what to do, and at its step', async () => {
    alerts = [
      {
        sequence: 4,
        at: started,
        kind: 'divergence',
        attempt: 1,
        step: 1900,
        title: 'Training loss climbs: 3.400 after 1.200',
        detail: 'Start again with a lower learning rate.',
      },
      {
        sequence: 3,
        at: started,
        kind: 'plateau',
        attempt: 1,
        step: 1200,
        title: 'Training loss no longer falls',
      },
    ];
    show();
    await seen('Training loss climbs: 3.400 after 1.200');
    await seen('Start again with a lower learning rate.');
    await waitFor(() =>
      expect(screen.getByRole('img', { name: /loss by step/ }).getAttribute('aria-label')).toContain(
        'Marked at step 1,200: plateau. Marked at step 1,900: diverges.',
      ),
    );
  });

  test('asks every 3 s and no more once it has ended', async () => {
    jest.useFakeTimers();
    show();
    await act(() => jest.advanceTimersByTimeAsync(1_000));
    const first = liveCalls();
    expect(first).toBeGreaterThan(0);
    await act(() => jest.advanceTimersByTimeAsync(3 * LIVE_MILLISECONDS));
    expect(liveCalls() - first).toBe(3);
    status = 'cancelled';
    record = { status, endedAt: started };
    await act(() => jest.advanceTimersByTimeAsync(2 * LIVE_MILLISECONDS));
    const last = liveCalls();
    await act(() => jest.advanceTimersByTimeAsync(10 * LIVE_MILLISECONDS));
    expect(liveCalls()).toBe(last);
    expect(text(document.body)).toContain('Cancelled. No model was published.');
  });

  test('on a hidden tab asks nothing, and at once when it is seen again', async () => {
    jest.useFakeTimers();
    show();
    await act(() => jest.advanceTimersByTimeAsync(1_000));
    const seeTab = (state: string) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    };
    try {
      await act(async () => seeTab('hidden'));
      const before = asked.length;
      await act(() => jest.advanceTimersByTimeAsync(60 * LIVE_MILLISECONDS));
      expect(asked.length).toBe(before);
      await act(async () => seeTab('visible'));
      await act(() => jest.advanceTimersByTimeAsync(100));
      expect(asked.slice(before).some((call) => call.startsWith('GET /live'))).toBe(true);
    } finally {
      seeTab('visible');
      Reflect.deleteProperty(document, 'visibilityState');
    }
  });

  test('that continues another says from where, and draws nothing before its own first point', async () => {
    record = {
      continuedFrom: 'job_01M84H2MQ0S1HM9ZFZ32W1BV70',
      checkpoint: {
        attempt: 1,
        step: 1800,
        manifestKey: 'k',
        manifestVersionId: 'v',
        at: started,
        jobId: 'job_01M84H2MQ0S1HM9ZFZ32W1BV70',
      },
    };
    measured = [point(1845, { validationLoss: 1.32 })];
    show();
    await seen('continued at 1,800');
    await seen('from the checkpoint of an earlier job');
    expect(screen.getByRole('img', { name: /loss by step/ }).getAttribute('aria-label')).toContain(
      'Continued at step 1,800 of an earlier job.',
    );
    expect(text(document.body)).toContain('Goes on from step 1,800 of an earlier job');
    // The base's loss at step 0 is of no curve of this job.
    const own = curvesOf([{ ...point(1845, { validationLoss: 1.32 }), attempt: 1 }]);
    expect(withBase(continuedAt(own, 1800), 1.92).validation).toEqual([{ step: 1845, value: 1.32 }]);
    expect(withBase(own, 1.92).validation).toHaveLength(2);
  });

  test('shows only what it measures: no panel stands empty', async () => {
    measured = [point(1845, { loss: 1.3, gpuUtilisation: 0.93 })];
    show();
    await seen('GPU use');
    expect(screen.queryByText('Gradient norm')).toBeNull();
    expect(screen.queryByText('GPU memory')).toBeNull();
  });

  test('keeps its figures when the API is gone, and says that the job goes on', async () => {
    jest.useFakeTimers();
    show();
    await act(() => jest.advanceTimersByTimeAsync(1_000));
    reachable = false;
    await act(() => jest.advanceTimersByTimeAsync(3 * LIVE_MILLISECONDS));
    expect(text(document.body)).toContain('Your job is safe');
    expect(text(document.body)).toContain('$23.20');
  });

  test('cancelling says what has been spent before it is done', async () => {
    show();
    await seen('Checkpoint 1,845 written');
    fireEvent.click(screen.getByRole('button', { name: 'Cancel…' }));
    expect(text(await screen.findByRole('dialog'))).toContain('$23.20 of $40.00 has been spent');
    expect(asked.some((call) => call.startsWith('POST'))).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Cancel, and discard what it has learnt' }));
    await waitFor(() => expect(asked).toContain('POST /cancel {"keepModel":false}'));
  });
});

describe('a failed job', () => {
  test('names the reason, shows the line of the log as text, and offers one way on with its price', async () => {
    status = 'failed';
    record = failed;
    show();
    await seen('The GPU’s memory was not enough.');
    expect(screen.getByText('<script>alert(1)</script> CUDA out of memory').tagName).toBe('PRE');
    expect(screen.getByRole('button', { name: 'Try again as a new job…' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Cancel…' })).toBeNull();
  });
});
