import { DATASET_ISSUES } from '../../../../../contracts/dataset-issues.ts';
import { bytes, compact, count } from '../../../lib/format/numbers.ts';
import { FORMAT_WORDS, type CheckedVersion } from '../dataset-words.ts';
import { problemGroups } from '../problems/problem-groups.ts';

/** One line of a comparison: a figure of two versions, and how they differ. */
export interface ComparedFigure {
  name: string;
  before: string;
  after: string;
  /** `−184`; empty where they are equal or no figures. */
  difference: string;
  /** Whether fewer is better here: of problems it is. */
  tone: 'better' | 'worse' | undefined;
}

/** Figures of two versions side by side. */
export function comparedFigures(before: CheckedVersion, after: CheckedVersion): ComparedFigure[] {
  const [a, b] = [before.summary, after.summary];
  const [ta, tb] = [a.tokens, b.tokens];
  const hasSameTokenizer = ta?.tokenizer === tb?.tokenizer;
  const tokens = (name: string, pick: (of: NonNullable<typeof ta>) => number | undefined, show = count) =>
    hasSameTokenizer ? figure(name, ta ? pick(ta) : undefined, tb ? pick(tb) : undefined, show) : undefined;
  return [
    figure('Rows', a.rows, b.rows),
    figure('Rows that can be trained on', a.usableRows, b.usableRows),
    a.validationRows + b.validationRows > 0
      ? figure('Validation rows', a.validationRows, b.validationRows)
      : undefined,
    tokens('Tokens', ({ total }) => total, compact),
    tokens('Learnt from', ({ trained }) => trained, compact),
    tokens('Median row, tokens', ({ median }) => median),
    tokens('Longest row, tokens', ({ longestRow }) => longestRow),
    figure('Size', before.files.data.bytes, after.files.data.bytes, bytes),
    {
      name: 'Format',
      before: a.format ? FORMAT_WORDS[a.format] : 'not known',
      after: b.format ? FORMAT_WORDS[b.format] : 'not known',
      difference: a.format === b.format ? '' : 'differs',
      tone: undefined,
    },
  ].filter((line) => line !== undefined);
}

/** Rows of each problem that one of the two has; what changed most comes first. */
export function comparedProblems(before: CheckedVersion, after: CheckedVersion): ComparedFigure[] {
  const rowsOf = (version: CheckedVersion) =>
    new Map(problemGroups(version.summary.issues).map((group) => [group.code, group.rows || group.count]));
  const [a, b] = [rowsOf(before), rowsOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((code) => ({ code, from: a.get(code) ?? 0, to: b.get(code) ?? 0 }))
    .sort((one, other) => Math.abs(other.to - other.from) - Math.abs(one.to - one.from))
    .map(({ code, from, to }) => ({
      ...figure(DATASET_ISSUES[code].title, from, to),
      tone: to === from ? undefined : to < from ? ('better' as const) : ('worse' as const),
    }));
}

function figure(
  name: string,
  before: number | undefined,
  after: number | undefined,
  show: (value: number) => string = count,
): ComparedFigure {
  const isBoth = before !== undefined && after !== undefined;
  const by = isBoth ? after - before : 0;
  return {
    name,
    before: before === undefined ? '–' : show(before),
    after: after === undefined ? '–' : show(after),
    difference: by === 0 ? '' : by > 0 ? `+${show(by)}` : `−${show(-by)}`,
    tone: undefined,
  };
}
