/** The whole check of a version: each file read once, its lines looked at by all cores, put together in their order. */
import { availableParallelism } from 'node:os';
import type { DatasetFormat } from '../../../contracts/dataset-format.ts';
import type { DatasetFile, DatasetIssue } from '../../../contracts/dataset-issues.ts';
import type { CheckSoFar, CheckSummary, RowMix } from '../../../contracts/dataset-versions.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { notTextBecause } from '../containers/not-text.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import type { CountedModel, SpareMemory } from './blocks/block.ts';
import { BlockBuffers } from './blocks/block-cutter.ts';
import { type FileToCheck, readBlocks } from './blocks/block-reader.ts';
import { type BlockThreads, noThreads, WorkerThreads } from './blocks/block-threads.ts';
import { FileFindings } from './file-findings.ts';
import { IssueLog } from './issue-log.ts';
import { OpenEnds } from './open-ends/open-ends.ts';
import { Repeats } from './repeats/repeats.ts';
import { MixCount, shownMix, Tally } from './row-mix.ts';
import { type Sampling, samplingOf } from './sampling.ts';
import { isExact, tokenCounts } from './token-counts.ts';

export interface CheckRequest {
  /** JSON Lines; `chunks` is called again where tokens are counted in a second pass. */
  data: FileToCheck;
  validation: FileToCheck | undefined;
  declaredFormat?: DatasetFormat | undefined;
  /** The first one's tokens are shown; those of the others stand beside them. */
  models: readonly Pick<CountedModel, 'tokenizer' | 'contextLength'>[];
  /** Left out, as many as the machine has cores. */
  threads?: number | undefined;
  /** Rows that are nearly the same; left out, they are looked for. */
  nearDuplicates?: boolean | undefined;
  /** Left out, the tokens of a large file are counted exactly in a second pass; without it they are a sample's. */
  exactTokens?: boolean | undefined;
  /** Left out, as many of each code as a report takes; all where `onIssue` takes them. */
  issuesPerCode?: number | undefined;
  /** Takes every issue as it is found, roughly in the order of lines; the result holds none then. */
  onIssue?: ((issue: DatasetIssue) => void) | undefined;
  /** Told after each chunk how many bytes of both files are done and what is known; it may throw to end the check. */
  onProgress: (checkedBytes: number, soFar: CheckSoFar) => Promise<void>;
}

export interface CheckResult {
  summary: Omit<CheckSummary, 'checkedAt' | 'checkMilliseconds'>;
  /** The first of each code and file, in the order of lines. */
  issues: DatasetIssue[];
  /** In lower-case hex, as `sha256sum` prints it. */
  sha256: { data: string; validation: string | undefined };
  /** What really came, to be held against what S3 said. */
  bytes: { data: number; validation: number | undefined };
}

/** A thread takes 40 ms to start and as long to compile what it runs: smaller files are done by then. */
const ALONE_BYTES = 4 * 1024 * 1024;
/** One thread reads and hashes 1 GB/s: a seventh that looks at lines would wait for it. Lambda has six cores at most. */
const MOST_THREADS = 6;

const threadsFor = (bytes: number, wanted = availableParallelism()): number =>
  bytes < ALONE_BYTES ? 0 : Math.max(1, Math.min(MOST_THREADS, wanted));

/** Checks both files. The validation file comes first: whatever is in it is then found in the training rows. */
export async function checkDataset(request: CheckRequest): Promise<CheckResult> {
  const { data, validation, nearDuplicates = true, onIssue } = request;
  const issuesPerCode = request.issuesPerCode ?? (onIssue ? Infinity : LIMITS.issuesPerCode);
  const bytes = data.bytes + (validation?.bytes ?? 0);
  const models = request.models.map((model) => ({ ...model, tables: loadTokenizer(model.tokenizer) }));
  const setup = { models, nearDuplicates, issuesPerCode };
  const count = threadsFor(bytes, request.threads);
  const threads = count === 0 ? noThreads(setup) : new WorkerThreads(setup, count);
  try {
    return await new DatasetCheck({ ...request, issuesPerCode }, models, threads, bytes).run();
  } finally {
    await threads.close();
  }
}

