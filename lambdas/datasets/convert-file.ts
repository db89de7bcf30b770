/** The rows of an uploaded file: the file itself, or what it was converted to, written beside it and pinned. */
import { createHash } from 'node:crypto';
import type { ColumnMapping } from '../../contracts/dataset-cures.ts';
import { DATASET_ISSUES, type DatasetFile, type DatasetIssue } from '../../contracts/dataset-issues.ts';
import type { SourceFile, StoredFile } from '../../contracts/dataset-versions.ts';
import { ContainerProblem } from './containers/container-problem.ts';
import { detectContainer } from './containers/detect-container.ts';
import type { FileSource } from './containers/file-source.ts';
import { jsonLines } from './containers/json-lines.ts';
import type { DatasetFiles } from './dataset-files.ts';

/** A file of a version, pinned. */
export interface PinnedFile {
  key: string;
  versionId: string;
  bytes: number;
}

export function sourceOf(files: DatasetFiles, { key, versionId, bytes }: PinnedFile): FileSource {
  return {
    bytes,
    chunks: () => files.open(key, versionId),
    range: (from, length) => files.range(key, versionId, from, length),
  };
}

type OnRead = (bytes: number) => Promise<void>;

/** Tells of every byte that is read, at most as many as there are: some containers are read twice in places. */
function watched(source: FileSource, onRead: OnRead): FileSource {
  let read = 0;
  const tell = (bytes: number) => onRead(Math.min(source.bytes, (read += bytes)));
  return {
    bytes: source.bytes,
    async *chunks() {
      for await (const chunk of source.chunks()) {
        yield chunk;
        await tell(chunk.length);
      }
    },
    async range(from, length) {
      const piece = await source.range(from, length);
      await tell(piece.length);
      return piece;
    },
  };
}

async function sha256Of(source: FileSource, onRead: OnRead): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of watched(source, onRead).chunks()) digest.update(chunk);
  return digest.digest('hex');
}

export type RowsOfFile =
  | { kind: 'rows'; rows: PinnedFile; source?: SourceFile }
  /** It holds no rows that could be read, and why; the file itself stays, to be looked at. */
  | { kind: 'problem'; issue: DatasetIssue; file: StoredFile };

/**
 * JSON Lines are taken as they lie. Everything else is converted in one stream into `convertedKey`, where it counts
 * only by the VersionId that is answered here: what an earlier try has left there is overwritten or passed over.
 */
export async function rowsOf(
  files: DatasetFiles,
  pinned: PinnedFile,
  as: { file: DatasetFile; convertedKey: string; columns: ColumnMapping | undefined },
  onRead: OnRead,
): Promise<RowsOfFile> {
  const source = sourceOf(files, pinned);
  // Half of the way is the conversion, half the checksum of what was uploaded.
  const half =
    (from: number): OnRead =>
    (bytes) =>
      onRead(from + Math.floor(bytes / 2));
  const stored = async (): Promise<StoredFile> => ({
    bytes: pinned.bytes,
    sha256: await sha256Of(source, half(pinned.bytes / 2)),
    versionId: pinned.versionId,
  });
  try {
    const kind = await detectContainer(source);
    if (kind.container === 'jsonl' && !kind.gzip) return { kind: 'rows', rows: pinned };
    const lines = jsonLines(watched(source, half(0)), kind, as.columns ? { columns: as.columns } : {});
    const rows = await writeAll(files, as.convertedKey, lines);
    if (rows) return { kind: 'rows', rows, source: { ...(await stored()), ...kind } };
    return { kind: 'problem', issue: issueOf('empty-file', as.file, 'no row'), file: await stored() };
  } catch (error) {
    if (!(error instanceof ContainerProblem)) throw error;
    const issue = { ...issueOf(error.code, as.file, error.found), ...columnsOf(error) };
    return { kind: 'problem', issue, file: await stored() };
  }
}

/** The columns to choose from; one without a name, or with a longer one than a mapping takes, cannot be named. */
function columnsOf({ columns }: ContainerProblem): Pick<DatasetIssue, 'columns'> {
  const named = columns?.filter((name) => name !== '' && name.length <= 200).slice(0, 200);
  return named ? { columns: named } : {};
}

const issueOf = (code: DatasetIssue['code'], file: DatasetFile, found: string): DatasetIssue => ({
  code,
  severity: DATASET_ISSUES[code].severity,
  file,
  found,
  cure: DATASET_ISSUES[code].cure,
});

async function writeAll(
  files: DatasetFiles,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<PinnedFile | undefined> {
  const writer = files.writer(key);
  try {
    for await (const chunk of chunks) await writer.write(chunk);
    const written = await writer.finish();
    return written && { key, ...written };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
