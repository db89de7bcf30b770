import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { DATASET_ISSUES, type DatasetIssueCode } from '../../contracts/dataset-issues.ts';
import { PATIENCE } from './signed-in.ts';
import { issue, plain, report, show, version } from './checked-version.tsx';

const { Problems } = await import('../../web/src/features/datasets/problems/problems.tsx');
const { problemGroups } = await import('../../web/src/features/datasets/problems/problem-groups.ts');
const { meaningOf } = await import('../../web/src/features/datasets/problems/problem-meaning.ts');
const { comparedProblems } = await import('../../web/src/features/datasets/versions/version-figures.ts');

afterEach(cleanup);

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
    report.push({
      code: 'template-token',
      severity: 'warning',
      file: 'data',
      line: 20_417,
      byte: 5_000,
      path: 'messages.1.content',
      found: '<img src=x>\u202E',
      cure: 'x',
    });
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
