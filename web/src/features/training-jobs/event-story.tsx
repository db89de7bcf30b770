import clsx from 'clsx';
import type { JobEvent } from '../../../../contracts/metrics.ts';
import { clock, day } from '../../lib/format/time.ts';
import { eventTone } from './job-words.ts';

/** What happened, newest first. Warnings are squares, failures diamonds, the rest circles. */
export function EventStory({ events, now }: { events: readonly JobEvent[]; now: Date }) {
  if (events.length === 0) return <p className="text-12 text-ink-3">Nothing yet.</p>;
  return (
    <ol>
      {events.map((event, index) => {
        const tone = eventTone(event.kind);
        const before = events[index - 1];
        const newDay = before ? day(before.at) !== day(event.at) : day(event.at) !== day(now);
        return (
          <li key={event.sequence} className="relative grid grid-cols-[38px_17px_1fr] pb-3 text-12 last:pb-0">
            {index < events.length - 1 && (
              <span aria-hidden className="absolute top-3.5 -bottom-1 left-[42px] w-px bg-line-strong" />
            )}
            <time dateTime={event.at} className="text-ink-3">
              {clock(event.at)}
              {newDay && <span className="block text-11">{day(event.at)}</span>}
            </time>
            <span
              aria-hidden
              className={clsx(
                'relative mt-[4.5px] size-[9px] border-[1.5px]',
                {
                  ok: 'rounded-full border-ok bg-ok',
                  warn: 'rounded-[2px] border-warn bg-warn',
                  bad: 'rotate-45 border-bad bg-bad',
                  mute: 'rounded-full border-control bg-page',
                }[tone],
              )}
            />
            <div className="min-w-0 wrap-anywhere">
              <p className="text-13 leading-[18px] font-medium">{event.title}</p>
              {event.detail && <p className="text-ink-2">{event.detail}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
