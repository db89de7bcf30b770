/** One version's check: its files as rows, what was found in them, and the report beside them. */
import type { DatasetIssue, DatasetIssueCount } from '../../contracts/dataset-issues.ts';
import type { CheckSummary } from '../../contracts/dataset-versions.ts';
import { checkDataset, type CheckResult } from './check/check-dataset.ts';
import { type PinnedFile, rowsOf, type RowsOfFile, sourceOf } from './convert-file.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { CheckedFiles, VersionIn } from './dataset-version.ts';
import type { CountedModel } from './tokens/stage-counter.ts';
import { convertedKey } from './upload.ts';
import { isLastTry, type Progress } from './version-lease.ts';

export interface CheckPorts {
  files: DatasetFiles;
  /** Whose tokens are counted; the first is the one that is shown. */
  models: readonly CountedModel[];
}

type Found = Omit<CheckSummary, 'checkedAt' | 'checkMilliseconds'>;

export interface CheckedVersion {
  summary: Found;
  issues: DatasetIssue[];
  checked: CheckedFiles;
}

export async function checkVersion(
  { files, models }: CheckPorts,
  record: VersionIn<'validating'>,
  onProgress: (progress: Progress) => Promise<void>,
): Promise<CheckedVersion> {
  const { data: held, validation: heldBack } = pinnedFiles(record);
  const total = held.bytes + (heldBack?.bytes ?? 0);
  const rows = (file: 'data' | 'validation', pinned: PinnedFile, before: number): Promise<RowsOfFile> => {
    const key = convertedKey(record.owner, record.datasetId, record.version, file);
    const as = { file, convertedKey: key, columns: record.columns };
    // Where there is something to convert, that is half of the way.
    return rowsOf(files, pinned, as, (bytes) => onProgress({ bytes: Math.floor((before + bytes) / 2) }));
  };
  const data = await rows('data', held, 0);
  const validation = heldBack && (await rows('validation', heldBack, held.bytes));
  if (data.kind === 'problem') return unreadable(record, data, validation);

  const isConverted = data.source !== undefined || (validation?.kind === 'rows' && !!validation.source);
  const heldRows = validation?.kind === 'rows' ? validation.rows : undefined;
  const toCheck = data.rows.bytes + (heldRows?.bytes ?? 0);
  const lastTry = isLastTry(record);
  const result = await checkDataset({
    data: sourceOf(files, data.rows),
    validation: heldRows && sourceOf(files, heldRows),
    ...(record.declaredFormat === undefined ? {} : { declaredFormat: record.declaredFormat }),
    models,
    // The last try does without what costs most memory and time: it says less, and it ends.
    ...(lastTry ? { threads: 1, nearDuplicates: false, exactTokens: false } : {}),
    onProgress: (bytes, soFar) => {
      const part = isConverted ? Math.floor(total / 2 + (bytes / toCheck) * (total / 2)) : bytes;
      return onProgress({ bytes: Math.min(total, part), soFar });
    },
  });
  requireSame(result, data.rows, heldRows);
  const { summary, issues, checked } = asChecked(record, result, data, validation);
  return { summary, issues, checked };
}

function pinnedFiles({ keys, versionIds, declaredBytes, declaredValidationBytes }: VersionIn<'validating'>) {
  const data: PinnedFile = { key: keys.data, versionId: versionIds.data, bytes: declaredBytes };
  const { validation: key } = keys;
  const { validation: versionId } = versionIds;
  if (key === undefined || versionId === undefined) return { data, validation: undefined };
  return { data, validation: { key, versionId, bytes: declaredValidationBytes ?? 0 } };
}

/** Bytes that differ from what was pinned would be a fault of the store: they are never judged. */
function requireSame({ bytes }: CheckResult, data: PinnedFile, validation: PinnedFile | undefined): void {
  if (bytes.data === data.bytes && bytes.validation === validation?.bytes) return;
  throw new Error(`The bytes that were read (${bytes.data}) are not those that were stored (${data.bytes}).`);
}

const counted = ({ code, severity, file }: DatasetIssue): DatasetIssueCount => ({
  code,
  severity,
  file,
  count: 1,
});

/** A training file without rows: nothing more can be said of it, nor of a validation file beside it. */
function unreadable(
  { keys }: VersionIn<'validating'>,
  data: Extract<RowsOfFile, { kind: 'problem' }>,
  validation: RowsOfFile | undefined,
): CheckedVersion {
  const issues = [data.issue, ...(validation?.kind === 'problem' ? [validation.issue] : [])];
  return {
    summary: {
      verdict: 'rejected',
      format: null,
      rows: 0,
      usableRows: 0,
      validationRows: 0,
      tokens: null,
      issues: issues.map(counted),
    },
    issues,
    checked: { keys: { data: keys.data }, files: { data: data.file } },
  };
}

function asChecked(
  { keys }: VersionIn<'validating'>,
  { summary, issues, sha256 }: CheckResult,
  data: Extract<RowsOfFile, { kind: 'rows' }>,
  validation: RowsOfFile | undefined,
): CheckedVersion {
  const stored = ({ bytes, versionId }: PinnedFile, digest: string) => ({ bytes, sha256: digest, versionId });
  const checked: CheckedFiles = {
    keys: { data: data.rows.key },
    files: {
      data: stored(data.rows, sha256.data),
      ...(data.source ? { source: data.source } : {}),
    },
  };
  if (validation?.kind === 'rows') {
    checked.keys.validation = validation.rows.key;
    checked.files.validation = stored(validation.rows, sha256.validation ?? '');
    if (validation.source) checked.files.validationSource = validation.source;
  }
  if (validation?.kind !== 'problem') return { summary, issues, checked };
  if (keys.validation !== undefined) checked.keys.validation = keys.validation;
  checked.files.validation = validation.file;
  return {
    summary: {
      ...summary,
      verdict: 'rejected',
      issues: [counted(validation.issue), ...summary.issues],
    },
    issues: [validation.issue, ...issues],
    checked,
  };
}
