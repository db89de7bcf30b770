import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Archive, ArchiveRestore, MoreHorizontal, Pencil, Trash2, Upload } from 'lucide-react';
import { useState } from 'react';
import { type DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { getDataset, listDatasetVersions, type Dataset } from '../../../../contracts/datasets.ts';
import { Button, IconButton, LinkButton } from '../../components/button.tsx';
import { CopyId } from '../../components/copy.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Page } from '../../components/page.tsx';
import { Pill } from '../../components/pill.tsx';
import { Select } from '../../components/select.tsx';
import { ErrorState, Quiet, QuietRows } from '../../components/states.tsx';
import { query } from '../../lib/api.ts';
import { describeError, isApiError } from '../../lib/describe-error.ts';
import { counted } from '../../lib/format/numbers.ts';
import { clock, fullDay } from '../../lib/format/time.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { checkedVersion, formatProblem, isMoving, originWords, stateOf } from './dataset-words.ts';
import { DeleteDatasetDialog } from './delete-dataset-dialog.tsx';
import { ReportButton } from './report-button.tsx';
import { RenameDatasetDialog } from './rename-dataset-dialog.tsx';
import { UploadBeside } from './upload/upload-beside.tsx';
import { UploadDialog } from './upload/upload-dialog.tsx';
import { useArchiving } from './use-archiving.ts';
import { VersionDetail } from './version-detail.tsx';
import { CompareVersions } from './versions/compare-versions.tsx';

const CRUMBS = [{ label: 'Datasets', to: '/datasets' }] as const;

/** One dataset: the verdict on a version first, then what was found, how long the rows are, and the rows. */
export default function DatasetPage() {
  const { datasetId } = useParams({ from: '/app/datasets/$datasetId' });
  const { version: asked, compare } = useSearch({ from: '/app/datasets/$datasetId' });
  const newest = useQuery({
    ...query(getDataset, { path: { datasetId } }),
    refetchInterval: ({ state }) => (isMoving(state.data?.version) ? 1_500 : false),
  });
  const versions = useQuery({
    ...query(
      listDatasetVersions,
      { path: { datasetId }, query: { limit: 100 } },
      { enabled: (newest.data?.dataset.latestVersion ?? 1) > 1 },
    ),
    refetchInterval: ({ state }) => (state.data?.items.some(isMoving) ? 1_500 : false),
  });

  if (newest.isError && !newest.data) {
    const gone = isApiError(newest.error) && newest.error.status === 404;
    return (
      <Page title={gone ? 'No such dataset' : 'Dataset'} crumbs={CRUMBS}>
        {gone ? (
          <>
            <p className="text-ink-2">{describeError(newest.error).sentence}</p>
            <LinkButton to="/datasets" className="mt-4">
              Go to your datasets
            </LinkButton>
          </>
        ) : (
          <ErrorState
            error={newest.error}
            title="The dataset couldn’t be loaded."
            onRetry={() => void newest.refetch()}
          />
        )}
      </Page>
    );
  }
  if (!newest.data) {
    return (
      <Page title={<Quiet ch={16} />} name="Dataset" crumbs={CRUMBS} lead={<Quiet ch={52} />}>
        <QuietRows rows={5} columns={[24, 10, 10]} label="Loading the dataset" />
      </Page>
    );
  }
  const { dataset } = newest.data;
  const all = withNewest(versions.data?.items ?? [], newest.data.version);
  const shown = all.find(({ version }) => version === asked) ?? newest.data.version;
  return (
    <Loaded
      dataset={dataset}
      version={shown}
      versions={all}
      compared={all.find(({ version }) => version === compare && version !== shown.version)}
    />
  );
}

/** The list with the newest version as it was asked for last; it may be newer than the list. */
function withNewest(listed: readonly DatasetVersion[], newest: DatasetVersion): DatasetVersion[] {
  return [newest, ...listed.filter(({ version }) => version !== newest.version)];
}

function Loaded({
  dataset,
  version,
  versions,
  compared,
}: {
  dataset: Dataset;
  version: DatasetVersion;
  versions: readonly DatasetVersion[];
  /** The version before, where two are compared. */
  compared: DatasetVersion | undefined;
}) {
  const navigate = useNavigate({ from: '/datasets/$datasetId' });
  const archiving = useArchiving(dataset);
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [uploading, setUploading] = useState(false);
  const offline = useOfflineReason();
  const checked = checkedVersion(version);
  return (
    <Page
      title={dataset.name}
      crumbs={CRUMBS}
      beside={
        <>
          {versions.length > 1 && (
            <Select
              size="sm"
              ariaLabel="Version"
              className="w-auto"
              value={String(version.version)}
              onValueChange={(next) => void navigate({ search: { version: Number(next) } })}
              options={versions.map((one) => ({
                value: String(one.version),
                label: `v${one.version}`,
                detail: stateOf(one).word,
              }))}
            />
          )}
          {dataset.status === 'archived' && <Pill tone="mute">Archived</Pill>}
        </>
      }
      lead={
        <>
          {checked ? `${counted(checked.summary.rows, 'row')}, ${originWords(version)}` : beganWords(version)}{' '}
          on {fullDay(version.createdAt)} at {clock(version.createdAt)}.{' '}
          <CopyId id={dataset.id} what="dataset’s id" />
        </>
      }
      actions={
        <>
          {checked && <ReportButton version={checked} name={dataset.name} />}
          {version.status === 'ready' &&
            dataset.status === 'active' &&
            !formatProblem(version.summary.format) && (
              <LinkButton
                to="/training-jobs/new"
                search={{ datasetId: dataset.id, version: version.version }}
                variant="primary"
              >
                Train on v{version.version}
              </LinkButton>
            )}
          {dataset.status === 'archived' && (
            <Button variant="primary" onClick={archiving.restore}>
              Restore
            </Button>
          )}
          <Menu
            align="end"
            trigger={
              <IconButton label="More actions" framed className="max-md:max-w-10 md:size-8">
                <MoreHorizontal aria-hidden />
              </IconButton>
            }
          >
            {dataset.status === 'active' && (
              <MenuItem onSelect={() => setUploading(true)} disabled={offline !== undefined}>
                <Upload aria-hidden className="size-4 text-ink-3" />
                Upload v{dataset.latestVersion + 1}…
              </MenuItem>
            )}
            <MenuItem onSelect={() => setRenaming(true)}>
              <Pencil aria-hidden className="size-4 text-ink-3" />
              Rename…
            </MenuItem>
            <MenuItem onSelect={dataset.status === 'active' ? archiving.archive : archiving.restore}>
              {dataset.status === 'active' ? (
                <Archive aria-hidden className="size-4 text-ink-3" />
              ) : (
                <ArchiveRestore aria-hidden className="size-4 text-ink-3" />
              )}
              {dataset.status === 'active' ? 'Archive' : 'Restore'}
            </MenuItem>
            <MenuItem danger onSelect={() => setDeleting(true)}>
              <Trash2 aria-hidden className="size-4" />
              Delete…
            </MenuItem>
          </Menu>
        </>
      }
    >
      {!uploading && <UploadBeside dataset={dataset} shown={version.version} />}
      {archiving.error !== null && <ErrorState error={archiving.error} />}
      {compared ? (
        <CompareVersions versions={versions} before={compared} after={version} />
      ) : (
        <VersionDetail
          key={version.version}
          dataset={dataset}
          version={version}
          versions={versions}
          onUpload={() => setUploading(true)}
        />
      )}
      {uploading && <UploadDialog open onOpenChange={setUploading} dataset={dataset} />}
      {renaming && <RenameDatasetDialog dataset={dataset} onClose={() => setRenaming(false)} />}
      {deleting && (
        <DeleteDatasetDialog
          dataset={dataset}
          open
          onOpenChange={setDeleting}
          onDeleted={() => void navigate({ to: '/datasets' })}
        />
      )}
    </Page>
  );
}

const beganWords = (version: DatasetVersion) =>
  version.madeFrom
    ? `Repaired from v${version.madeFrom.version}`
    : version.status === 'uploading'
      ? 'Begun'
      : 'Uploaded';
