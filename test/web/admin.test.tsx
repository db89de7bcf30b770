import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { endedJob } from './jobs-ended.ts';

let groups: string[] = [];
jest.unstable_mockModule('../../web/src/lib/auth.ts', () => ({
  accessToken: async () => 'token',
  renewSession: async () => false,
  sessionEnded: () => undefined,
  signedInGroups: async () => groups,
}));
jest.unstable_mockModule('../../web/src/lib/config.ts', () => ({
  loadConfig: async () => ({ apiBase: '/v1' }),
}));
const { default: AdminPage } = await import('../../web/src/features/admin/admin-page.tsx');
const { default: AdminLink } = await import('../../web/src/app/admin-link.tsx');
const { limitProblem } = await import('../../web/src/features/admin/amount-dialog.tsx');

const PATIENCE = 15_000;
jest.setTimeout(4 * PATIENCE);
globalThis.scrollTo = () => undefined;
// Radix measures a checkbox inside a form; jsdom measures nothing.
globalThis.ResizeObserver = class {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
};

const budget = {
  month: '2026-11',
  limitUsdMicros: 500_000_000,
  spentUsdMicros: 120_000_000,
  heldUsdMicros: 40_000_000,
  freeUsdMicros: 340_000_000,
};
const ada = {
  owner: 'sub-of-ada',
  email: 'ada@example.test',
  budget: { ...budget, limitUsdMicros: 200_000_000 },
  capUsdMicros: 200_000_000,
  isCapSet: false,
};
const running = {
  owner: ada.owner,
  email: ada.email,
  job: endedJob('running', { attempt: 1, startedAt: '2026-11-24T10:02:00.000Z' }),
  progress: null,
};
const change = {
  id: 'c1',
  at: '2026-11-24T12:00:00.000Z',
  by: 'admin@example.test',
  action: 'stop-job',
  owner: ada.owner,
  reason: '<b>runs since Friday</b>',
};

let asked: { call: string; query: string; body: unknown }[] = [];
let answers: Record<string, object> = {};
let failing = '';

beforeEach(() => {
  groups = ['admins'];
  asked = [];
  failing = '';
  answers = {
    'GET /admin/budget': { ...budget, defaultLimitUsdMicros: 500_000_000 },
    'PATCH /admin/budget': { ...budget, defaultLimitUsdMicros: 500_000_000 },
    'GET /admin/users': { items: [ada] },
    'PATCH /admin/users/sub-of-ada': ada,
    'GET /admin/jobs': { items: [running] },
    'GET /admin/changes': { items: [change] },
    [`POST /admin/users/sub-of-ada/jobs/${running.job.id}/stop`]: running.job,
  };
  globalThis.fetch = (async (url: URL, init: { method: string; body?: string }) => {
    const { pathname, search } = new URL(String(url));
    const call = `${init.method} ${pathname.replace('/v1', '')}`;
    asked.push({ call, query: search, body: init.body ? JSON.parse(init.body) : undefined });
    const value = failing !== '' && call.includes(failing) ? undefined : answers[call];
    return {
      status: value ? (call.startsWith('POST') ? 202 : 200) : 500,
      ok: value !== undefined,
      headers: new Map<string, string>(),
      text: async () => JSON.stringify(value ?? {}),
    };
  }) as unknown as typeof fetch;
});
afterEach(cleanup);

