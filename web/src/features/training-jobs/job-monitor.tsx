import { useMemo } from 'react';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { SpendBar } from '../../components/charts/spend-bar.tsx';
import { useCursor } from '../../components/charts/use-read-out.ts';
import { LinkButton } from '../../components/button.tsx';
import { CopyId } from '../../components/copy.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ErrorState } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { money, moneyRange } from '../../lib/format/money.ts';
import { count, counted } from '../../lib/format/numbers.ts';
import { ago, clock, duration, when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import type { Crumb } from '../../lib/crumbs.ts';
import { EventStory } from './event-story.tsx';
import { FailurePanel } from './failure-panel.tsx';
import {
  billedSeconds,
  costAtEnd,
  endOf,
  secondsToReport,
  silentSince,
  statusSteps,
  unreachableSince,
} from './job-figures.ts';
import { JobKeyFigures } from './job-key-figures.tsx';
import { JobLog } from './job-log.tsx';
import { JobStatus } from './job-status.tsx';
import { curveAlerts, PHASES } from './job-words.ts';
import { LossSection } from './loss-section.tsx';
import { MeasuresSection } from './measures-section.tsx';
import { stepTakenOver } from './next-run.ts';
import { RunSpecSection } from './run-spec-section.tsx';
import { StatusStepper } from './status-stepper.tsx';
import { StopActions } from './stop-dialogs.tsx';
import { SuccessPanel } from './success-panel.tsx';
import { useCatalogNames } from './use-catalog.ts';
import type { useJob } from './use-job.ts';
import { useLineage } from './use-next-run.ts';

type MonitorProps = Omit<ReturnType<typeof useJob>, 'job'> & { job: TrainingJob; crumbs: readonly Crumb[] };

/** The page of a job that is there. On phones: figures, loss, cost, events, the rest. */
export function JobMonitor({ job, live, progress, curves, events, crumbs, error, ...state }: MonitorProps) {
  const now = useNow(1000);
  const cursor = useCursor();
  const alerts = useMemo(() => curveAlerts(events), [events]);
  const names = useCatalogNames();
  const status = state.status ?? job.status;
  const running = state.isPolling;
  const spent = Math.max(live?.costUsdMicros ?? 0, job.costUsdMicros);
  const end = running ? endOf(progress, curves.points, now) : undefined;
  const toReport = running && live ? secondsToReport(live, now) : undefined;
  const atEnd = running ? costAtEnd(job, spent, end?.secondsLeft) : undefined;
  const totalSteps = progress?.totalSteps || job.estimate.steps;
  const baseLoss =
    progress?.baseValidationLoss ?? curves.validation.find((point) => point.step === 0)?.value ?? null;
  const lineage = useLineage(job, false);
  const shown = { ...job, status } as Pick<TrainingJob, 'status' | 'cancelRequestedAt'>;
  return (
    <Page
      title={job.name}
      crumbs={crumbs}
      beside={<JobStatus job={shown} />}
      lead={
        <>
          <TextLink
            to="/datasets/$datasetId"
            params={{ datasetId: job.dataset.id }}
            search={{ version: job.dataset.version }}
          >
            {job.dataset.name} v{job.dataset.version}
          </TextLink>{' '}
          on {names.baseModel(job.baseModel)}, {names.gpu(job.gpuType, job.gpuCount)}. Accepted{' '}
          {startWords(job.createdAt, now)}.{' '}
          {lineage.before && (
            <>
              {job.continuedFrom ? goesOnWords(job) : 'Repeats '}
              <TextLink to="/training-jobs/$jobId" params={{ jobId: lineage.before.id }}>
                {lineage.before.name ?? 'an earlier job'}
              </TextLink>
              .{' '}
            </>
          )}
          <CopyId id={job.id} />
        </>
      }
      actions={
        running ? (
          <StopActions job={job} progress={progress} spentUsdMicros={spent} />
        ) : job.status === 'succeeded' ? (
          <LinkButton to="/models/$modelId" params={{ modelId: job.modelId }} variant="primary">
            Open the model
          </LinkButton>
        ) : undefined
      }
    >
      <StatusStepper
        steps={statusSteps(job, status)}
        detail={stepDetail(status, progress, totalSteps)}
        now={now}
      />
      {(job.status === 'failed' || job.status === 'cancelled') && <FailurePanel job={job} now={now} />}
      {job.status === 'succeeded' && <SuccessPanel job={job} now={now} />}
      {error ? (
        <ErrorState
          className="-mt-2 mb-2"
          error={error}
          title={
            state.asOf
              ? `Nothing newer than ${clock(state.asOf)} has arrived.`
              : 'The newest figures couldn’t be loaded.'
          }
          onRetry={state.refetch}
        >
          {running && 'Your job is safe: it goes on without this page, which asks again by itself.'}
        </ErrorState>
      ) : (
        running && <Silence since={unreachableSince(events)} silent={live && silentSince(live, now)} />
      )}
      {toReport !== undefined && (
        <p className="mb-3 text-12 text-ink-3">
          Next report in {toReport} s. Nobody was watching, so the run reports seldom; from then on it does
          every 2 s.
        </p>
      )}
      <JobKeyFigures
        job={job}
        status={status}
        progress={progress}
        curves={curves}
        totalSteps={totalSteps}
        baseLoss={baseLoss}
        end={end}
        spentUsdMicros={spent}
        atEndUsdMicros={atEnd}
        stale={error !== null}
        now={now}
      />
      <div className="grid grid-cols-1 gap-y-7 lg:grid-cols-[minmax(0,1fr)_316px] lg:gap-x-10">
        <div className="min-w-0 max-lg:contents">
          <LossSection
            className="order-1 min-w-0 max-lg:mb-0"
            curves={curves}
            totalSteps={totalSteps}
            reachedStep={progress?.step ?? 0}
            baseLoss={baseLoss}
            running={running}
            alerts={alerts}
            cursor={cursor}
            caption={
              curves.points.length > 0 && (
                <>
                  Thin line: {counted(curves.training.length, 'measured step')}. Thick line: smoothed.
                  Diamonds: validation, on rows that are not trained. ← → read the values.
                </>
              )
            }
          />
          {curves.points.length > 0 && (
            <MeasuresSection
              className="order-5 min-w-0 lg:mb-8"
              curves={curves}
              totalSteps={totalSteps}
              hyperparameters={job.hyperparameters}
              gpu={names.gpuType(job.gpuType)}
              cursor={cursor}
            />
          )}
          <JobLog
            className="order-6 min-w-0 max-lg:mb-0"
            jobId={job.id}
            tail={live?.logTail ?? ''}
            running={running}
          />
        </div>
        <aside className="min-w-0 max-lg:contents">
          <Section title="Cost" note={costNote(job, now)} line={false} className="order-2 max-lg:mb-0">
            <SpendBar
              spent={spent}
              estimate={job.estimate.costUsdMicros}
              cap={job.capUsdMicros}
              endsNear={atEnd}
            />
            <p className="mt-2 text-12 text-ink-2">
              Shaded: the estimate,{' '}
              {moneyRange(job.estimate.costUsdMicros.low, job.estimate.costUsdMicros.high)}, made before the
              start. Near the cap of {money(job.capUsdMicros)} the run saves, publishes and stops.
            </p>
          </Section>
          <Section
            title="What happened"
            line={false}
            className="order-3 max-lg:mb-0"
            aside={
              running && state.asOf ? (
                <span className="text-11 text-ink-3">updated {ago(state.asOf, now)}</span>
              ) : undefined
            }
          >
            <EventStory events={events} now={now} />
            {state.hasOlderEvents && <p className="mt-2 text-12 text-ink-3">Older events are left out.</p>}
          </Section>
          <RunSpecSection job={job} className="order-4 max-lg:mb-0" />
        </aside>
      </div>
    </Page>
  );
}

function costNote(job: TrainingJob, now: Date): string {
  const price = `${money(job.usdMicrosPerHour * job.gpuCount)} an hour`;
  const seconds = billedSeconds(job, now);
  return seconds === 0 ? `waiting is free, then ${price}` : `${duration(seconds)} at ${price}`;
}

function goesOnWords(job: TrainingJob): string {
  const step = stepTakenOver(job);
  return step === undefined ? 'Goes on from ' : `Goes on from step ${count(step)} of `;
}

function startWords(at: string, now: Date): string {
  const text = when(at, now);
  return text.includes(',') ? `on ${text}` : `at ${text}`;
}

function stepDetail(
  status: TrainingJob['status'],
  progress: MonitorProps['progress'],
  totalSteps: number,
): string {
  if (status === 'queued') return 'waits to be submitted';
  if (status === 'submitting') return 'waits for the cluster';
  if (status === 'publishing') return 'checking the files';
  if (!progress) return 'starting';
  if (progress.phase === 'training') return `step ${count(progress.step)} of ${count(totalSteps)}`;
  return PHASES[progress.phase];
}

/** Silence is said as what it is: not a loss, and nothing to do. */
function Silence({ since, silent }: { since: string | undefined; silent: string | undefined }) {
  if (since) {
    return (
      <Notice tone="warn" title={`The GPU cluster hasn’t answered since ${clock(since)}.`} className="mb-4">
        Your job is safe: it goes on there, and we ask again by ourselves.
      </Notice>
    );
  }
  if (!silent) return null;
  return (
    <Notice tone="warn" title={`The run hasn’t reported since ${clock(silent)}.`} className="mb-4">
      It may be busy or lost. If the cluster has lost it, a new attempt starts from the newest checkpoint.
    </Notice>
  );
}
