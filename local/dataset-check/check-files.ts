/** The very check of an uploaded version: containers to rows, then everything that is looked for in rows. */
import { DATASET_ISSUES, type DatasetFile, type DatasetIssue } from '../../contracts/dataset-issues.ts';
import type { CheckSummary } from '../../contracts/dataset-versions.ts';
import { LIMITS, MEBIBYTE } from '../../contracts/limits.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { checkDataset } from '../../lambdas/datasets/check/check-dataset.ts';
import { ContainerProblem } from '../../lambdas/datasets/containers/container-problem.ts';
import type { Container } from '../../lambdas/datasets/containers/detect-container.ts';
import { type CountedModel, stageModels } from '../../lambdas/datasets/tokens/stage-counter.ts';
import type { CheckOptions } from './options.ts';
import type { CheckProgress } from './progress.ts';
import { openFile, type RowsFile, rowsOfFile } from './rows-of-file.ts';

export interface CheckedFiles {
  summary: CheckSummary;
  /** The first of each code; none where `onIssue` took them. */
  issues: DatasetIssue[];
  /** What the file was; undefined where it is nothing that has rows. */
  container: Container | undefined;
  /** Of the file as it was given, and of its rows. */
  bytes: number;
  rowBytes: number;
  seconds: number;
}

interface Surroundings {
  /** For rows that are unpacked or converted. */
  folder: string;
  progress: CheckProgress;
  onIssue: ((issue: DatasetIssue) => void) | undefined;
}

/** The chosen model's tokenizer is shown, those of the others stand beside it. */
function modelsToCount({ baseModel }: CheckOptions): CountedModel[] {
  const chosen = stageModels([baseModel.id]);
  const others = stageModels(BASE_MODELS.map(({ id }) => id));
  return [...chosen, ...others.filter(({ tokenizer }) => tokenizer !== baseModel.tokenizer)];
}

const issueOf = (code: DatasetIssue['code'], file: DatasetFile, found: string): DatasetIssue => {
  const { severity, cure } = DATASET_ISSUES[code];
  return { code, severity, file, found, cure };
};

/** Throws an `UnreadableProblem` or the system's error where a file cannot be opened or read. */
export async function checkFiles(
  options: CheckOptions,
  { folder, progress, onIssue }: Surroundings,
): Promise<CheckedFiles> {
  const began = performance.now();
  const given = await openFile(options.file);
  const givenBeside = options.validation === undefined ? undefined : await openFile(options.validation);
  const refused: DatasetIssue[] = [];
  const rowsOf = async (file: DatasetFile, source: typeof given, most: number) => {
    try {
      if (source.bytes > most) {
        const limit = `${Math.round(most / MEBIBYTE)} MB`;
        throw new ContainerProblem('container-too-large', `more than ${limit}, the limit of ${WORDS[file]}`);
      }
      return await rowsOfFile(source, { folder, name: file, columns: options.columns, progress });
    } catch (error) {
      if (!(error instanceof ContainerProblem)) throw error;
      refused.push(issueOf(error.code, file, error.found));
      return undefined;
    }
  };
  const data = await rowsOf('data', given, LIMITS.datasetBytes);
  const validation = givenBeside && (await rowsOf('validation', givenBeside, LIMITS.validationBytes));
  for (const issue of refused) onIssue?.(issue);
  const checked = data && (await check(data, validation, options, { progress, onIssue }));
  const milliseconds = performance.now() - began;
  const none = { format: null, rows: 0, usableRows: 0, validationRows: 0, tokens: null, issues: [] };
  const found = checked?.summary ?? { ...none, verdict: 'rejected' as const };
  return {
    summary: {
      ...found,
      verdict: refused.length > 0 ? 'rejected' : found.verdict,
      issues: [
        ...refused.map(({ code, severity, file }) => ({ code, severity, file, count: 1 })),
        ...found.issues,
      ],
      checkedAt: new Date().toISOString(),
      checkMilliseconds: Math.round(milliseconds),
    },
    issues: onIssue ? [] : [...refused, ...(checked?.issues ?? [])],
    container: data?.container,
    bytes: given.bytes,
    rowBytes: data?.source.bytes ?? 0,
    seconds: milliseconds / 1000,
  };
}

const WORDS: Record<DatasetFile, string> = { data: 'a dataset', validation: 'a validation file' };

function check(
  data: RowsFile,
  validation: RowsFile | undefined,
  options: CheckOptions,
  { progress, onIssue }: Omit<Surroundings, 'folder'>,
) {
  const bytes = data.source.bytes + (validation?.source.bytes ?? 0);
  return checkDataset({
    data: data.source,
    validation: validation?.source,
    models: modelsToCount(options),
    onIssue,
    onProgress: (checkedBytes, soFar) => {
      progress.show('checking', checkedBytes / bytes, soFar);
      return Promise.resolve();
    },
  });
}