interface Looked {
  findings: FileFindings;
  source: FileToCheck;
  sha256: string;
  bytes: number;
  isText: boolean;
}

class DatasetCheck {
  readonly #request: CheckRequest;
  readonly #models: readonly CountedModel[];
  readonly #threads: BlockThreads;
  readonly #bytes: number;
  readonly #buffers = new BlockBuffers();
  readonly #spare: SpareMemory[] = [];
  readonly #issues: IssueLog;
  readonly #repeats: Repeats;
  readonly #sampling: Sampling;
  readonly #openEnds: OpenEnds;
  readonly #mix = new MixCount();
  /** Whether the tokens of the model that is shown are counted exactly in a pass of their own. */
  readonly #countsAgain: boolean;
  readonly #looked: FileFindings[] = [];
  #read = 0;

  constructor(request: CheckRequest, models: readonly CountedModel[], threads: BlockThreads, bytes: number) {
    this.#request = request;
    this.#models = models;
    this.#threads = threads;
    this.#bytes = bytes;
    this.#issues = new IssueLog(request.issuesPerCode, request.onIssue);
    this.#repeats = new Repeats(this.#issues, bytes, request.nearDuplicates ?? true);
    this.#sampling = samplingOf(bytes);
    this.#openEnds = new OpenEnds(this.#issues, this.#sampling.endingsOneIn);
    const [shown] = models;
    this.#countsAgain =
      (request.exactTokens ?? true) && this.#sampling.countOneIn > 1 && shown !== undefined && isExact(shown);
  }

