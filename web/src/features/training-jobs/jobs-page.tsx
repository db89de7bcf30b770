import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import {
  isTerminal,
  listTrainingJobs,
  type JobWithProgress,
  type TrainingJob,
} from '../../../../contracts/training-jobs.ts';
import { LinkButton } from '../../components/button.tsx';
import { Segmented } from '../../components/choice.tsx';
import { Page } from '../../components/page.tsx';
import { itemsOf, PagedList } from '../../components/paged-list.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { pages } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { count, loss, percent } from '../../lib/format/numbers.ts';
import { aboutDuration, duration, when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { JobStatus } from './job-status.tsx';
import { PHASES } from './job-words.ts';
import { useCatalogNames } from './use-catalog.ts';
import type * as z from 'zod';

type Row = z.infer<typeof JobWithProgress>;
type Which = 'all' | 'live' | 'ended';

/** Jobs, newest first: state, progress, cost against its cap. */
export default function JobsPage() {
  const [which, setWhich] = useState<Which>('all');
  const list = useInfiniteQuery({
    ...pages(listTrainingJobs, { query: { status: which, limit: 50 } }),
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(({ job }) => !isTerminal(job.status)))
        ? 5_000
        : 30_000,
  });
  const items = itemsOf(list);
  const isEmpty = items?.length === 0 && which === 'all';
  return (
    <Page
      title="Jobs"
      lead={isEmpty ? undefined : 'Each run with what it may spend and what it has spent.'}
      actions={
        <LinkButton to="/training-jobs/new" variant="primary">
          New training job
        </LinkButton>
      }
    >
      {isEmpty ? (
        <NoJobs />
      ) : (
        <>
          <div className="mb-3">
            <Segmented<Which>
              label="Which jobs"
              value={which}
              onValueChange={setWhich}
              options={[
                { value: 'all', label: 'All' },
                { value: 'live', label: 'Running' },
                { value: 'ended', label: 'Ended' },
              ]}
            />
          </div>
          <PagedList
            list={list}
            what="jobs"
            quiet={{ rows: 4, columns: [18, 10, 12, 10] }}
            nothing={
              <p className="py-6 text-ink-2">
                {which === 'live' ? 'No job is running.' : 'No job has ended yet.'}
              </p>
            }
          >
            {(items) => <JobTable items={items} />}
          </PagedList>
        </>
      )}
    </Page>
  );
}

function JobTable({ items }: { items: readonly Row[] }) {
  const names = useCatalogNames();
  const now = useNow(30_000);
  return (
    <Table caption="Jobs, newest first">
      <thead>
        <tr>
          <Th>Job</Th>
          <Th>State</Th>
          <Th className="min-w-40">Progress</Th>
          <Th numeric>Validation loss</Th>
          <Th numeric>Cost</Th>
          <Th numeric>Cap</Th>
          <Th numeric>Started</Th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <tr key={row.job.id} className="hover:bg-sunk max-md:hover:bg-transparent">
            <Td className="max-md:min-w-36">
              <Link
                to="/training-jobs/$jobId"
                params={{ jobId: row.job.id }}
                className="font-medium wrap-anywhere hover:underline"
              >
                {row.job.name}
              </Link>
              <div className="text-12 text-ink-3">
                {row.job.dataset.name} v{row.job.dataset.version} on {names.baseModel(row.job.baseModel)}
              </div>
            </Td>
            <Td>
              <JobStatus job={row.job} />
            </Td>
            <Td>
              <ProgressCell {...row} />
            </Td>
            <Td numeric>
              {row.progress?.validationLoss === undefined ? '–' : loss(row.progress.validationLoss)}
              {row.progress?.baseValidationLoss !== undefined && (
                <div className="text-12 text-ink-3">base {loss(row.progress.baseValidationLoss)}</div>
              )}
            </Td>
            <Td numeric className="font-medium">
              {money(row.job.costUsdMicros)}
            </Td>
            <Td numeric className="text-ink-2">
              {money(row.job.capUsdMicros)}
            </Td>
            <Td numeric className="text-ink-2">
              {when(row.job.createdAt, now)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function ProgressCell({ job, progress }: Row) {
  if (isTerminal(job.status)) return <span className="text-ink-2">{endedWords(job, progress)}</span>;
  if (!progress || progress.totalSteps === 0) {
    return (
      <span className="text-ink-2">
        {job.status === 'queued' ? 'waits to be submitted' : 'not reported yet'}
      </span>
    );
  }
  const share = progress.step / progress.totalSteps;
  return (
    <div className="grid gap-1">
      <div className="flex justify-between gap-3 text-12 whitespace-nowrap">
        <span className="font-medium">{percent(share)}</span>
        <span className="text-ink-3">
          {progress.phase === 'training'
            ? progress.secondsLeft === undefined
              ? `step ${count(progress.step)} of ${count(progress.totalSteps)}`
              : `${aboutDuration(progress.secondsLeft)} left`
            : PHASES[progress.phase]}
        </span>
      </div>
      <ProgressBar share={share} label={`${job.name}, ${percent(share)} done`} />
    </div>
  );
}

function endedWords(job: TrainingJob, progress: Row['progress']): string {
  if (job.status === 'succeeded') {
    const seconds = (Date.parse(job.endedAt) - Date.parse(job.startedAt)) / 1000;
    return progress ? `${count(progress.step)} steps in ${duration(seconds)}` : `in ${duration(seconds)}`;
  }
  const at = progress && progress.step > 0 ? `at step ${count(progress.step)}` : 'before its first step';
  return job.status === 'failed' ? `${at}` : `stopped ${at}`;
}

function NoJobs() {
  return (
    <EmptyState
      title="No jobs yet."
      actions={
        <LinkButton to="/training-jobs/new" variant="primary">
          New training job
        </LinkButton>
      }
    >
      A job tunes a base model on a dataset that passed its check. Time and cost are shown before it starts,
      and near its cap the run saves, publishes and stops. Without a dataset,{' '}
      <TextLink to="/datasets">begin there</TextLink>.
    </EmptyState>
  );
}
