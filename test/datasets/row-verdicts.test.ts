/** The lines that the trainer is held to as well: trainer/tests/test_row_verdicts.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DATASET_ISSUES } from '../../contracts/dataset-issues.ts';
import { hasError, rowOfLine } from '../../lambdas/datasets/check/rows/line-row.ts';
import { qualityProblems } from '../../lambdas/datasets/check/text/text-quality.ts';

interface Verdict {
  name: string;
  line: string;
  verdict: 'usable' | 'broken';
  format: string | null;
  codes: string[];
}

const path = join(import.meta.dirname, 'row-verdicts.jsonl');
const verdicts: Verdict[] = readFileSync(path, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('the check and the trainer agree on', () => {
  test.each(verdicts)('$name', ({ line, verdict, format, codes }) => {
    const row = rowOfLine(line);
    const problems = row ? [...row.problems, ...qualityProblems(row.turns, row)] : [];
    const found = row
      ? problems.map(({ code }) => code)
      : codes.filter((code) => ['not-json', 'too-deep'].includes(code));
    expect([...new Set(found)].toSorted()).toEqual(codes.toSorted());
    expect(row?.format ?? null).toBe(format);
    const isBroken = !row || hasError({ ...row, problems });
    expect(isBroken).toBe(verdict === 'broken');
  });

  test('what each code costs a row', () => {
    const told = new Set(
      verdicts.filter(({ verdict }) => verdict === 'usable').flatMap(({ codes }) => codes),
    );
    for (const code of told)
      expect(DATASET_ISSUES[code as keyof typeof DATASET_ISSUES].severity).toBe('warning');
  });
});
