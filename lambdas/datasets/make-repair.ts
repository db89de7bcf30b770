/** Makes the files of a repaired version: the pinned ones of the version before, row by row, with the cures applied. */
import type { CureCount, RepairOrder } from '../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import { changesFile } from './changes.ts';
import { ContainerProblem } from './containers/container-problem.ts';
import { detectContainer } from './containers/detect-container.ts';
import type { FileSource } from './containers/file-source.ts';
import { jsonLines } from './containers/json-lines.ts';
import { sourceOf } from './convert-file.ts';
import type { DatasetFiles, FileWriter } from './dataset-files.ts';
import type { DatasetStore } from './dataset-store.ts';
import type { Judged, VersionIn } from './dataset-version.ts';
import { TABLES } from './repair-order.ts';
import { repairFiles } from './repair/repair-files.ts';
import type { Repaired } from './repaired-version.ts';
import { loadTokenizer } from './tokens/load-tokenizer.ts';
import type { CountedModel } from './tokens/stage-counter.ts';
import { type TokenCounter, tokenCounter } from './tokens/token-counter.ts';
import { changesKey, fileKey } from './upload.ts';

/** The repair has ended without a version, for a reason that its person should hear. */
export class RepairImpossible extends Error {}

export interface RepairPorts {
  store: Pick<DatasetStore, 'version'>;
  files: DatasetFiles;
  models: readonly CountedModel[];
}

/** Long rows are told by the tokens that are shown. */
function counterOf([model]: readonly CountedModel[]): TokenCounter {
  if (!model) throw new Error('No base model says how tokens are counted.');
  return tokenCounter(model, loadTokenizer(model.tokenizer));
}

interface Input {
  source: FileSource;
  /** A table whose columns were named while it was read: its rows have their fields already. */
  isMapped: boolean;
}

/** The rows of a file, as the check read them; of a table whose columns are named, as they are named now. */
async function inputOf(
  files: DatasetFiles,
  from: Judged,
  file: DatasetFile,
  { cures, columns }: RepairOrder,
): Promise<Input | undefined> {
  const stored = from.files[file];
  const key = from.keys[file];
  if (!stored || key === undefined) return undefined;
  const original = file === 'data' ? from.files.source : from.files.validationSource;
  const again = cures.includes('map-columns') && original && TABLES.has(original.container);
  const { owner, datasetId, version } = from;
  const source = sourceOf(
    files,
    again ? { ...original, key: fileKey(owner, datasetId, version, file) } : { ...stored, key },
  );
  const kind = again ? original : await detectContainer(source);
  if (kind.container === 'jsonl' && !kind.gzip) return { source, isMapped: false };
  const rows: FileSource = {
    bytes: source.bytes,
    chunks: () => jsonLines(source, kind, columns ? { columns } : {}),
    range: () => Promise.reject(new Error('Rows that are converted while they are read have no places.')),
  };
  return { source: rows, isMapped: columns !== undefined && TABLES.has(kind.container) };
}

/** What is left to do to rows that have their fields already. */
function withoutMapping({ cures, maxTokens }: RepairOrder): RepairOrder {
  const left = cures.filter((cure) => cure !== 'map-columns');
  return maxTokens === undefined ? { cures: left } : { cures: left, maxTokens };
}

/**
 * May be repeated from any point: what an earlier try wrote is overwritten, and counts by no VersionId.
 * Throws `RepairImpossible`, and `FileGone`.
 */
export async function makeRepair(
  { store, files, models }: RepairPorts,
  record: VersionIn<'repairing'>,
  onProgress: (bytes: number) => Promise<void>,
): Promise<Repaired> {
  const { owner, datasetId, version, madeFrom, keys } = record;
  if (!madeFrom) throw new Error('A version that is repaired says from which one.');
  const from = await store.version(owner, datasetId, madeFrom.version);
  if (from?.status !== 'ready' && from?.status !== 'rejected') {
    throw new RepairImpossible(`Version ${madeFrom.version} is not there any more.`);
  }
  const writers: FileWriter[] = [];
  const open = (key: string): FileWriter => {
    const writer = files.writer(key);
    writers.push(writer);
    return writer;
  };
  try {
    const { order } = madeFrom;
    const [data, validation] = await Promise.all(
      (['data', 'validation'] as const).map((file) => inputOf(files, from, file, order)),
    );
    if (!data) throw new Error('A version has no data file.');
    const isMapped = data.isMapped || (validation?.isMapped ?? false);
    const to = open(keys.data);
    const held = validation && keys.validation !== undefined ? open(keys.validation) : undefined;
    const did = await repairFiles({
      data: data.source,
      validation: validation?.source,
      order: isMapped ? withoutMapping(order) : order,
      counter: counterOf(models),
      write: {
        data: (chunk) => to.write(chunk),
        ...(held ? { validation: (chunk: Buffer) => held.write(chunk) } : {}),
      },
      onProgress,
    });
    const { cures, rowsChanged, rowsRemoved, rowsKept, changes } = did;
    const [written, heldBack] = [await to.finish(), await held?.finish()];
    if (!written || rowsKept === 0) {
      throw new RepairImpossible('Nothing was left of the dataset: the chosen cures remove every row.');
    }
    await files.write(changesKey(owner, datasetId, version), changesFile(changes), 'application/gzip');
    const mapped: CureCount[] = isMapped ? [{ cure: 'map-columns', changed: rowsKept, removed: 0 }] : [];
    return {
      data: written,
      validation: heldBack,
      did: {
        cures: [...mapped, ...cures],
        rowsChanged: isMapped ? rowsKept : rowsChanged,
        rowsRemoved,
      },
    };
  } catch (error) {
    for (const writer of writers) await writer.abort();
    if (!(error instanceof ContainerProblem)) throw error;
    throw new RepairImpossible(`The file could not be read: ${error.found}.`);
  }
}
