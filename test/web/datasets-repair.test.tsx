import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { useState, type ReactNode } from 'react';
import { DATASET_ISSUES, type DatasetIssueCode } from '../../contracts/dataset-issues.ts';
import type { CheckSummary, DatasetVersion } from '../../contracts/dataset-versions.ts';

jest.unstable_mockModule('../../web/src/lib/auth.ts', () => ({
  accessToken: async () => 'token',
  renewSession: async () => false,
  sessionEnded: () => undefined,
}));
jest.unstable_mockModule('../../web/src/lib/config.ts', () => ({
  loadConfig: async () => ({ apiBase: '/v1' }),
}));
const { RepairDialog } = await import('../../web/src/features/datasets/repair/repair-dialog.tsx');
const { Problems } = await import('../../web/src/features/datasets/problems/problems.tsx');
const { problemGroups } = await import('../../web/src/features/datasets/problems/problem-groups.ts');
const { meaningOf } = await import('../../web/src/features/datasets/problems/problem-meaning.ts');
const { verdictOf } = await import('../../web/src/features/datasets/dataset-words.ts');
const { effectWords, leftBy, leftByAllCures, repairAllWords, repairChoices } =
  await import('../../web/src/features/datasets/repair/repair-plan.ts');
const { columnsOf, filledForm, firstForm, mappingProblem } =
  await import('../../web/src/features/datasets/repair/columns.ts');
const { comparedProblems } = await import('../../web/src/features/datasets/versions/version-figures.ts');

const PATIENCE = 15_000;
jest.setTimeout(4 * PATIENCE);
globalThis.scrollTo = () => undefined;

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');
const DATASET = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const at = '2026-11-23T12:00:00.000Z';
const issue = (code: DatasetIssueCode, rows: number, more = {}): CheckSummary['issues'][number] => ({
  code,
  severity: DATASET_ISSUES[code].severity,
  count: rows,
  rows,
  file: 'data',
  ...more,
});
const version = (issues: CheckSummary['issues'], number = 3) =>
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
const dataset = {
  id: DATASET,
  name: 'support-replies',
  latestVersion: 3,
  createdAt: at,
  updatedAt: at,
  status: 'active' as const,
};

