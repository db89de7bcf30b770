/** What the pages show of datasets, and the small changes they make. */
import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import type { DatasetCure } from '../../contracts/dataset-cures.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { changesPage, requireRepaired } from './changes.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { type DatasetPage, type DatasetStore, untilUnchanged } from './dataset-store.ts';
import { requireJudged, retried } from './dataset-version.ts';
import { changed, type LivingDataset, requireLiving } from './dataset.ts';
import { previewRows } from './preview.ts';
import { reportPage } from './report.ts';
import type { TokenCounter } from './tokens/token-counter.ts';
import { changesKey, reportKey } from './upload.ts';
import type { ValidationQueue } from './validation-queue.ts';

interface OfVersion {
  datasetId: string;
  version: number;
}

export function datasetPages(
  store: DatasetStore,
  files: DatasetFiles,
  counter: TokenCounter,
  queue: ValidationQueue,
) {
  const living = async (owner: string, datasetId: string) =>
    requireLiving(await store.dataset(owner, datasetId));
  /** The version of a dataset that is not being deleted. */
  const versionOf = async (owner: string, { datasetId, version }: OfVersion) => {
    const [record] = await Promise.all([store.version(owner, datasetId, version), living(owner, datasetId)]);
    if (!record) throw new ProblemError('not-found');
    return record;
  };

  return {
    async list(owner: string, query: Omit<DatasetPage, 'owner'>) {
      const { items, nextCursor } = await store.list({ owner, ...query });
      const versions = await store.newestVersions(owner, items);
      return {
        items: items.flatMap((dataset) => {
          const version = versions.get(dataset.id);
          // Deleted between two reads.
          return version ? [{ dataset, version }] : [];
        }),
        ...(nextCursor === undefined ? {} : { nextCursor }),
      };
    },

    async one(owner: string, datasetId: string) {
      const dataset = await living(owner, datasetId);
      const version = await store.version(owner, datasetId, dataset.latestVersion);
      if (!version) throw new ProblemError('not-found');
      return { dataset, version };
    },

    /** The cursor is the number of the last one shown. */
    async versions(
      owner: string,
      datasetId: string,
      { limit, cursor }: { limit: number; cursor?: string | undefined },
    ) {
      await living(owner, datasetId);
      const below = cursor === undefined ? undefined : versionInCursor(cursor);
      const found = await store.versions(owner, datasetId, { below, limit: limit + 1 });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return found.length > limit && last ? { items, nextCursor: `v${last.version}` } : { items };
    },

    async report(
      owner: string,
      of: OfVersion,
      query: { code?: string | undefined; limit: number; offset: number },
    ) {
      const { summary } = requireJudged(await versionOf(owner, of));
      const file = await files.read(reportKey(owner, of.datasetId, of.version));
      if (!file) throw new ProblemError('report-not-ready');
      return { summary, ...(await reportPage(file, query)) };
    },

    async reportFile(owner: string, of: OfVersion, now: Date) {
      requireJudged(await versionOf(owner, of));
      const signed = await files.sign(reportKey(owner, of.datasetId, of.version), now);
      if (!signed) throw new ProblemError('report-not-ready');
      return signed;
    },

    async changes(
      owner: string,
      of: OfVersion,
      query: { cure?: DatasetCure | undefined; limit: number; offset: number },
    ) {
      const madeFrom = requireRepaired(await versionOf(owner, of));
      const file = await files.read(changesKey(owner, of.datasetId, of.version));
      if (!file) throw new ProblemError('report-not-ready');
      return { madeFrom, ...(await changesPage(file, query)) };
    },

    async preview(
      owner: string,
      of: OfVersion,
      { file, ...place }: { file: DatasetFile; afterByte: number; line: number; limit: number },
    ) {
      const record = requireJudged(await versionOf(owner, of));
      const stored = record.files[file];
      const key = record.keys[file];
      if (!stored || key === undefined) return { rows: [] };
      const source = { file, key, versionId: stored.versionId, bytes: stored.bytes };
      return previewRows(files, source, place, counter);
    },

    async retry(owner: string, of: OfVersion, now: Date) {
      const record = await untilUnchanged(async () => {
        const found = await versionOf(owner, of);
        const next = retried(found, now);
        if (next !== found) await store.replaceVersion(next);
        return next;
      });
      await queue.send({ owner, ...of });
      return record;
    },

    change(
      owner: string,
      datasetId: string,
      change: Parameters<typeof changed>[1],
      now: Date,
    ): Promise<LivingDataset> {
      return untilUnchanged(async () => {
        const found = await living(owner, datasetId);
        const next = changed(found, change, now);
        if (next !== found) await store.replaceDataset(next);
        return next;
      });
    },
  };
}

function versionInCursor(cursor: string): number {
  const number = /^v([1-9]\d{0,5})$/.exec(cursor)?.[1];
  if (number !== undefined) return Number(number);
  throw new ProblemError('invalid-request', undefined, [
    { path: 'cursor', message: 'not a cursor of this list' },
  ]);
}
