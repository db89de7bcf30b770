import { DATASET_CURES } from '../../../../../contracts/dataset-cures.ts';
import type { DatasetVersion } from '../../../../../contracts/dataset-versions.ts';
import type { Dataset } from '../../../../../contracts/datasets.ts';
import { Section } from '../../../components/page.tsx';
import { LinkAction, TextLink } from '../../../components/text-link.tsx';
import { counted, listed } from '../../../lib/format/numbers.ts';
import { day } from '../../../lib/format/time.ts';
import { DatasetStatus } from '../dataset-status.tsx';
import { checkedVersion, lowerFirst, originWords } from '../dataset-words.ts';

/** All versions with their verdict and how each came about; two of them can be compared. */
export function VersionList({
  dataset,
  versions,
  shown,
  onUpload,
}: {
  dataset: Dataset;
  versions: readonly DatasetVersion[];
  shown: DatasetVersion;
  /** Left out where the dataset takes no new version. */
  onUpload?: (() => void) | undefined;
}) {
  const before = comparable(shown, versions);
  return (
    <Section
      title="Versions"
      aside={onUpload && <LinkAction onClick={onUpload}>Upload a new one…</LinkAction>}
    >
      <ul>
        {versions.map((version) => (
          <li
            key={version.version}
            className="flex items-baseline gap-3 border-b border-line py-2 last:border-b-0"
          >
            {version.version === shown.version ? (
              <span aria-current="true" className="w-8 font-semibold">
                v{version.version}
              </span>
            ) : (
              <TextLink
                to="/datasets/$datasetId"
                params={{ datasetId: dataset.id }}
                search={{ version: version.version }}
                className="inline-block w-8 max-md:min-h-10 max-md:leading-10"
              >
                v{version.version}
              </TextLink>
            )}
            <span className="min-w-0 flex-1">
              <DatasetStatus version={version} />
              <span className="block text-12 text-ink-3">
                {'summary' in version && `${counted(version.summary.rows, 'row')}, `}
                {originWords(version)}, {day(version.createdAt)}
              </span>
              {version.madeFrom && (
                <span className="block text-12 text-ink-3">
                  {listed(version.madeFrom.order.cures.map((cure) => lowerFirst(DATASET_CURES[cure].title)))}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-12 text-ink-3">
        A version never changes. A repair or an upload makes a new one.{' '}
        {before && (
          <TextLink
            to="/datasets/$datasetId"
            params={{ datasetId: dataset.id }}
            search={{ version: shown.version, compare: before.version }}
          >
            Compare v{before.version} and v{shown.version}
          </TextLink>
        )}
      </p>
    </Section>
  );
}

/** What a version is compared with: what it was made from, else the newest checked one before it, else after it. */
function comparable(shown: DatasetVersion, versions: readonly DatasetVersion[]): DatasetVersion | undefined {
  if (!checkedVersion(shown)) return undefined;
  const others = versions.filter((version) => version.version !== shown.version && checkedVersion(version));
  return (
    others.find(({ version }) => version === shown.madeFrom?.version) ??
    others.find(({ version }) => version < shown.version) ??
    others.at(-1)
  );
}
