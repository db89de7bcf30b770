import { useState } from 'react';
import { cancelTrainingJob, type TrainingJob } from '../../../../contracts/training-jobs.ts';
import type { Progress } from '../../../../contracts/progress.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { count } from '../../lib/format/numbers.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** Two ways to end a job early: with the model it has, or without. Both say what has been spent. */
export function StopActions({
  job,
  progress,
  spentUsdMicros,
}: {
  job: TrainingJob;
  progress: Progress | null;
  spentUsdMicros: number;
}) {
  const [asking, setAsking] = useState<'keep' | 'discard' | null>(null);
  const offline = useOfflineReason();
  const stop = useCall(cancelTrainingJob, {
    alsoStale: ['metrics', 'costs', 'notifications'],
    onSuccess: () => setAsking(null),
  });
  const requested =
    job.cancelRequestedAt !== undefined ? 'It was told to stop and is on its way.' : undefined;
  const step = progress?.step ?? 0;
  const close = () => {
    setAsking(null);
    stop.reset();
  };
  const go = (keepModel: boolean) => stop.mutate({ path: { jobId: job.id }, body: { keepModel } });
  const spent = `${money(spentUsdMicros)} of ${money(job.capUsdMicros)} has been spent.`;
  return (
    <>
      <Button
        disabledReason={
          offline ??
          requested ??
          (step === 0 ? 'Nothing has been trained yet, so there is no model to keep.' : undefined)
        }
        onClick={() => setAsking('keep')}
      >
        Keep and stop…
      </Button>
      <Button variant="danger" disabledReason={offline ?? requested} onClick={() => setAsking('discard')}>
        Cancel…
      </Button>
      <ConfirmDialog
        open={asking === 'keep'}
        onOpenChange={close}
        title="Keep the model and stop?"
        confirm={`Stop at step ${count(step)}, and keep the model`}
        keep="Go on training"
        busy={stop.isPending}
        onConfirm={() => go(true)}
      >
        <p>
          {spent} The run stops, measures what it has and publishes it as a model; that costs a little more.
        </p>
        {stop.isError && (
          <ErrorState error={stop.error} title="The job goes on: it couldn’t be told to stop." />
        )}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'discard'}
        onOpenChange={close}
        title="Cancel and discard?"
        confirm="Cancel, and discard what it has learnt"
        keep="Go on training"
        busy={stop.isPending}
        onConfirm={() => go(false)}
      >
        <p>
          {spent} The run stops and no model is published. What is left of the cap comes back to your budget;
          what has been spent does not.
        </p>
        {stop.isError && <ErrorState error={stop.error} title="The job goes on: it couldn’t be cancelled." />}
      </ConfirmDialog>
    </>
  );
}
