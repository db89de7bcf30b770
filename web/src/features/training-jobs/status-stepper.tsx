import clsx from 'clsx';
import { Check, X } from 'lucide-react';
import { when } from '../../lib/format/time.ts';
import type { StatusStep } from './job-figures.ts';

/** Where a job is on its way; done, present and future by shape, not by colour alone. */
export function StatusStepper({
  steps,
  detail,
  now,
}: {
  steps: readonly StatusStep[];
  detail: string;
  now: Date;
}) {
  return (
    <ol className="mb-5 flex max-md:justify-between max-md:gap-1">
      {steps.map((step, index) => {
        const last = index === steps.length - 1;
        const below = step.state === 'now' ? detail : step.at ? when(step.at, now) : '';
        return (
          <li
            key={step.name}
            aria-current={step.state === 'now' ? 'step' : undefined}
            className={clsx('min-w-0', !last && 'md:flex-1')}
          >
            <div className="flex items-center gap-2 max-md:flex-col max-md:items-start max-md:gap-1">
              <span
                aria-hidden
                className={clsx(
                  'grid size-4 shrink-0 place-items-center rounded-full [&_svg]:size-2.5',
                  {
                    done: 'bg-accent text-on-accent',
                    now: 'border-[5px] border-accent bg-surface',
                    'to-come': 'border-[1.5px] border-line-strong bg-page',
                    failed: 'bg-bad text-on-accent',
                    stopped: 'bg-control text-on-accent',
                  }[step.state],
                )}
              >
                {step.state === 'done' && <Check strokeWidth={3.2} />}
                {(step.state === 'failed' || step.state === 'stopped') && <X strokeWidth={3.2} />}
              </span>
              <span
                className={clsx(
                  'max-md:text-11',
                  step.state === 'now' || step.state === 'failed' ? 'font-semibold' : 'font-medium',
                  {
                    done: 'text-ink-2',
                    now: 'text-ink',
                    'to-come': 'text-ink-3',
                    failed: 'text-bad',
                    stopped: 'text-ink-2',
                  }[step.state],
                )}
              >
                {step.name}
                <span className="sr-only">
                  {
                    { done: ', done', now: ', now', 'to-come': ', to come', failed: '', stopped: '' }[
                      step.state
                    ]
                  }
                </span>
              </span>
              {!last && (
                <span
                  aria-hidden
                  className={clsx(
                    'mr-3 h-px flex-1 max-md:hidden',
                    step.state === 'done' ? 'bg-accent' : 'bg-line-strong',
                  )}
                />
              )}
            </div>
            <p
              className={clsx(
                'ml-6 min-h-[18px] pr-3 text-12 max-md:hidden',
                step.state === 'now' ? 'text-ink-2' : 'text-ink-3',
              )}
            >
              {below}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
