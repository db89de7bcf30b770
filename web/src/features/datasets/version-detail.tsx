import { useState } from 'react';
import type { DatasetIssueCode } from '../../../../contracts/dataset-issues.ts';
import { type DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { retryValidation, type Dataset } from '../../../../contracts/datasets.ts';
import { Button } from '../../components/button.tsx';
import { Section, Verdict } from '../../components/page.tsx';
import { Mark } from '../../components/pill.tsx';
import { ErrorState } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { useCall } from '../../lib/api.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { checkedVersion, formatProblem, verdictOf, type CheckedVersion } from './dataset-words.ts';
import { RowLength, tokenCounts } from './length/row-length.tsx';
import { Mix } from './mix.tsx';
import { PresetCosts } from './preset-costs.tsx';
import { problemGroups } from './problems/problem-groups.ts';
import { Problems } from './problems/problems.tsx';
import { RepairDialog } from './repair/repair-dialog.tsx';
import { canBeRepaired, leftByAllCures, repairAllWords } from './repair/repair-plan.ts';
import { RowViewer } from './rows/row-viewer.tsx';
import type { RowPlace } from './rows/use-rows.ts';
import { ContinueUpload } from './upload/continue-upload.tsx';
import { useIsSending } from './upload/upload-store.ts';
import { VersionFacts } from './version-facts.tsx';
import { VersionProgress } from './version-progress.tsx';
import { changesWords } from './versions/changed-rows.tsx';
import { VersionList } from './versions/version-list.tsx';

interface Shown {
  dataset: Dataset;
  version: DatasetVersion;
  versions: readonly DatasetVersion[];
  onUpload: () => void;
}

/** Everything about one version: its verdict first. */
export function VersionDetail({ dataset, version, versions, onUpload }: Shown) {
  const isSending = useIsSending(version);
  const offline = useOfflineReason();
  const { tone, title, sentence } = verdictOf(version, isSending);
  const [repairing, setRepairing] = useState<{ only?: DatasetIssueCode }>();
  const [limit, setLimit] = useState<number>();
  const retry = useCall(retryValidation);
  const checked = checkedVersion(version);
  const isActive = dataset.status === 'active';
  return (
    <>
      <Verdict
        mark={<Mark tone={tone} size="lg" />}
        title={title}
        action={
          version.status === 'validation-failed' ? (
            <Button
              variant="primary"
              busy={retry.isPending}
              disabledReason={offline}
              onClick={() => retry.mutate({ path: { datasetId: dataset.id, version: version.version } })}
            >
              {version.madeFrom ? 'Try it again' : 'Check it again'}
            </Button>
          ) : !isActive ? undefined : version.status === 'abandoned' ? (
            <Button onClick={onUpload} disabledReason={offline}>
              Upload it again…
            </Button>
          ) : checked ? (
            <VerdictAction
              dataset={dataset}
              version={checked}
              offline={offline}
              onRepair={() => setRepairing({})}
              onUpload={onUpload}
            />
          ) : undefined
        }
      >
        {sentence}
        {checked?.madeFrom && <MadeFromWords dataset={dataset} version={checked} />}
      </Verdict>
      {retry.isError && <ErrorState error={retry.error} title="It was not started." />}
      {(version.status === 'validating' || version.status === 'repairing') && (
        <VersionProgress version={version} />
      )}
      {version.status === 'uploading' && <ContinueUpload dataset={dataset} version={version} />}
      {checked ? (
        <Checked
          dataset={dataset}
          version={checked}
          versions={versions}
          limit={limit}
          onLimit={setLimit}
          onRepair={isActive ? (only) => setRepairing({ only }) : undefined}
          onUpload={isActive ? onUpload : undefined}
        />
      ) : (
        versions.length > 1 && (
          <div className="max-w-[640px]">
            <VersionList dataset={dataset} versions={versions} shown={version} />
          </div>
        )
      )}
      {repairing && checked && (
        <RepairDialog
          dataset={dataset}
          version={checked}
          only={repairing.only}
          limit={limit}
          onClose={() => setRepairing(undefined)}
        />
      )}
    </>
  );
}

/** Repair what can be; where nothing can, another file. */
function VerdictAction({
  dataset,
  version,
  offline,
  onRepair,
  onUpload,
}: {
  dataset: Dataset;
  version: CheckedVersion;
  offline: string | undefined;
  onRepair: () => void;
  onUpload: () => void;
}) {
  const groups = problemGroups(version.summary.issues);
  const repairable = groups.filter(({ code }) => canBeRepaired(code)).length;
  const left = leftByAllCures(version.summary).length;
  const next = dataset.latestVersion + 1;
  if (repairable > 0) {
    return (
      <Button onClick={onRepair} disabledReason={offline}>
        {repairAllWords(repairable, repairable + left, next)}
      </Button>
    );
  }
  if (version.status === 'ready') return null;
  return (
    <Button onClick={onUpload} disabledReason={offline}>
      Upload v{next}…
    </Button>
  );
}

/** `Made from v3: 612 rows changed, 184 left out. See what changed` */
function MadeFromWords({ dataset, version }: { dataset: Dataset; version: CheckedVersion }) {
  const from = version.madeFrom?.version;
  if (from === undefined) return null;
  const changes = changesWords(version);
  return (
    <>
      {' '}
      Made from v{from}
      {changes && `: ${changes}`}.{' '}
      <TextLink
        to="/datasets/$datasetId"
        params={{ datasetId: dataset.id }}
        search={{ version: version.version, compare: from }}
      >
        See what changed
      </TextLink>
    </>
  );
}

/** What a check found: facts, what it would cost, problems, lengths and mix; beside them rows and versions. */
function Checked({
  dataset,
  version,
  versions,
  limit,
  onLimit,
  onRepair,
  onUpload,
}: Omit<Shown, 'version' | 'onUpload'> & {
  version: CheckedVersion;
  limit: number | undefined;
  onLimit: (limit: number) => void;
  onRepair: ((code: DatasetIssueCode) => void) | undefined;
  onUpload: (() => void) | undefined;
}) {
  const { summary } = version;
  const counts = tokenCounts(summary);
  const [tokenizer, setTokenizer] = useState<string>();
  const tokens = counts.find((each) => each.tokenizer === tokenizer) ?? counts[0];
  const shownLimit = limit ?? tokens?.contextLength;
  const [place, setPlace] = useState<RowPlace & { asked: number }>({
    file: 'data',
    line: 1,
    byte: 0,
    asked: 0,
  });
  return (
    <>
      <VersionFacts version={version} tokens={tokens} />
      {version.status === 'ready' && dataset.status === 'active' && !formatProblem(summary.format) && (
        <PresetCosts version={version} />
      )}
      <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_336px] xl:grid-cols-[minmax(0,1fr)_390px]">
        <div className="min-w-0">
          <Problems
            version={version}
            onOpen={(row) => setPlace({ ...row, asked: place.asked + 1 })}
            onRepair={onRepair}
          />
          {tokens && shownLimit !== undefined && tokens.histogram.length > 1 && (
            <RowLength
              counts={counts}
              shown={tokens}
              limit={shownLimit}
              onTokenizer={setTokenizer}
              onLimit={onLimit}
            />
          )}
          {summary.mix && <Mix mix={summary.mix} rows={summary.usableRows} />}
        </div>
        <div className="min-w-0">
          {summary.rows > 0 ? (
            <RowViewer
              key={`${place.asked}/${place.file}`}
              version={version}
              start={{ ...place, isAsked: place.asked > 0 }}
              // The rows are counted by the first tokenizer only: of another one the cut is not known.
              limit={tokens === counts[0] ? shownLimit : undefined}
              onFile={(file) => setPlace({ file, line: 1, byte: 0, asked: 0 })}
            />
          ) : (
            <Section title="Rows">
              <p className="py-3 text-ink-2">No line of the file could be read as a row.</p>
            </Section>
          )}
          <VersionList dataset={dataset} versions={versions} shown={version} onUpload={onUpload} />
        </div>
      </div>
    </>
  );
}