function show() {
  const router = createRouter({
    history: createMemoryHistory({ initialEntries: ['/'] }),
    routeTree: createRootRoute({
      component: () => (
        <>
          <AdminLink>the way there</AdminLink>
          <AdminPage />
        </>
      ),
    }),
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
const text = (found: Element | null | undefined) => (found?.textContent ?? '').replaceAll('\u00a0', ' ');
const button = (name: string | RegExp) => screen.findByRole('button', { name }, { timeout: PATIENCE });
const writes = () => asked.filter(({ call }) => !call.startsWith('GET'));

describe('somebody outside the group', () => {
  test('sees neither the page nor the way to it, and nothing is asked', async () => {
    groups = ['readers'];
    show();
    await screen.findByText('Only admins see this page.', undefined, { timeout: PATIENCE });
    expect(text(document.body)).not.toContain('the way there');
    expect(asked.filter(({ call }) => call.includes('/admin'))).toEqual([]);
  });
});

describe('an admin', () => {
  test('sees everybody’s month, people, jobs and changes, what others wrote as text', async () => {
    show();
    await screen.findByText('<b>runs since Friday</b>', undefined, { timeout: PATIENCE });
    await screen.findAllByText('ada@example.test', undefined, { timeout: PATIENCE });
    await button(/^Stop/);
    const page = text(document.body);
    expect(page).toContain('the way there');
    expect(page).toContain('$340.00 free in November 2026');
    expect(page).toContain('$120.00 spent and $40.00 held');
    expect(page).toContain('support-replies, balanced');
    expect(asked.find(({ call }) => call === 'GET /admin/jobs')?.query).toContain('status=live');
  });

  test('sets a person’s cap, and reads first what zero means', async () => {
    show();
    fireEvent.click(await button('Set cap… of ada@example.test'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Set the cap of ada@example.test' }));
    const field = dialog.getByLabelText('Cap a month');
    fireEvent.submit(field);
    fireEvent.change(field, { target: { value: 'lots' } });
    expect(text(dialog.getByRole('alert'))).toBe('An amount in dollars, such as 40.00.');
    fireEvent.submit(field);
    fireEvent.change(field, { target: { value: '0' } });
    expect(text(screen.getByRole('dialog'))).toContain('No new job of theirs starts');
    fireEvent.click(dialog.getByRole('button', { name: 'Set it to $0.00' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: PATIENCE });
    expect(writes()).toMatchObject([{ call: 'PATCH /admin/users/sub-of-ada', body: { capUsdMicros: 0 } }]);
  });

  test('sets everybody’s budget, and is told when that stops new jobs; a refusal leaves the dialog open', async () => {
    failing = 'PATCH';
    show();
    fireEvent.click(await button('Set the budget…'));
    const field = await screen.findByLabelText('Monthly budget of the installation');
    fireEvent.change(field, { target: { value: '100' } });
    expect(text(screen.getByRole('dialog'))).toContain('$160.00 is spent or held already: no new job starts');
    fireEvent.click(await button('Set it to $100.00'));
    await screen.findByText('It stays as it was.', undefined, { timeout: PATIENCE });
    failing = '';
    fireEvent.click(await button('Set it to $100.00'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: PATIENCE });
    expect(writes().at(-1)?.body).toEqual({ monthlyBudgetUsdMicros: 100_000_000 });
  });

  test('stops a job after confirming, never without a reason for its owner', async () => {
    show();
    fireEvent.click(await button('Stop… support-replies, balanced'));
    const dialog = within(await screen.findByRole('dialog'));
    expect(text(screen.getByRole('dialog'))).toContain('has spent $23.20 of $40.00');
    fireEvent.click(dialog.getByRole('button', { name: 'Stop it, and keep the model' }));
    expect(text(dialog.getByRole('alert'))).toBe('A reason is needed: its owner reads it.');
    fireEvent.change(dialog.getByLabelText('Reason'), { target: { value: '  the month is over ' } });
    fireEvent.click(dialog.getByRole('checkbox'));
    fireEvent.click(dialog.getByRole('button', { name: 'Stop it, and discard what it has learnt' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), { timeout: PATIENCE });
    expect(writes().map(({ body }) => body)).toEqual([{ keepModel: false, reason: 'the month is over' }]);
  });

  test('whose tables fail or are empty reads so in each of them', async () => {
    failing = '/admin/users';
    answers['GET /admin/jobs'] = { items: [] };
    answers['GET /admin/changes'] = { items: [] };
    show();
    await waitFor(
      () => {
        expect(text(document.body)).toContain('The people couldn’t be loaded.');
        expect(text(document.body)).toContain('No job is running.');
        expect(text(document.body)).toContain('Nothing has been changed.');
      },
      { timeout: PATIENCE },
    );
  });
});

test('a limit that no month could need is refused as a typing error', () => {
  expect(limitProblem('1000000')).toBeUndefined();
  expect(limitProblem('1000000.01')).toBe('At most $1,000,000.00.');
});
