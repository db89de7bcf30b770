/** Holds what the check found against what was planted. */
import type { DatasetIssue, DatasetIssueCode } from '../../../contracts/dataset-issues.ts';
import type { Corpus, Planted } from './corpus.ts';

/** Of one code, or of one kind of secret or personal data. */
export interface Score {
  name: string;
  planted: number;
  found: number;
  /** Clean rows that were flagged with it. */
  falseFlags: number;
  cleanRows: number;
  missed: Planted[];
}

/** One row a code and, below secrets and personal data, one a kind. Every issue of the file has to be in `issues`. */
export function scores(results: readonly { corpus: Corpus; issues: readonly DatasetIssue[] }[]): Score[] {
  const table = new Map<string, Score>();
  const cleanRows = results.reduce(
    (sum, { corpus }) => sum + corpus.clean.data.size + corpus.clean.validation.size,
    0,
  );
  const scoreOf = (name: string): Score => {
    const known = table.get(name);
    if (known) return known;
    const made = { name, planted: 0, found: 0, falseFlags: 0, cleanRows, missed: [] };
    table.set(name, made);
    return made;
  };
  const names = (code: DatasetIssueCode, kind: string | undefined) =>
    kind === undefined ? [code] : [code, `${code}: ${kind}`];

  for (const { corpus, issues } of results) {
    const said = new Set(
      issues.flatMap(({ code, kind, file, line }) =>
        names(code, kind).map((name) => `${file} ${line} ${name}`),
      ),
    );
    for (const planted of corpus.planted) {
      // A secret of another kind is still a secret found: the code counts it, the kind does not.
      for (const name of names(planted.code, planted.kind)) {
        const score = scoreOf(name);
        score.planted += 1;
        if (said.has(`${planted.file} ${planted.line} ${name}`)) score.found += 1;
        else score.missed.push(planted);
      }
    }
    for (const place of said) {
      const [file = '', line = '', ...name] = place.split(' ');
      const clean = file === 'validation' ? corpus.clean.validation : corpus.clean.data;
      if (clean.has(Number(line))) scoreOf(name.join(' ')).falseFlags += 1;
    }
  }
  return [...table.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}
