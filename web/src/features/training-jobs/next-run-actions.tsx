import { useState } from 'react';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { count } from '../../lib/format/numbers.ts';
import { fullDay } from '../../lib/format/time.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { NextRunDialog } from './next-run-dialog.tsx';
import { keptUntil, nextRunOf } from './next-run.ts';
import { useLineage } from './use-next-run.ts';

/** The one way on from an ended job, and the job that has taken it already. Nothing where there is none. */
export function NextRunActions({ job, now }: { job: TrainingJob; now: Date }) {
  const [open, setOpen] = useState(false);
  const offline = useOfflineReason();
  const { after } = useLineage(job, true);
  const next = nextRunOf(job, now);
  if (!next) return null;
  const goesOn = next.kind === 'continue';
  return (
    <div className="mt-2.5 flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <Button size="sm" disabledReason={offline} onClick={() => setOpen(true)}>
        {goesOn ? `Continue from step ${count(next.fromStep)}…` : 'Try again as a new job…'}
      </Button>
      {after ? (
        <span className="text-12">
          {after.isContinuation ? 'Continued as ' : 'Tried again as '}
          <TextLink to="/training-jobs/$jobId" params={{ jobId: after.id }}>
            {after.name}
          </TextLink>
          .
        </span>
      ) : (
        goesOn &&
        job.checkpoint && (
          <span className="text-12 text-ink-3">
            Its checkpoint is kept until {fullDay(keptUntil(job.checkpoint.at).toISOString())}.
          </span>
        )
      )}
      {open && (
        <NextRunDialog
          job={job}
          next={next}
          title={goesOn ? 'Continue this run?' : 'Try this run again?'}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
