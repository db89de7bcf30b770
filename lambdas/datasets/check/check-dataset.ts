/** The whole check of a version: each file once, streaming, with its plain SHA-256 in the same pass. */
import { createHash } from 'node:crypto';
import type { DatasetFile, DatasetIssue } from '../../../contracts/dataset-issues.ts';
import type { CheckSummary, DatasetFormat, TokenCount } from '../../../contracts/datasets.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { FileCheck } from './check-file.ts';
import { notTextBecause } from './file-kind.ts';
import { IssueLog } from './issue-log.ts';
import { LineSplitter } from './line-splitter.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';

interface FileToCheck {
  bytes: number;
  chunks: () => AsyncIterable<Uint8Array>;
}

export interface CheckRequest {
  data: FileToCheck;
  validation: FileToCheck | undefined;
  declaredFormat: DatasetFormat | undefined;
  counter: TokenCounter;
  /** Told after each chunk how many bytes of both files are done; it may throw to end the check. */
  onProgress: (checkedBytes: number) => Promise<void>;
}

export interface CheckResult {
  summary: Omit<CheckSummary, 'checkedAt' | 'checkMilliseconds'>;
  /** The first of each code, in the order of finding. */
  issues: DatasetIssue[];
  /** In lower-case hex, as `sha256sum` prints it. */
  sha256: { data: string; validation: string | undefined };
  /** What really came, to be held against what S3 said. */
  bytes: { data: number; validation: number | undefined };
}

/** Counting tokens runs at 15 MB/s (facts.md §4): up to here all rows take three seconds, beyond it a sample does. */
const COUNT_ALL_BYTES = 48 * 1024 * 1024;
/** One row in 16 of 500 MB are 31 MB; a hash sample of that size is within 0.2 % (facts.md §4). */
const SAMPLE_ONE_IN = 16;

interface Pass {
  check: FileCheck;
  sha256: string;
  bytes: number;
}

/** Checks both files. The validation file comes first: whatever is in it is then found in the training rows. */
export async function checkDataset(request: CheckRequest): Promise<CheckResult> {
  const { counter, data, validation, declaredFormat } = request;
  const issues = new IssueLog();
  const countOneIn = counter.exact && data.bytes > COUNT_ALL_BYTES ? SAMPLE_ONE_IN : 1;
  let done = 0;

  const pass = async (file: DatasetFile, source: FileToCheck, held?: Pass): Promise<Pass> => {
    const check = new FileCheck({
      file,
      issues,
      counter,
      countOneIn,
      expectedFormat: declaredFormat,
      ...(held ? { validationRows: held.check.seen } : {}),
    });
    const splitter = new LineSplitter((bytes, line) => check.line(bytes, line));
    const digest = createHash('sha256');
    let bytes = 0;
    let isText = true;
    for await (const piece of source.chunks()) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      digest.update(chunk);
      if (bytes === 0 && chunk.length > 0) {
        const reason = notTextBecause(chunk);
        if (reason !== undefined) issues.add('not-text', file, undefined, reason);
        isText = reason === undefined;
      }
      bytes += chunk.length;
      if (isText) splitter.push(chunk);
      await request.onProgress((done += chunk.length));
    }
    if (isText) splitter.end();
    if (isText && check.rows === 0) issues.add('empty-file', file, undefined, `${bytes} bytes, no row`);
    return { check, sha256: digest.digest('hex'), bytes };
  };

  const held = validation ? await pass('validation', validation) : undefined;
  const trained = await pass('data', data, held);
  judgeWhole(issues, trained.check, held?.check);
  const { check } = trained;
  const tokens =
    check.usableRows === 0
      ? null
      : {
          tokenizer: counter.tokenizer,
          method: countingMethod(counter, countOneIn),
          contextLength: counter.contextLength,
          validation: held?.check.tokens.total ?? 0,
          ...check.tokens.counts(),
        };
  return {
    summary: {
      verdict: issues.hasErrors ? 'rejected' : issues.isEmpty ? 'ready' : 'ready-with-warnings',
      format: check.format ?? null,
      rows: check.rows,
      usableRows: check.usableRows,
      validationRows: held?.check.usableRows ?? 0,
      tokens,
      issues: issues.counts(),
    },
    issues: issues.issues,
    sha256: { data: trained.sha256, validation: held?.sha256 },
    bytes: { data: trained.bytes, validation: held?.bytes },
  };
}

const countingMethod = (counter: TokenCounter, countOneIn: number): TokenCount['method'] =>
  !counter.exact ? 'by-length' : countOneIn > 1 ? 'sampled' : 'exact';

/** What only both files as a whole can tell. */
function judgeWhole(issues: IssueLog, data: FileCheck, validation: FileCheck | undefined): void {
  if (data.rows > 0 && data.usableRows < LIMITS.datasetMinimumRows) {
    const found = `${data.usableRows} usable of ${data.rows} rows; ${LIMITS.datasetMinimumRows} are needed`;
    issues.add('too-few-rows', 'data', undefined, found);
  }
  if (validation?.format && data.format && validation.format !== data.format) {
    const found = `${validation.format}, where the training file is ${data.format}`;
    issues.add('mixed-formats', 'validation', undefined, found);
  }
}