const asked: { method: string; path: string; body: Record<string, unknown> }[] = [];
let report: object[] = [];
beforeEach(() => {
  asked.length = 0;
  report = [];
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
afterEach(cleanup);

async function show(children: ReactNode) {
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
const order = async () => {
  await waitFor(() => expect(asked.some(({ path }) => path.endsWith('/repairs'))).toBe(true), {
    timeout: PATIENCE,
  });
  return asked.find(({ path }) => path.endsWith('/repairs'))?.body;
};

describe('problems', () => {
  test('of one code are one group, whichever file they are in; errors come first, then the most rows', () => {
    const groups = problemGroups([
      issue('duplicate-row', 184),
      issue('over-context', 612),
      issue('not-json', 3),
      issue('duplicate-row', 6, { file: 'validation' }),
    ]);
    expect(groups.map(({ code, rows }) => [code, rows])).toEqual([
      ['not-json', 3],
      ['over-context', 612],
      ['duplicate-row', 190],
    ]);
  });

  test('say what they mean with the figures there are', () => {
    const { summary } = version([]);
    const [long] = problemGroups([issue('over-context', 612)]);
    expect(plain(long && meaningOf(long, summary))).toBe(
      'The end of these rows, 720 k tokens in all, would not be seen. In 588 rows a part of the answer goes.',
    );
    const [secrets] = problemGroups([
      issue('possible-secret', 9, { kinds: { 'cloud-key': 6, 'private-key': 1 } }),
    ]);
    expect(plain(secrets && meaningOf(secrets, summary))).toContain(
      '6 look like cloud keys and 1 like a private key.',
    );
  });

  test('every code has a meaning', () => {
    for (const code of Object.keys(DATASET_ISSUES) as DatasetIssueCode[]) {
      const [group] = problemGroups([issue(code, 2)]);
      expect(group && meaningOf(group, version([]).summary)).toMatch(/\S/);
    }
  });

  test('show their lines as text with the found part marked; a line number opens its row', async () => {
    report = [
      {
        code: 'template-token',
        severity: 'warning',
        file: 'data',
        line: 20_417,
        byte: 5_000,
        path: 'messages.1.content',
        found: '<img src=x>\u202E',
        cure: 'x',
      },
    ];
    const opened: object[] = [];
    await show(
      <Problems
        version={version([issue('template-token', 1)])}
        onOpen={(place) => opened.push(place)}
        onRepair={() => undefined}
      />,
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Show line 20,417' }, { timeout: PATIENCE }));
    expect(opened).toEqual([{ file: 'data', line: 20_417, byte: 5_000 }]);
    expect(document.querySelector('mark')?.textContent).toBe('<img src=x>U+202E');
    expect(document.querySelector('img')).toBeNull();
  });

  test('that were looked for and not found can be seen', async () => {
    await show(<Problems version={version([issue('refusal', 1)])} onOpen={() => undefined} />);
    fireEvent.click(await screen.findByRole('button', { name: 'Show' }, { timeout: PATIENCE }));
    expect(screen.getByText('The line is not valid JSON')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Repair/ })).toBeNull();
  });
});

describe('a repair', () => {
  const groups = (...issues: CheckSummary['issues']) => problemGroups(issues);

  test('offers each cure once, for all problems it is the usual one of', () => {
    const { choices, beyond } = repairChoices(
      groups(
        issue('not-json', 3),
        issue('missing-field', 2),
        issue('over-context', 9),
        issue('role-order', 1),
      ),
    );
    expect(choices.map(({ usual, rows, cures }) => [usual, rows, cures])).toEqual([
      ['drop-broken-rows', 5, ['drop-broken-rows']],
      ['shorten-long-rows', 9, ['shorten-long-rows', 'drop-long-rows']],
    ]);
    expect(beyond.map(({ code }) => code)).toEqual(['role-order']);
  });

  test('offers no other cure where one of the problems does not know it', () => {
    const { choices } = repairChoices(groups(issue('sharegpt-rows', 9), issue('mixed-formats', 2)));
    expect(choices.map(({ cures }) => cures)).toEqual([['convert-to-messages']]);
  });

  test('says before it starts what it changes or removes', () => {
    const { summary } = version([]);
    const [copies] = groups(issue('duplicate-row', 184));
    const [long] = groups(issue('over-context', 612));
    expect(plain(copies && effectWords(copies, summary))).toBe('A repair removes 184 rows, 48,026 stay.');
    expect(plain(long && effectWords(long, summary))).toBe('A repair changes 612 rows.');
    expect(repairAllWords(3, 3, 4)).toBe('Repair all three, as v4…');
    expect(repairAllWords(1, 1, 2)).toBe('Repair it, as v2…');
    expect(plain(repairAllWords(2, 5, 2))).toBe('Repair 2 of 5 kinds, as v2…');
  });

  test('says of too few usable rows that they stay only where they do', () => {
    const left = (...issues: CheckSummary['issues']) =>
      leftByAllCures({ ...version(issues).summary, rows: 40, usableRows: 0 }).map(({ code }) => code);
    const short = issue('too-few-rows', 1);
    expect(left(issue('sharegpt-rows', 40), short)).toEqual([]);
    expect(left(issue('not-json', 30), issue('sharegpt-rows', 10), short)).toEqual([]);
    expect(left(issue('not-json', 31), issue('sharegpt-rows', 9), short)).toEqual(['too-few-rows']);
    expect(left(short)).toEqual(['too-few-rows']);
    const { summary } = version([issue('sharegpt-rows', 40), short]);
    expect(leftBy({ ...summary, rows: 40 }, () => undefined)).toHaveLength(2);
  });

  test('of a file of ShareGPT rows is all that it needs, and the verdict says so', () => {
    const { summary, ...rest } = version([issue('sharegpt-rows', 40), issue('too-few-rows', 1)]);
    const { title, sentence } = verdictOf({
      ...rest,
      status: 'rejected',
      summary: { ...summary, verdict: 'rejected', format: 'sharegpt', rows: 40, usableRows: 0 },
    });
    expect(title).toBe('Can’t be used yet: these are ShareGPT conversations');
    expect(plain(sentence)).toContain(
      '0 of 40 rows could be trained on. A repair mends or leaves out the rest.',
    );
  });

  test('gives the focus back to what opened it', async () => {
    const Page = () => {
      const [isOpen, setOpen] = useState(false);
      return (
        <>
          <button onClick={() => setOpen(true)}>Repair</button>
          {isOpen && (
            <RepairDialog
              dataset={dataset}
              version={version([issue('duplicate-row', 184)])}
              limit={undefined}
              onClose={() => setOpen(false)}
            />
          )}
        </>
      );
    };
    await show(<Page />);
    const opener = await screen.findByRole('button', { name: 'Repair' }, { timeout: PATIENCE });
    opener.focus();
    fireEvent.click(opener);
    const box = await screen.findByRole('checkbox', { name: 'Remove repeated rows' }, { timeout: PATIENCE });
    await waitFor(() => expect(document.activeElement).toBe(box));
    fireEvent.keyDown(box, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(opener));
  });

  test('is ordered with the cures that are ticked, and names what stays as it is', async () => {
    await show(
      <RepairDialog
        dataset={dataset}
        version={version([issue('over-context', 612), issue('duplicate-row', 184), issue('role-order', 12)])}
        limit={2_048}
        onClose={() => undefined}
      />,
    );
    const dialog = await screen.findByRole('dialog', { name: 'Repair v3, as v4' }, { timeout: PATIENCE });
    fireEvent.click(within(dialog).getByRole('checkbox', { name: 'Remove repeated rows' }));
    expect(plain(dialog.textContent)).toContain(
      'Stays as it is: the row repeats an earlier row (184 rows) and the turns come in an unusual order (12 rows).',
    );
    fireEvent.click(within(dialog).getByRole('button', { name: 'Make v4, and check it' }));
    expect(await order()).toEqual({ cures: ['shorten-long-rows'], maxTokens: 2_048 });
  });

  test('of one problem begins with that one alone, and with none ticked cannot start', async () => {
    await show(
      <RepairDialog
        dataset={dataset}
        version={version([issue('over-context', 612), issue('duplicate-row', 184)])}
        only="duplicate-row"
        limit={undefined}
        onClose={() => undefined}
      />,
    );
    const box = await screen.findByRole('checkbox', { name: 'Remove repeated rows' }, { timeout: PATIENCE });
    const start = () => screen.getByRole('button', { name: 'Make v4, and check it' });
    fireEvent.click(box);
    expect(start().getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(box);
    fireEvent.click(start());
    expect(await order()).toEqual({ cures: ['drop-duplicates'] });
  });

  test('of a table asks for the columns that the finding lists, and sends the mapping', async () => {
    report = [
      {
        code: 'columns-unknown',
        severity: 'error',
        file: 'data',
        found: 'columns: Ticket, Question, Reply; not clear',
        columns: ['Ticket', 'Question', 'Reply'],
        cure: 'x',
      },
    ];
    await show(
      <RepairDialog
        dataset={dataset}
        version={version([issue('columns-unknown', 1)])}
        limit={undefined}
        onClose={() => undefined}
      />,
    );
    const prompt = await screen.findByRole('combobox', { name: 'Prompt' }, { timeout: PATIENCE });
    expect(prompt.textContent).toContain('Question');
    fireEvent.click(screen.getByRole('button', { name: 'Make v4, and check it' }));
    expect(await order()).toEqual({
      cures: ['map-columns'],
      columns: { prompt: 'Question', completion: 'Reply' },
    });
  });
});

describe('the columns of a table', () => {
  test('are read from the finding, also where it says them only in words', () => {
    expect(columnsOf({ found: 'columns: a, b; none of them names itself' })).toEqual(['a', 'b']);
    expect(columnsOf({ found: 'x', columns: ['a, with comma', 'b', 'b'] })).toEqual(['a, with comma', 'b']);
  });

  test('propose the form they fit, and nothing where they fit none', () => {
    expect(firstForm(['Prompt', 'chosen', 'rejected']).id).toBe('preference');
    expect(firstForm(['instruction', 'input', 'output']).id).toBe('instructions');
    expect(filledForm(firstForm(['foo', 'bar']), ['foo', 'bar'])).toEqual({});
    expect(mappingProblem({ prompt: 'foo' })).toBeDefined();
    expect(mappingProblem({ text: 'foo' })).toBeUndefined();
  });
});

describe('two versions', () => {
  test('are compared problem by problem; fewer is better', () => {
    const before = version([issue('duplicate-row', 184), issue('refusal', 2)], 2);
    const after = version([issue('refusal', 5)], 3);
    expect(
      comparedProblems(before, after).map(({ name, difference, tone }) => [name, difference, tone]),
    ).toEqual([
      [DATASET_ISSUES['duplicate-row'].title, '−184', 'better'],
      [DATASET_ISSUES.refusal.title, '+3', 'worse'],
    ]);
  });
});
