import { useState } from 'react';
import { stopJob, type JobOfAnybody } from '../../../../contracts/admin.ts';
import { Button } from '../../components/button.tsx';
import { Checkbox } from '../../components/choice.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { personWords } from './person.tsx';

/** The most that the API takes; the field takes no more either. */
const REASON_LENGTH = 300;

/** Asks once before somebody's job is stopped, and for the reason that its owner will read. Mounted while open. */
export function StopJobDialog({ row, onClose }: { row: JobOfAnybody; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const [keepModel, setKeepModel] = useState(true);
  const [tried, setTried] = useState(false);
  const offline = useOfflineReason();
  const stop = useCall(stopJob, { alsoStale: ['training-jobs', 'metrics', 'costs'], onSuccess: onClose });
  const missing = reason.trim() === '';
  const send = () => {
    setTried(true);
    if (missing || offline !== undefined || stop.isPending) return;
    stop.mutate({
      path: { owner: row.owner, jobId: row.job.id },
      body: { keepModel, reason: reason.trim() },
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Stop ${row.job.name}?`}
      description={`It belongs to ${personWords(row)} and has spent ${money(row.job.costUsdMicros)} of ${money(row.job.capUsdMicros)}. This can’t be taken back.`}
      footer={
        <>
          <Button onClick={onClose}>Let it run</Button>
          <Button variant="danger" busy={stop.isPending} disabledReason={offline} onClick={send}>
            {keepModel ? 'Stop it, and keep the model' : 'Stop it, and discard what it has learnt'}
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
          label="Reason"
          hint="Its owner reads it with your name."
          error={tried && missing ? 'A reason is needed: its owner reads it.' : undefined}
        >
          <Input
            autoComplete="off"
            maxLength={REASON_LENGTH}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <Checkbox
          className="mt-3"
          label="Keep the model it has"
          hint="The run measures and publishes what it has learnt, which costs a little more. Without a first step there is nothing to keep."
          checked={keepModel}
          onCheckedChange={setKeepModel}
        />
      </form>
      {stop.isError && <ErrorState error={stop.error} title="The job goes on: it wasn’t stopped." />}
    </Dialog>
  );
}
