import {
  retryValidation,
  type CheckSummary,
  type Dataset,
  type DatasetVersion,
} from '../../../../contracts/datasets.ts';
import { Button, LinkButton } from '../../components/button.tsx';
import { CopyId } from '../../components/copy.tsx';
import { Histogram } from '../../components/charts/histogram.tsx';
import { Facts, Section, Verdict } from '../../components/page.tsx';
import { Mark } from '../../components/pill.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { ErrorState } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useCall } from '../../lib/api.ts';
import { bytes, compact, count, counted, percent } from '../../lib/format/numbers.ts';
import { day } from '../../lib/format/time.ts';
import { DatasetStatus } from './dataset-status.tsx';
import { FORMAT_WORDS, verdictOf } from './dataset-words.ts';
import { Problems } from './problems.tsx';
import { RowViewer } from './row-viewer.tsx';
import { ContinueUpload } from './upload/continue-upload.tsx';
import { useIsSending } from './upload/uploads.ts';

/** Everything about one version: verdict, facts, problems, lengths, rows; beside it the other versions. */
export function VersionDetail({
  dataset,
  version,
  versions,
}: {
  dataset: Dataset;
  version: DatasetVersion;
  versions: readonly DatasetVersion[];
}) {
  const isSending = useIsSending(dataset.id);
  const { tone, title, sentence } = verdictOf(version, isSending);
  const check = useCall(retryValidation);
  const checked = version.status === 'ready' || version.status === 'rejected' ? version : undefined;
  return (
    <>
      <Verdict
        mark={<Mark tone={tone} size="lg" />}
        title={title}
        action={
          version.status === 'validation-failed' ? (
            <Button
              busy={check.isPending}
              onClick={() => check.mutate({ path: { datasetId: dataset.id, version: version.version } })}
            >
              Check it again
            </Button>
          ) : version.status === 'rejected' || version.status === 'abandoned' ? (
            <LinkButton to="/datasets" search={{ upload: true }}>
              Upload the repaired file…
            </LinkButton>
          ) : undefined
        }
      >
        {sentence}
      </Verdict>
      {check.isError && <ErrorState error={check.error} />}
      {version.status === 'validating' && <Checking version={version} />}
      {version.status === 'uploading' && <ContinueUpload dataset={dataset} version={version} />}
      {checked && (
        <>
          <VersionFacts version={checked} summary={checked.summary} />
          <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_336px] xl:grid-cols-[minmax(0,1fr)_390px]">
            <div className="min-w-0">
              <Problems checked={checked} summary={checked.summary} />
              {checked.summary.tokens && checked.summary.tokens.histogram.length > 1 && (
                <Section
                  title="Row length"
                  note={`in tokens of ${checked.summary.tokens.tokenizer}`}
                  line={false}
                >
                  <Histogram
                    bins={checked.summary.tokens.histogram}
                    limit={checked.summary.tokens.contextLength}
                  />
                  <p className="mt-1 max-w-[72ch] text-12 text-ink-3">{cutWords(checked.summary.tokens)}</p>
                </Section>
              )}
            </div>
            <div className="min-w-0">
              {checked.summary.usableRows > 0 && (
                <RowViewer version={checked} hasValidation={checked.files.validation !== undefined} />
              )}
              <Versions dataset={dataset} versions={versions} shown={version.version} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Checking({ version }: { version: Extract<DatasetVersion, { status: 'validating' }> }) {
  const all = version.declaredBytes + (version.declaredValidationBytes ?? 0);
  const share = version.checkedBytes > 0 ? version.checkedBytes / all : null;
  return (
    <div className="max-w-[640px]" aria-live="polite">
      <ProgressBar share={share} label="Check of the file" />
      <p className="mt-1.5 text-12 text-ink-3">
        {share === null
          ? 'A small file takes seconds, one of 500 MB a minute or two.'
          : `${bytes(version.checkedBytes)} of ${bytes(all)} read, ${percent(share)}.`}
      </p>
    </div>
  );
}

/** Whether anything is cut, in a sentence. */
function cutWords(tokens: NonNullable<CheckSummary['tokens']>): string {
  const limit = count(tokens.contextLength);
  if (tokens.rowsOverContext === 0) return `Every row fits the context of ${limit} tokens.`;
  return `${counted(tokens.rowsOverContext, 'row')} ${tokens.rowsOverContext === 1 ? 'is' : 'are'} longer than ${limit} tokens: what is beyond is cut at training.`;
}

const METHOD = { exact: 'exact', sampled: 'from a sample', 'by-length': 'by length' } as const;

function VersionFacts({
  version,
  summary,
}: {
  version: Extract<DatasetVersion, { status: 'ready' | 'rejected' }>;
  summary: CheckSummary;
}) {
  const { tokens } = summary;
  const small = (text: string) => <small className="ml-1.5 text-12 font-normal text-ink-3">{text}</small>;
  return (
    <Facts
      facts={[
        {
          label: 'Rows',
          value: (
            <>
              {count(summary.rows)}
              {summary.usableRows < summary.rows && small(`${count(summary.usableRows)} usable`)}
            </>
          ),
        },
        { label: 'Format', value: summary.format ? FORMAT_WORDS[summary.format] : 'not known' },
        ...(tokens
          ? [
              {
                label: 'Tokens',
                value: (
                  <>
                    {compact(tokens.total)}
                    {small(METHOD[tokens.method])}
                  </>
                ),
              },
              {
                label: 'Learnt from',
                value: (
                  <>
                    {compact(tokens.trained)}
                    {small(`tokens, ${percent(tokens.trained / Math.max(1, tokens.total))}`)}
                  </>
                ),
              },
              {
                label: 'Longest row',
                value: (
                  <>
                    {count(tokens.longestRow)}
                    {small('tokens')}
                  </>
                ),
              },
            ]
          : []),
        ...(summary.validationRows > 0
          ? [{ label: 'Validation file', value: counted(summary.validationRows, 'row') }]
          : []),
        { label: 'Size', value: bytes(version.files.data.bytes) },
        { label: 'SHA-256', value: <CopyId id={version.files.data.sha256} what="SHA-256" /> },
      ]}
    />
  );
}

function Versions({
  dataset,
  versions,
  shown,
}: {
  dataset: Dataset;
  versions: readonly DatasetVersion[];
  shown: number;
}) {
  if (versions.length < 2) return null;
  return (
    <Section title="Versions">
      <ul>
        {versions.map((version) => (
          <li
            key={version.version}
            className="flex items-baseline gap-3 border-b border-line py-2 last:border-b-0"
          >
            {version.version === shown ? (
              <span className="w-8 font-semibold">v{version.version}</span>
            ) : (
              <TextLink
                to="/datasets/$datasetId"
                params={{ datasetId: dataset.id }}
                search={{ version: version.version }}
                className="w-8"
              >
                v{version.version}
              </TextLink>
            )}
            <span className="min-w-0 flex-1">
              <DatasetStatus version={version} />
              <span className="block text-12 text-ink-3">
                {'summary' in version && `${counted(version.summary.rows, 'row')}, `}
                {day(version.createdAt)}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
