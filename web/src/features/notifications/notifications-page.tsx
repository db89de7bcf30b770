import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { useState } from 'react';
import {
  listNotifications,
  readAllNotifications,
  readNotification,
  type Notification,
} from '../../../../contracts/notifications.ts';
import { Button } from '../../components/button.tsx';
import { Segmented } from '../../components/choice.tsx';
import { Page } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { Mark } from '../../components/pill.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { LinkAction } from '../../components/text-link.tsx';
import { pages, useCall } from '../../lib/api.ts';
import { counted } from '../../lib/format/numbers.ts';
import { clock, fullDay } from '../../lib/format/time.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { useNow } from '../../lib/use-now.ts';
import { byDay, toneOf } from './notification-words.ts';

/** What happened while nobody looked, newest first, by day; kept for 30 days. */
export default function NotificationsPage() {
  const [status, setStatus] = useState<'all' | 'unread'>('all');
  const offline = useOfflineReason();
  const list = useInfiniteQuery({
    ...pages(listNotifications, { query: { limit: 50, ...(status === 'unread' ? { status } : {}) } }),
    refetchInterval: 15_000,
  });
  const readAll = useCall(readAllNotifications);
  const today = fullDay(useNow(60_000));
  const unread = list.data?.pages[0]?.unread ?? 0;

  return (
    <Page
      title="Notifications"
      lead={
        list.data &&
        (unread === 0
          ? 'Everything is read. Kept for 30 days.'
          : `${counted(unread, 'notification')} unread. Kept for 30 days.`)
      }
      actions={
        <Button
          onClick={() => readAll.mutate({})}
          busy={readAll.isPending}
          disabled={unread === 0}
          disabledReason={offline}
        >
          Mark all as read
        </Button>
      }
    >
      <div className="mb-4">
        <Segmented
          label="Which notifications"
          value={status}
          onValueChange={setStatus}
          options={[
            { value: 'all', label: 'All' },
            { value: 'unread', label: 'Unread' },
          ]}
        />
      </div>
      {readAll.isError && <ErrorState error={readAll.error} title="They couldn’t be marked as read." />}
      <PagedList
        list={list}
        what="notifications"
        quiet={{ rows: 4, columns: [36, 8] }}
        more="Show older ones"
        nothing={
          status === 'unread' ? (
            <p className="py-6 text-ink-2">Nothing is unread.</p>
          ) : (
            <EmptyState title="No notifications yet.">
              You are told here when a dataset has been checked and when a job starts, ends or needs you. By
              e-mail too, where you chose so in the settings.
            </EmptyState>
          )
        }
      >
        {(items) =>
          byDay(items, (at) => fullDay(at)).map(({ name, items: ofDay }) => (
            <section key={name} className="mb-5 max-w-[860px]">
              <h2 className="border-b border-line pb-1.5 text-12 font-medium text-ink-3">
                {name === today ? 'Today' : name}
              </h2>
              <ul>
                {ofDay.map((notification) => (
                  <NotificationLine key={notification.id} notification={notification} />
                ))}
              </ul>
            </section>
          ))
        }
      </PagedList>
    </Page>
  );
}

function NotificationLine({ notification }: { notification: Notification }) {
  const read = useCall(readNotification);
  const isUnread = notification.status === 'unread' && !read.isPending;
  const markRead = () => {
    if (notification.status === 'unread') read.mutate({ path: { notificationId: notification.id } });
  };
  const { noun, id } = notification.target;
  const look = clsx('wrap-anywhere hover:underline', isUnread ? 'font-semibold' : 'font-medium text-ink-2');
  return (
    <li className="flex items-start gap-3 border-b border-line py-3 last:border-b-0">
      <Mark tone={toneOf(notification.kind)} />
      <div className="min-w-0 flex-1">
        {isUnread && <span className="sr-only">Unread: </span>}
        {noun === 'datasets' && (
          <Link to="/datasets/$datasetId" params={{ datasetId: id }} onClick={markRead} className={look}>
            {notification.title}
          </Link>
        )}
        {noun === 'training-jobs' && (
          <Link to="/training-jobs/$jobId" params={{ jobId: id }} onClick={markRead} className={look}>
            {notification.title}
          </Link>
        )}
        {noun === 'models' && (
          <Link to="/models/$modelId" params={{ modelId: id }} onClick={markRead} className={look}>
            {notification.title}
          </Link>
        )}
        {notification.body && (
          <p className="max-w-[80ch] wrap-anywhere whitespace-pre-line text-ink-2">{notification.body}</p>
        )}
        {read.isError && (
          <p role="alert" className="text-12 text-bad">
            It could not be marked as read. Try it again.
          </p>
        )}
      </div>
      <div className="grid justify-items-end gap-0.5 text-12 text-ink-3">
        <span className="flex items-center gap-2">
          {clock(notification.createdAt)}
          {isUnread && <span aria-hidden className="size-2 rounded-full bg-accent" />}
        </span>
        {isUnread && <LinkAction onClick={markRead}>Mark as read</LinkAction>}
      </div>
    </li>
  );
}
