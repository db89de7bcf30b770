import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Archive, ArchiveRestore, MoreHorizontal, Search, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { type DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { listDatasets, type Dataset } from '../../../../contracts/datasets.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Segmented } from '../../components/choice.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { itemsOf, PagedList } from '../../components/paged-list.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { pages } from '../../lib/api.ts';
import { bytes, compact, count } from '../../lib/format/numbers.ts';
import { when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { checkedVersion, FORMAT_WORDS, isMoving } from './dataset-words.ts';
import { DatasetStatus } from './dataset-status.tsx';
import { DeleteDatasetDialog } from './delete-dataset-dialog.tsx';
import { chosenFile, type ChosenFile } from './upload/chosen-file.ts';
import { FILE_WORDS } from './upload/file-check.ts';
import { PageDrop } from './upload/page-drop.tsx';
import { UploadDialog } from './upload/upload-dialog.tsx';
import { UploadProgress } from './upload/upload-progress.tsx';
import { useUploads, useWhenDone } from './upload/upload-store.ts';
import { useArchiving } from './use-archiving.ts';
import { ExampleButton } from './example-button.tsx';
import { useExample } from './use-example.ts';

/** Datasets with their newest version: find, upload, archive, restore. */
export default function DatasetsPage() {
  const { search = '', status = 'active', upload = false } = useSearch({ from: '/app/datasets' });
  const navigate = useNavigate({ from: '/datasets' });
  const uploads = useUploads();
  const [isStarted, setStarted] = useState(false);
  const isUploadOpen = upload || isStarted;
  useWhenDone(isUploadOpen ? undefined : uploads.find(({ status }) => status === 'done'), () => undefined);
  const offline = useOfflineReason();
  const list = useInfiniteQuery({
    ...pages(listDatasets, { query: { status, limit: 50, ...(search ? { search } : {}) } }),
    // While something is on its way the list follows it; else it is enough to look when the tab is seen again.
    refetchInterval: ({ state }) => (state.data?.pages.some(isPageMoving) ? 2_000 : 30_000),
  });
  const items = itemsOf(list);
  const [dropped, setDropped] = useState<ChosenFile>();
  const askForUpload = (open: boolean) =>
    void navigate({ search: (old) => ({ ...old, upload: open || undefined }), replace: true });
  const setUpload = (open: boolean) => {
    if (!open) {
      setDropped(undefined);
      setStarted(false);
    }
    askForUpload(open);
  };
  // Once it runs the address no longer asks for it: a reload would lay an empty dialog over the unfinished upload.
  const started = () => {
    setStarted(true);
    askForUpload(false);
  };
  const example = useExample();
  const isEmpty =
    items?.length === 0 && search === '' && status === 'active' && (uploads.length === 0 || example.busy);

  return (
    <Page
      title="Datasets"
      lead={
        isEmpty ? undefined : 'What models learn from. A version never changes; a new upload is a new one.'
      }
      actions={
        isEmpty ? undefined : (
          <Button variant="primary" onClick={() => setUpload(true)} disabledReason={offline}>
            Upload dataset…
          </Button>
        )
      }
    >
      {isUploadOpen && <UploadDialog open onOpenChange={setUpload} onStarted={started} dropped={dropped} />}
      <PageDrop
        enabled={!isUploadOpen && offline === undefined}
        onFile={(file) => {
          void chosenFile(file, 'data').then((chosen) => {
            setDropped(chosen);
            setUpload(true);
          });
        }}
      />
      {uploads.length > 0 && !isUploadOpen && !isEmpty && (
        <div className="mb-6 grid gap-4">
          {uploads.map((one) => (
            <UploadProgress key={one.id} upload={one} />
          ))}
        </div>
      )}
      {isEmpty ? (
        <NoDatasets example={example} onUpload={() => setUpload(true)} />
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-3">
            <Filter
              value={search}
              onChange={(next) =>
                void navigate({ search: (old) => ({ ...old, search: next || undefined }), replace: true })
              }
            />
            <Segmented
              label="Which datasets"
              value={status}
              onValueChange={(next) =>
                void navigate({
                  search: (old) => ({ ...old, status: next === 'archived' ? 'archived' : undefined }),
                })
              }
              options={[
                { value: 'active', label: 'In use' },
                { value: 'archived', label: 'Archived' },
              ]}
            />
          </div>
          <PagedList
            list={list}
            what="datasets"
            quiet={{ rows: 4, columns: [18, 10, 8, 8] }}
            nothing={
              <p className="py-6 text-ink-2">
                {search
                  ? `No ${status === 'archived' ? 'archived ' : ''}dataset has “${search}” in its name.`
                  : 'Nothing is archived.'}
              </p>
            }
          >
            {(items) => <DatasetTable items={items} />}
          </PagedList>
        </>
      )}
    </Page>
  );
}

const isPageMoving = (page: { items: readonly { version: DatasetVersion }[] }) =>
  page.items.some(({ version }) => isMoving(version));

/** Asks the API 300 ms after the last key, so that a word is one question. */
function Filter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <Input
      data-filter
      type="search"
      aria-label="Filter by name"
      placeholder="Filter by name"
      maxLength={100}
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(target.value), 300);
      }}
      before={<Search aria-hidden className="size-4" />}
      className="max-w-72"
    />
  );
}

