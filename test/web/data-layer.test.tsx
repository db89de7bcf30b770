import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { listNotifications, readAllNotifications } from '../../contracts/notifications.ts';
import { createDataset } from '../../contracts/datasets.ts';

const renewSession = jest.fn<() => Promise<boolean>>();
const sessionEnded = jest.fn();
jest.unstable_mockModule('../../web/src/lib/auth.ts', () => ({
  accessToken: async () => 'token',
  renewSession,
  sessionEnded,
}));
jest.unstable_mockModule('../../web/src/lib/config.ts', () => ({
  loadConfig: async () => ({ apiBase: '/v1' }),
}));
const { call, keyOf, useCall } = await import('../../web/src/lib/api.ts');
const { UnreadCount } = await import('../../web/src/app/rail-counts.tsx');

/** What the client reads of a Response; jsdom has none. */
const answer = (status: number, text: string) => ({
  status,
  ok: status < 400,
  headers: new Map<string, string>(),
  text: async () => text,
});
const answers: ReturnType<typeof answer>[] = [];
const asked: { url: string; headers: Record<string, string> }[] = [];
const json = (body: unknown, status = 200) => answer(status, JSON.stringify(body));

beforeEach(() => {
  answers.length = 0;
  asked.length = 0;
  renewSession.mockReset();
  sessionEnded.mockReset();
  globalThis.fetch = (async (url: URL, init: { headers: Record<string, string> }) => {
    asked.push({ url: String(url), headers: init.headers });
    const next = answers.shift();
    if (!next) throw new TypeError('Failed to fetch');
    return next;
  }) as unknown as typeof fetch;
});
afterEach(cleanup);

function renderWith(children: React.ReactNode, prepare: (client: QueryClient) => void = () => undefined) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  prepare(client);
  render(<QueryClientProvider client={client}>{children}</QueryClientProvider>);
  return client;
}

const noNotifications = { items: [], unread: 0 };

describe('a session that the API no longer takes', () => {
  test('is renewed once, and the call repeated', async () => {
    answers.push(json({ message: 'Unauthorized' }, 401), json(noNotifications));
    renewSession.mockResolvedValue(true);
    const { body } = await call(listNotifications, {});
    expect(body.unread).toBe(0);
    expect(renewSession).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(2);
    expect(sessionEnded).not.toHaveBeenCalled();
  });

  test('has ended when it cannot be renewed; nothing is asked again', async () => {
    answers.push(json({ message: 'Unauthorized' }, 401));
    renewSession.mockResolvedValue(false);
    await expect(call(listNotifications, {})).rejects.toMatchObject({ status: 401 });
    expect(sessionEnded).toHaveBeenCalledTimes(1);
    expect(asked).toHaveLength(1);
  });
});

describe('the unread count', () => {
  test('shows how many are unread, to eyes and to screen readers', () => {
    renderWith(<UnreadCount />, (client) =>
      client.setQueryData(keyOf(listNotifications, { query: { limit: 1 } }), { items: [], unread: 3 }),
    );
    expect(screen.getByText('3 unread').className).toContain('sr-only');
    expect(screen.getByText('3').getAttribute('aria-hidden')).toBe('true');
  });

  test('is not there when nothing is unread', () => {
    renderWith(<UnreadCount />, (client) =>
      client.setQueryData(keyOf(listNotifications, { query: { limit: 1 } }), noNotifications),
    );
    expect(document.body.textContent).toBe('');
  });

  test('is asked for again after everything was marked as read', async () => {
    function ReadAll() {
      const readAll = useCall(readAllNotifications);
      return <button onClick={() => readAll.mutate({})}>Mark all as read</button>;
    }
    answers.push(json({ items: [], unread: 2 }), answer(204, ''), json(noNotifications));
    renderWith(
      <>
        <UnreadCount />
        <ReadAll />
      </>,
    );
    expect(await screen.findByText('2 unread')).toBeTruthy();
    act(() => screen.getByText('Mark all as read').click());
    await waitFor(() => expect(screen.queryByText('2 unread')).toBeNull());
  });
});

test('pressing again after a lost answer sends the same Idempotency-Key; the next intent gets another', async () => {
  function Create() {
    const create = useCall(createDataset);
    return (
      <>
        <button onClick={() => create.mutate({ body: { name: 'a', bytes: 10 } })}>Create</button>
        <output>{create.status}</output>
      </>
    );
  }
  const id = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
  const at = '2026-11-23T12:00:00.000Z';
  const created = {
    dataset: { id, name: 'a', latestVersion: 1, createdAt: at, updatedAt: at, status: 'active' },
    version: {
      datasetId: id,
      version: 1,
      declaredBytes: 10,
      createdAt: at,
      updatedAt: at,
      status: 'uploading',
      uploadEndsAt: at,
    },
    uploads: [{ file: 'data', bytes: 10, partBytes: 10, parts: 1 }],
  };
  renderWith(<Create />);
  const press = async (status: string) => {
    act(() => screen.getByText('Create').click());
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe(status));
  };
  answers.push(json({ title: 'x' }, 400));
  await press('error');
  answers.push(json(created, 201));
  await press('success');
  answers.push(json(created, 201));
  act(() => screen.getByText('Create').click());
  await waitFor(() => expect(asked).toHaveLength(3));
  const keys = asked.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});
