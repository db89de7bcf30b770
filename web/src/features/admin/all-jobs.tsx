import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listAllJobs, type JobOfAnybody } from '../../../../contracts/admin.ts';
import { isTerminal } from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { Segmented } from '../../components/choice.tsx';
import { CopyId } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { pages } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { count, percent } from '../../lib/format/numbers.ts';
import { when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { JobStatus } from '../training-jobs/job-status.tsx';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';
import { PersonName } from './person.tsx';
import { StopJobDialog } from './stop-job-dialog.tsx';

type Which = 'all' | 'live' | 'ended' | 'failed';
const NOTHING: Record<Which, string> = {
  all: 'Nobody has started a job yet.',
  live: 'No job is running.',
  ended: 'No job has ended yet.',
  failed: 'No job has failed.',
};

/** The jobs of everybody, newest first; those that run can be stopped. */
export function AllJobs() {
  const [which, setWhich] = useState<Which>('live');
  const [stopping, setStopping] = useState<JobOfAnybody | null>(null);
  const list = useInfiniteQuery({
    ...pages(listAllJobs, { query: { status: which, limit: 50 } }),
    refetchInterval: 15_000,
  });
  return (
    <Section
      title="Jobs of everybody"
      aside={
        <Segmented<Which>
          label="Which jobs"
          value={which}
          onValueChange={setWhich}
          options={[
            { value: 'live', label: 'Running' },
            { value: 'failed', label: 'Failed' },
            { value: 'ended', label: 'Ended' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      <PagedList
        list={list}
        what="jobs"
        quiet={{ rows: 3, columns: [18, 16, 10, 8] }}
        nothing={
          <p className="py-4 text-ink-2">
            {list.hasNextPage
              ? 'None among the newest; there are older ones to look through.'
              : NOTHING[which]}
          </p>
        }
      >
        {(items) => <JobTable items={items} onStop={setStopping} />}
      </PagedList>
      {stopping && <StopJobDialog row={stopping} onClose={() => setStopping(null)} />}
    </Section>
  );
}

function JobTable({
  items,
  onStop,
}: {
  items: readonly JobOfAnybody[];
  onStop: (row: JobOfAnybody) => void;
}) {
  const names = useCatalogNames();
  const now = useNow(30_000);
  return (
    <Table caption="Jobs of everybody, newest first">
      <thead>
        <tr>
          <Th>Job</Th>
          <Th>Person</Th>
          <Th>State</Th>
          <Th>GPU</Th>
          <Th numeric>Cost</Th>
          <Th numeric>Cap</Th>
          <Th numeric>Started</Th>
          <Th>
            <span className="sr-only">Stop</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <tr key={row.job.id}>
            <Td className="max-md:min-w-36">
              <span className="font-medium wrap-anywhere">{row.job.name}</span>
              <div>
                <CopyId id={row.job.id} what="id of the job" />
              </div>
            </Td>
            <Td className="max-md:min-w-36">
              <PersonName owner={row.owner} email={row.email} />
            </Td>
            <Td>
              <JobStatus job={row.job} />
              <div className="mt-0.5 text-12 whitespace-nowrap text-ink-3">{progressWords(row)}</div>
            </Td>
            <Td className="whitespace-nowrap text-ink-2">{names.gpu(row.job.gpuType, row.job.gpuCount)}</Td>
            <Td numeric className="font-medium">
              {money(row.job.costUsdMicros)}
            </Td>
            <Td numeric className="text-ink-2">
              {money(row.job.capUsdMicros)}
            </Td>
            <Td numeric className="text-ink-2">
              {when(row.job.createdAt, now)}
            </Td>
            <Td className="text-right">
              {!isTerminal(row.job.status) && (
                <Button
                  size="sm"
                  variant="danger"
                  disabledReason={
                    row.job.cancelRequestedAt === undefined
                      ? undefined
                      : 'It was told to stop and is on its way.'
                  }
                  onClick={() => onStop(row)}
                >
                  Stop…<span className="sr-only"> {row.job.name}</span>
                </Button>
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function progressWords({ job, progress }: JobOfAnybody): string {
  if (job.status === 'failed') return job.failure.title;
  if (!progress || progress.totalSteps === 0) return '';
  const step = `step ${count(progress.step)} of ${count(progress.totalSteps)}`;
  return isTerminal(job.status) ? step : `${percent(progress.step / progress.totalSteps)}, ${step}`;
}
