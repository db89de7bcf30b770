import { Link } from '@tanstack/react-router';
import type { CostSummary } from '../../../../contracts/costs.ts';
import { ActualInInterval, isInside } from '../../components/charts/actual-in-interval.tsx';
import { Section } from '../../components/page.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { money } from '../../lib/format/money.ts';
import { counted } from '../../lib/format/numbers.ts';
import { when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';

type JobCost = CostSummary['jobs'][number];

/** Each job with what was predicted before it started beside what it cost. */
export function JobCosts({ jobs, name }: { jobs: readonly JobCost[]; name: string }) {
  const now = useNow(60_000);
  if (jobs.length === 0) return null;
  const total = jobs.reduce((sum, job) => sum + job.costUsdMicros, 0);
  return (
    <Section
      title="Jobs"
      note={`${counted(jobs.length, 'job')} in ${name}; band: the estimate before the start`}
    >
      <Table caption={`Jobs of ${name} with what was predicted and what they cost`}>
        <thead>
          <tr>
            <Th>Job</Th>
            <Th>Ended</Th>
            <Th numeric>Estimate</Th>
            <Th className="w-[140px]">Actual in the interval</Th>
            <Th numeric>Actual</Th>
            <Th numeric>Cap</Th>
            <Th className="pl-4">Result</Th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.jobId} className="hover:bg-sunk max-md:hover:bg-transparent">
              <Td className="max-md:min-w-36">
                <Link
                  to="/training-jobs/$jobId"
                  params={{ jobId: job.jobId }}
                  className="font-medium wrap-anywhere hover:underline"
                >
                  {job.name}
                </Link>
              </Td>
              <Td className="whitespace-nowrap text-ink-2">
                {job.endedAt ? when(job.endedAt, now) : 'not yet'}
              </Td>
              <Td numeric>{money(job.predictedUsdMicros.expected)}</Td>
              <Td>
                <ActualInInterval
                  predicted={job.predictedUsdMicros}
                  actual={job.costUsdMicros}
                  outcome={outcomeOf(job)}
                />
              </Td>
              <Td numeric className="font-semibold">
                {money(job.costUsdMicros)}
              </Td>
              <Td numeric className="text-ink-2">
                {money(job.capUsdMicros)}
              </Td>
              <Td className="pl-4">
                <Result job={job} />
              </Td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="font-semibold">
            <Td className="border-t border-b-0 border-t-line-strong" colSpan={4}>
              These jobs
            </Td>
            <Td numeric className="border-t border-b-0 border-t-line-strong">
              {money(total)}
            </Td>
            <Td className="border-t border-b-0 border-t-line-strong" colSpan={2} />
          </tr>
        </tfoot>
      </Table>
    </Section>
  );
}

function outcomeOf(job: JobCost): 'finished' | 'running' | 'without-model' {
  if (job.status === 'succeeded') return 'finished';
  return job.status === 'failed' || job.status === 'cancelled' ? 'without-model' : 'running';
}

function Result({ job }: { job: JobCost }) {
  switch (job.status) {
    case 'succeeded': {
      const hit = isInside(job.predictedUsdMicros, job.costUsdMicros);
      const where = job.costUsdMicros < job.predictedUsdMicros.low ? 'below' : 'above';
      return (
        <>
          <span className="text-ok">Succeeded</span>
          {!hit && <span className="text-ink-3">, {where} its interval</span>}
        </>
      );
    }
    case 'failed':
      return <span className="text-bad">Failed</span>;
    case 'cancelled':
      return <span className="text-ink-2">Cancelled</span>;
    default:
      return <span className="text-accent">Running</span>;
  }
}
