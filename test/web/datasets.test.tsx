import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import type { CheckSummary, DatasetVersion } from '../../contracts/dataset-versions.ts';
import { verdictOf } from '../../web/src/features/datasets/dataset-words.ts';
import { Conversation } from '../../web/src/features/datasets/rows/conversation.tsx';

afterEach(cleanup);

describe('what stands in a dataset', () => {
  const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>\n[link](javascript:alert(3))';

  test('is shown as text, whatever it looks like', () => {
    const { container } = render(
      <Conversation
        row={{
          file: 'data',
          line: 1,
          tokens: null,
          messages: [
            { role: 'user', content: hostile, learnt: false },
            { role: 'assistant', content: '{{constructor}}', learnt: true },
          ],
        }}
      />,
    );
    expect(container.querySelectorAll('img, script, a, iframe')).toHaveLength(0);
    expect(
      screen.getByText((_, element) => element?.textContent === hostile && element.tagName === 'P'),
    ).toBeTruthy();
    expect(screen.getByText('{{constructor}}')).toBeTruthy();
  });

  test('says which turns are learnt from, not by colour alone', () => {
    render(
      <Conversation
        row={{
          file: 'data',
          line: 1,
          tokens: 3,
          messages: [{ role: 'assistant', content: 'x', learnt: true }],
        }}
      />,
    );
    expect(screen.getByText(', learnt from')).toBeTruthy();
  });
});

describe('the verdict on a version', () => {
  const at = '2026-11-23T12:00:00.000Z';
  const base = {
    datasetId: 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W',
    version: 1,
    declaredBytes: 100,
    createdAt: at,
    updatedAt: at,
  };
  const files = { data: { bytes: 100, sha256: 'a'.repeat(64), versionId: 'v' } };
  const summary = (issues: CheckSummary['issues']): CheckSummary => ({
    verdict: 'ready',
    format: 'chat',
    rows: 100,
    usableRows: 93,
    validationRows: 0,
    tokens: null,
    issues,
    checkedAt: at,
    checkMilliseconds: 1200,
  });
  const ready = (issues: CheckSummary['issues']): DatasetVersion => ({
    ...base,
    status: 'ready',
    files,
    summary: summary(issues),
  });

  test('counts kinds of warnings, and rows in the sentence: at most, for a row may have two', () => {
    const { title, sentence } = verdictOf(
      ready([
        { code: 'duplicate-row', severity: 'warning', count: 4, file: 'data' },
        { code: 'over-context', severity: 'warning', count: 3, file: 'data' },
      ]),
    );
    expect(title).toBe('Ready, with 2\u00a0warnings');
    expect(sentence).toContain('Up to 7\u00a0rows have something');
  });

  test('is only "Ready" when nothing was found', () => {
    expect(verdictOf(ready([])).title).toBe('Ready');
  });

  test('names the one error that stops it', () => {
    const version: DatasetVersion = {
      ...base,
      status: 'rejected',
      files,
      summary: summary([{ code: 'too-few-rows', severity: 'error', count: 1, file: 'data' }]),
    };
    expect(verdictOf(version)).toMatchObject({
      tone: 'bad',
      title: 'Can’t be used yet: there are too few usable rows',
    });
  });

  test('of a failed check blames the check, not the file', () => {
    const { title, sentence } = verdictOf({
      ...base,
      status: 'validation-failed',
      reason: 'It ran out of time',
    });
    expect(title).toBe('The check itself failed');
    expect(sentence).toContain('The file is safe');
  });
});
