import { describe, expect, test } from '@jest/globals';
import { DatasetFormat } from '../../contracts/dataset-format.ts';
import { FORM_EXAMPLES } from '../../contracts/datasets-document.ts';
import { readRow } from '../../lambdas/datasets/check/rows/row.ts';
import { qualityProblems } from '../../lambdas/datasets/check/text/text-quality.ts';

describe('docs/datasets.md', () => {
  test('has an example of each form', () => {
    expect(FORM_EXAMPLES.map(({ format }) => format)).toEqual(DatasetFormat.options);
  });

  const rows = FORM_EXAMPLES.flatMap(({ format, rows: examples }) =>
    examples.map((row) => ({ format, row })),
  );
  test.each(rows)('shows a row of the form $format that nothing is wrong with', ({ format, row }) => {
    const read = readRow(row);
    expect(read.format).toBe(format);
    const expected = format === 'sharegpt' ? ['sharegpt-rows'] : [];
    expect([...read.problems, ...qualityProblems(read.turns, read)].map(({ code }) => code)).toEqual(
      expected,
    );
  });
});
