import { useQuery } from '@tanstack/react-query';
import { listNotifications } from '../../../contracts/notifications.ts';
import { listTrainingJobs } from '../../../contracts/training-jobs.ts';
import { CountBadge } from '../components/pill.tsx';
import { query } from '../lib/api.ts';

/** Counts in the frame are renewed every 30 s; pages that show the same lists renew them sooner. */
const EVERY = 30_000;

/** How many notifications are unread, on the bell everywhere; nothing when there are none. */
export function UnreadCount() {
  const { data } = useQuery(query(listNotifications, { query: { limit: 1 } }, { everyMilliseconds: EVERY }));
  if (!data || data.unread === 0) return null;
  return <CountBadge count={data.unread} label={`${data.unread} unread`} />;
}

/** How many jobs are running now, beside "Jobs". */
export function RunningCount() {
  const { data } = useQuery(
    query(listTrainingJobs, { query: { status: 'live', limit: 100 } }, { everyMilliseconds: EVERY }),
  );
  const running = data?.items.filter(({ job }) => job.status === 'running').length ?? 0;
  if (running === 0) return null;
  return (
    <span className="text-11 font-medium text-ink-3 group-aria-[current=page]:text-ink-2">
      {running}
      <span className="max-lg:sr-only"> running</span>
    </span>
  );
}
