import { useParams } from '@tanstack/react-router';
import { ErrorState, QuietRows } from '../../components/states.tsx';
import { Page } from '../../components/page.tsx';
import { JobMonitor } from './job-monitor.tsx';
import { useJob } from './use-job.ts';

const CRUMBS = [{ label: 'Jobs', to: '/training-jobs' }] as const;

/** One job, live: it survives a reload, stops asking on hidden tabs and at the job's end. */
export default function JobMonitorPage() {
  const { jobId } = useParams({ from: '/app/training-jobs/$jobId' });
  // A job of another address starts with nothing of the one before.
  return <Monitor key={jobId} jobId={jobId} />;
}

function Monitor({ jobId }: { jobId: string }) {
  const state = useJob(jobId);
  if (state.job) return <JobMonitor {...state} job={state.job} crumbs={CRUMBS} />;
  return (
    <Page title="Job" crumbs={CRUMBS}>
      {state.error ? (
        <ErrorState error={state.error} title="The job couldn’t be loaded." onRetry={state.refetch} />
      ) : (
        <QuietRows rows={4} columns={[16, 16, 16, 16]} label="Loading the job" />
      )}
    </Page>
  );
}