  async run(): Promise<CheckResult> {
    const { data, validation } = this.#request;
    const held = validation && (await this.#look('validation', validation));
    const trained = await this.#look('data', data);
    const files = held ? [held, trained] : [trained];
    this.#repeats.end();
    this.#openEnds.end();
    for (const { findings } of files) findings.end();
    if (this.#countsAgain) for (const looked of files) await this.#count(looked);
    judgeWhole(this.#issues, trained.findings, held?.findings);
    // What they hold is free before the languages are told, which takes as much.
    await this.#threads.close();
    return this.#result(trained, held);
  }

  async #look(file: DatasetFile, source: FileToCheck): Promise<Looked> {
    const findings = new FileFindings({
      file,
      issues: this.#issues,
      repeats: this.#repeats,
      openEnds: this.#openEnds,
      mix: file === 'data' ? this.#mix : undefined,
      models: this.#models,
      format: this.#request.declaredFormat,
    });
    this.#looked.push(findings);
    let isText = true;
    const read = await readBlocks(source, {
      threads: this.#threads,
      buffers: this.#buffers,
      isText: (head) => {
        const found = notTextBecause(Buffer.from(head.buffer, head.byteOffset, head.byteLength));
        if (found !== undefined) this.#issues.add({ code: 'not-text', file, found });
        return (isText = found === undefined);
      },
      task: (bytes, isFirstOfFile) => ({
        kind: 'check',
        bytes,
        isFirstOfFile,
        format: findings.format,
        enough: this.#issues.full(file),
        ...this.#sampling,
        mostEndTexts: this.#openEnds.wantedTexts,
        spare: this.#spare.pop(),
      }),
      onAnswer: (block, task, startByte) => {
        if (block.kind !== 'check') return undefined;
        // Looked at before the file's form was known, and its own first row has another one.
        const { firstFormat } = block;
        const isGuess = task.format === undefined && firstFormat !== undefined;
        if (isGuess && findings.format !== undefined && findings.format !== firstFormat) return 'again';
        findings.add(block, startByte);
        this.#spare.push({ rows: block.rowColumns.buffer, signatures: block.signatures.buffer });
        return undefined;
      },
      onLongLine: (startByte) => findings.addLongLine(startByte),
      onChunk: (bytes) => this.#progress(bytes),
    });
    if (isText && findings.rows === 0) {
      this.#issues.add({ code: 'empty-file', file, found: `${read.bytes} bytes, no row` });
    }
    return { findings, source, isText, ...read };
  }

  async #count({ findings, source, isText }: Looked): Promise<void> {
    if (!isText || findings.usableRows === 0) return this.#progress(source.bytes);
    const { file, format } = findings;
    await readBlocks(source, {
      threads: this.#threads,
      buffers: this.#buffers,
      task: (bytes, isFirstOfFile) => ({
        kind: 'count',
        bytes,
        isFirstOfFile,
        format,
        enough: this.#issues.full(file),
      }),
      onAnswer: (block, _task, startByte) => {
        if (block.kind === 'count') findings.addCounted(block, startByte);
        return undefined;
      },
      onLongLine: () => findings.addCountedLongLine(),
      onChunk: (bytes) => this.#progress(bytes),
    });
  }

  /** Where everything is read twice, each time is half of the way. */
  #progress(bytes: number): Promise<void> {
    this.#read += bytes;
    const part = this.#countsAgain ? this.#read / 2 : this.#read;
    const rows = this.#looked.reduce((sum, findings) => sum + findings.rows, 0);
    const estimatedTokens = this.#looked.at(-1)?.tokens[0]?.total;
    return this.#request.onProgress(Math.min(this.#bytes, Math.floor(part)), {
      rows,
      ...this.#issues.tally(),
      ...(estimatedTokens ? { estimatedTokens } : {}),
    });
  }

  async #result(trained: Looked, held: Looked | undefined): Promise<CheckResult> {
    const { findings } = trained;
    const counts = this.#issues.counts();
    const [tokens, ...otherTokens] = tokenCounts(this.#models, this.#sampling, findings, held?.findings);
    const isUsed = findings.usableRows > 0;
    return {
      summary: {
        verdict: counts.some(({ severity }) => severity === 'error')
          ? 'rejected'
          : counts.length === 0
            ? 'ready'
            : 'ready-with-warnings',
        format: findings.format ?? null,
        rows: findings.rows,
        usableRows: findings.usableRows,
        validationRows: held?.findings.usableRows ?? 0,
        tokens: (isUsed ? tokens : undefined) ?? null,
        ...(isUsed && otherTokens.length > 0 ? { otherTokens } : {}),
        ...(isUsed ? { mix: await mixWithLanguages(this.#mix) } : {}),
        ...this.#repeats.limits(),
        issues: counts,
      },
      issues: this.#issues.issues,
      sha256: { data: trained.sha256, validation: held?.sha256 },
      bytes: { data: trained.bytes, validation: held?.bytes },
    };
  }
}

/** Telling a language takes a library of 2 MB: it is loaded when the rest is done. */
async function mixWithLanguages(count: MixCount): Promise<RowMix> {
  const { languageOf } = await import('./text/language.ts');
  const languages = new Tally();
  for (const text of count.languageTexts) languages.add(languageOf(text));
  return shownMix(count, languages);
}

/** What only both files as a whole can tell. */
function judgeWhole(issues: IssueLog, data: FileFindings, validation: FileFindings | undefined): void {
  const { rows, usableRows } = data;
  if (rows > 0 && usableRows < LIMITS.datasetMinimumRows) {
    const found = `${usableRows} usable of ${rows} rows; ${LIMITS.datasetMinimumRows} are needed`;
    issues.add({ code: 'too-few-rows', file: 'data', found });
  } else if (rows > 0 && usableRows < LIMITS.datasetFewRows) {
    issues.add({ code: 'few-rows', file: 'data', found: `${usableRows} usable rows` });
  }
  if (validation?.format && data.format && validation.format !== data.format) {
    const found = `${validation.format}, where the training file is ${data.format}`;
    issues.add({ code: 'mixed-formats', file: 'validation', found });
  }
}
