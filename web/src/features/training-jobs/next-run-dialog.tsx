import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  continueTrainingJob,
  retryTrainingJob,
  type TrainingJob,
} from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState, Quiet } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { isApiError } from '../../lib/describe-error.ts';
import { money, moneyAtLeast, moneyRange } from '../../lib/format/money.ts';
import { count } from '../../lib/format/numbers.ts';
import { durationRange } from '../../lib/format/time.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { FormatField } from './format-field.tsx';
import { formatOf, inFormat, type NextRun } from './next-run.ts';
import { capOf, capProblem, placeProblem, suggestedCapText } from './run-form.ts';
import { baseModelsQuery } from './use-catalog.ts';
import { useNextRunEstimate } from './use-next-run.ts';

/** A new job after an ended one: from its checkpoint or from the beginning, with a cap of its own. Mounted while open. */
export function NextRunDialog({
  job,
  next: way,
  title,
  onClose,
}: {
  job: TrainingJob;
  next: NextRun;
  title: string;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const [cap, setCap] = useState('');
  const [format, setFormat] = useState(formatOf(job));
  const next = inFormat(job, way, format);
  const baseModels = useQuery(baseModelsQuery).data?.items ?? [];
  const { estimate, error, refetch } = useNextRunEstimate(job, next);
  const options = {
    alsoStale: ['costs', 'notifications'] as const,
    onSuccess: (started: TrainingJob) =>
      void navigate({ to: '/training-jobs/$jobId', params: { jobId: started.id } }),
  };
  const goOn = useCall(continueTrainingJob, options);
  const again = useCall(retryTrainingJob, options);
  // Only a retry takes changes; of a failed job it goes on from the checkpoint as well, where nothing but the format is new.
  const goesOnAsItWas = next.kind === 'continue' && next.change.modelFormat === undefined;
  const start = goesOnAsItWas ? goOn : again;
  const amount = capOf({ cap }, estimate);
  const refusal = isApiError(start.error) ? placeProblem(start.error) : undefined;
  const problem = capProblem({ cap }, estimate) ?? refusal?.fields.cap;
  const reason =
    offline ??
    (estimate === undefined ? 'What it costs is not known yet.' : undefined) ??
    (estimate && !estimate.memory.fits ? 'It would not fit the memory.' : undefined) ??
    capProblem({ cap }, estimate);
  const send = () => {
    if (reason !== undefined || amount === undefined || start.isPending) return;
    const path = { jobId: job.id };
    if (goesOnAsItWas) goOn.mutate({ path, body: { capUsdMicros: amount } });
    else again.mutate({ path, body: { capUsdMicros: amount, ...next.change } });
  };
  const verb = next.kind === 'continue' ? 'Continue' : 'Start';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={
        next.kind === 'continue'
          ? `A new job goes on from step ${count(next.fromStep)}, with the same data and settings. It has a cap of its own and makes a model of its own.`
          : 'A new job begins at step 0, with the same data. It has a cap of its own.'
      }
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button variant="primary" busy={start.isPending} disabledReason={reason} onClick={send}>
            {amount === undefined ? verb : `${verb}, and spend up to ${money(amount)}`}
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Field
          label="Budget cap"
          error={problem}
          hint={
            estimate &&
            `At least ${moneyAtLeast(estimate.minimumCapUsdMicros)}. It is held at the start; what isn’t used comes back.`
          }
        >
          <Input
            inputMode="decimal"
            autoComplete="off"
            before="$"
            after={estimate && `of ${money(estimate.budget.freeUsdMicros)} free this month`}
            value={cap}
            placeholder={suggestedCapText(estimate)}
            onChange={(event) => {
              start.reset();
              setCap(event.target.value);
            }}
          />
        </Field>
        {job.status !== 'succeeded' && (
          <div className="mt-3">
            <FormatField
              value={format}
              error={refusal?.fields.format}
              baseModel={baseModels.find(({ id }) => id === job.baseModel)}
              adapter={job.hyperparameters}
              onChange={(chosen) => {
                start.reset();
                setFormat(chosen);
              }}
            />
          </div>
        )}
      </form>
      <p className="mt-3 text-ink-2" role="status">
        {estimate ? (
          <>
            {next.kind === 'continue' ? 'The rest takes about' : 'It takes about'}{' '}
            <b className="font-semibold text-ink">{money(estimate.costUsdMicros.expected)}</b>: 8 of 10 such
            jobs end within {moneyRange(estimate.costUsdMicros.low, estimate.costUsdMicros.high)} and{' '}
            {durationRange(estimate.seconds.low, estimate.seconds.high)}.{' '}
            {amount !== undefined && amount < estimate.costUsdMicros.expected && problem === undefined
              ? 'This cap is expected to end it early again, with a model.'
              : ''}
          </>
        ) : (
          !error && <Quiet ch={44} />
        )}
      </p>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {start.isError && !refusal?.fields.cap && !refusal?.fields.format && (
        <ErrorState
          error={start.error}
          {...(isApiError(start.error) ? {} : { title: 'The new job was not started.' })}
        />
      )}
    </Dialog>
  );
}
