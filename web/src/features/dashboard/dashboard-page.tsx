import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { getCostSummary } from '../../../../contracts/costs.ts';
import { listDatasets } from '../../../../contracts/datasets.ts';
import { listModels } from '../../../../contracts/models.ts';
import { listTrainingJobs } from '../../../../contracts/training-jobs.ts';
import { LinkButton } from '../../components/button.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ErrorState, QuietRows } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { makeStale, query } from '../../lib/api.ts';
import { ago } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { Attention } from './attention.tsx';
import { attentionOf } from './attention-words.ts';
import { FirstSteps } from './first-steps.tsx';
import { LatestModels } from './latest-models.tsx';
import { MonthSpend } from './month-spend.tsx';
import { leadOf } from './dashboard-words.ts';
import { NextStep } from './next-step.tsx';
import { RunningJobs } from './running-jobs.tsx';

/** How often running jobs are asked for while the tab is seen. */
const LIVE = 5_000;
const SLOW = 30_000;

/** Running first, then what needs a decision, each with the one action that solves it; beside it the month's money. */
export default function DashboardPage() {
  const now = useNow(1_000);
  const live = useQuery(
    query(listTrainingJobs, { query: { status: 'live', limit: 100 } }, { everyMilliseconds: LIVE }),
  );
  const ended = useQuery(
    query(listTrainingJobs, { query: { status: 'ended', limit: 25 } }, { everyMilliseconds: SLOW }),
  );
  const datasets = useQuery(query(listDatasets, { query: { limit: 50 } }, { everyMilliseconds: SLOW }));
  const models = useQuery(query(listModels, { query: { limit: 10 } }, { everyMilliseconds: SLOW }));
  const costs = useQuery(query(getCostSummary, {}, { everyMilliseconds: SLOW }));

  const jobs = live.data?.items;
  // A job that leaves the live ones has ended: its outcome, its model and its cost are shown at once, not in 30 s.
  const cache = useQueryClient();
  const ids = jobs?.map(({ job }) => job.id).join(' ');
  const before = useRef(ids);
  useEffect(() => {
    const gone = before.current?.split(' ').some((id) => id !== '' && !ids?.split(' ').includes(id));
    before.current = ids;
    if (gone) void makeStale(cache, ['training-jobs', 'models', 'costs', 'notifications']);
  }, [ids, cache]);
  const isNew =
    jobs?.length === 0 &&
    ended.data?.items.length === 0 &&
    models.data?.items.length === 0 &&
    datasets.data?.items.length === 0;
  // Data, and nothing made of it yet: the page would be empty without the way on.
  const newest = jobs?.length === 0 && ended.data?.items.length === 0 ? datasets.data?.items[0] : undefined;
  const attention =
    ended.data && datasets.data && models.data
      ? attentionOf({
          jobs: [...(jobs ?? []), ...ended.data.items].map(({ job }) => job),
          datasets: datasets.data.items,
          models: models.data.items,
          now,
        })
      : undefined;

  return (
    <Page
      title="Dashboard"
      lead={leadOf(
        now,
        jobs?.map(({ job }) => job.status),
      )}
      actions={
        isNew ? undefined : (
          <>
            <LinkButton to="/datasets" search={{ upload: true }}>
              Upload dataset…
            </LinkButton>
            <LinkButton to="/training-jobs/new" variant="primary">
              New training job
            </LinkButton>
          </>
        )
      }
    >
      {isNew && <FirstSteps />}
      {!isNew && (
        <Section
          title="Training now"
          note={live.dataUpdatedAt > 0 && `newest figures ${ago(new Date(live.dataUpdatedAt), now)}`}
          aside={<TextLink to="/training-jobs">All jobs</TextLink>}
        >
          {live.isError && (
            <ErrorState
              error={live.error}
              title={jobs ? 'These figures are not the newest.' : 'The jobs couldn’t be loaded.'}
              onRetry={() => void live.refetch()}
            />
          )}
          {live.isPending && <QuietRows rows={2} columns={[22, 14, 10, 18]} label="Loading the jobs" />}
          {jobs?.length === 0 && (
            <p className="py-4 text-ink-2">
              Nothing is training, so nothing is being spent.{' '}
              <TextLink to="/training-jobs/new">Start a job</TextLink>
            </p>
          )}
          {jobs && jobs.length > 0 && <RunningJobs jobs={jobs} now={now} />}
        </Section>
      )}
      {!isNew && (
        <div className="grid gap-x-8 lg:grid-cols-[minmax(0,1fr)_280px] xl:grid-cols-[minmax(0,1fr)_300px] xl:gap-x-12">
          <div className="min-w-0">
            {attention && attention.length > 0 && <Attention items={attention} />}
            {newest && attention?.length === 0 && <NextStep {...newest} />}
            <LatestModels models={models} now={now} />
          </div>
          <div className="min-w-0">
            <MonthSpend costs={costs} now={now} />
          </div>
        </div>
      )}
    </Page>
  );
}
