import type { DatasetIssueCode } from '../../../contracts/dataset-issues.ts';

export type ContainerProblemCode = Extract<
  DatasetIssueCode,
  'not-text' | 'container-broken' | 'container-too-large' | 'columns-unknown'
>;

/** `DatasetIssue.found` takes 300 characters. */
const FOUND_LENGTH = 300;

/** Why a file cannot become JSON Lines, in words for the person who uploaded it. */
export class ContainerProblem extends Error {
  readonly code: ContainerProblemCode;
  readonly found: string;
  /** Of `columns-unknown`: the columns there are, to choose from. */
  readonly columns: readonly string[] | undefined;
  constructor(code: ContainerProblemCode, found: string, columns?: readonly string[]) {
    const cut = found.length > FOUND_LENGTH ? `${found.slice(0, FOUND_LENGTH - 1)}…` : found;
    super(`${code}: ${cut}`);
    this.name = 'ContainerProblem';
    this.code = code;
    this.found = cut;
    this.columns = columns;
  }
}

export const inMegabytes = (bytes: number): string =>
  `${Math.max(1, Math.round(bytes / 1024 / 1024)).toLocaleString('en')} MB`;