function DatasetTable({ items }: { items: readonly { dataset: Dataset; version: DatasetVersion }[] }) {
  const now = useNow(60_000);
  return (
    <Table caption="Datasets with their newest version">
      <thead>
        <tr>
          <Th>Dataset</Th>
          <Th>State</Th>
          <Th numeric>Rows</Th>
          <Th numeric className="max-md:hidden">
            Tokens
          </Th>
          <Th numeric className="max-md:hidden">
            Size
          </Th>
          <Th numeric>Changed</Th>
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ dataset, version }) => (
          <DatasetRow key={dataset.id} dataset={dataset} version={version} now={now} />
        ))}
      </tbody>
    </Table>
  );
}

function DatasetRow({ dataset, version, now }: { dataset: Dataset; version: DatasetVersion; now: Date }) {
  const summary = checkedVersion(version)?.summary;
  return (
    <tr className="hover:bg-sunk max-md:hover:bg-transparent [&>td]:align-middle">
      <Td className="max-md:min-w-36">
        <Link
          to="/datasets/$datasetId"
          params={{ datasetId: dataset.id }}
          className="font-medium wrap-anywhere hover:underline"
        >
          {dataset.name}
        </Link>
        <span className="ml-2 text-12 text-ink-3">v{version.version}</span>
        {summary?.format && (
          <span className="block text-12 text-ink-3 max-md:hidden">{FORMAT_WORDS[summary.format]}</span>
        )}
      </Td>
      <Td>
        <DatasetStatus version={version} />
      </Td>
      <Td numeric>{summary ? count(summary.rows) : '–'}</Td>
      <Td numeric className="max-md:hidden">
        {summary?.tokens ? compact(summary.tokens.total) : '–'}
      </Td>
      <Td numeric className="max-md:hidden">
        {bytes(version.declaredBytes)}
      </Td>
      <Td numeric className="text-ink-2">
        {when(version.updatedAt, now)}
      </Td>
      <Td className="w-10 py-1">
        <DatasetMenu dataset={dataset} />
      </Td>
    </tr>
  );
}

function DatasetMenu({ dataset }: { dataset: Dataset }) {
  const { archive, restore, error, forget } = useArchiving(dataset);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={`Actions for ${dataset.name}`}>
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
      >
        {dataset.status === 'active' ? (
          <MenuItem onSelect={archive}>
            <Archive aria-hidden className="size-4 text-ink-3" />
            Archive
          </MenuItem>
        ) : (
          <MenuItem onSelect={restore}>
            <ArchiveRestore aria-hidden className="size-4 text-ink-3" />
            Restore
          </MenuItem>
        )}
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 aria-hidden className="size-4" />
          Delete…
        </MenuItem>
      </Menu>
      {error !== null && (
        <Dialog open onOpenChange={forget} title={`${dataset.name} stays as it was`}>
          <ErrorState error={error} />
        </Dialog>
      )}
      {deleting && <DeleteDatasetDialog dataset={dataset} open onOpenChange={setDeleting} />}
    </>
  );
}

function NoDatasets({ example, onUpload }: { example: ReturnType<typeof useExample>; onUpload: () => void }) {
  const offline = useOfflineReason();
  return (
    <EmptyState
      title="No datasets yet."
      actions={
        <>
          <Button variant="primary" onClick={onUpload} disabledReason={offline}>
            Upload dataset…
          </Button>
          <ExampleButton example={example} />
        </>
      }
      below={
        <>
          {example.problem && <Notice tone="bad" title={example.problem} className="mb-4" />}
          <p className="mb-1.5 text-12 text-ink-3">Three lines of a valid file</p>
          <pre
            tabIndex={0}
            role="region"
            aria-label="Three lines of a valid file"
            className="overflow-x-auto rounded-control bg-sunk px-3 py-2.5 text-12"
          >
            {`{"messages": [{"role": "user", "content": "Where is my parcel?"}, {"role": "assistant", "content": "It reached Trieste on 4 November."}]}
{"messages": [{"role": "user", "content": "Can I change the address?"}, {"role": "assistant", "content": "Until it is loaded. Send me the new one."}]}
{"messages": [{"role": "user", "content": "What does a pallet cost?"}, {"role": "assistant", "content": "To Izmir, 84.00 euros."}]}`}
          </pre>
        </>
      }
    >
      A dataset is a file of examples, up to 500 MB. Drop it here: {FILE_WORDS}
    </EmptyState>
  );
}
