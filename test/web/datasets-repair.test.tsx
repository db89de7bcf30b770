import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import type { CheckSummary } from '../../contracts/dataset-versions.ts';
import { PATIENCE } from './signed-in.ts';
import { asked, dataset, issue, plain, report, show, version } from './checked-version.tsx';

const { RepairDialog } = await import('../../web/src/features/datasets/repair/repair-dialog.tsx');
const { problemGroups } = await import('../../web/src/features/datasets/problems/problem-groups.ts');
const { verdictOf } = await import('../../web/src/features/datasets/dataset-words.ts');
const { effectWords, leftBy, leftByAllCures, repairAllWords, repairChoices } =
  await import('../../web/src/features/datasets/repair/repair-plan.ts');
const { columnsOf, filledForm, firstForm, mappingProblem } =
  await import('../../web/src/features/datasets/repair/columns.ts');

afterEach(cleanup);

const order = async () => {
  await waitFor(() => expect(asked.some(({ path }) => path.endsWith('/repairs'))).toBe(true), {
    timeout: PATIENCE,
  });
  return asked.find(({ path }) => path.endsWith('/repairs'))?.body;
};

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
    report.push({
      code: 'columns-unknown',
      severity: 'error',
      file: 'data',
      found: 'columns: Ticket, Question, Reply; not clear',
      columns: ['Ticket', 'Question', 'Reply'],
      cure: 'x',
    });
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
