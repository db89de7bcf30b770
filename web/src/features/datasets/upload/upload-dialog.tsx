import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { DisplayName } from '../../../../../contracts/values.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { LinkAction } from '../../../components/text-link.tsx';
import { bytes } from '../../../lib/format/numbers.ts';
import { useOfflineReason } from '../../../lib/online.ts';
import { DropZone } from './drop-zone.tsx';
import { limitWords, nameOf, refuseFile } from './file-check.ts';
import { UploadProgress } from './upload-progress.tsx';
import { startUpload, useUploads, useWhenDone } from './uploads.ts';

interface Chosen {
  file: File;
  problem: string | undefined;
}

/** Choose a file, name it, watch it go. Closing does not end it: it goes on while the tab is open. */
export function UploadDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const uploads = useUploads();
  const [data, setData] = useState<Chosen>();
  const [validation, setValidation] = useState<Chosen>();
  const [withValidation, setWithValidation] = useState(false);
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const [startedId, setStartedId] = useState<string>();
  const current = uploads.find((upload) => upload.id === startedId);
  useWhenDone(current, ({ datasetId }) => {
    onOpenChange(false);
    if (datasetId) void navigate({ to: '/datasets/$datasetId', params: { datasetId } });
  });

  const named = DisplayName.safeParse(name);
  const nameProblem = named.success ? undefined : `Give it ${named.error.issues[0]?.message ?? 'a name'}.`;
  const choose = (role: 'data' | 'validation', set: (chosen: Chosen | undefined) => void) => {
    return async (file: File | undefined) => {
      if (!file) return set(undefined);
      set({ file, problem: await refuseFile(file, role) });
      if (role === 'data' && name === '') setName(nameOf(file));
    };
  };
  const dataProblem = data?.problem ?? (tried && !data ? 'Choose a file first.' : undefined);

  const start = () => {
    setTried(true);
    if (!data || data.problem || validation?.problem || !named.success) return;
    setStartedId(
      startUpload(named.data, {
        data: data.file,
        ...(withValidation && validation ? { validation: validation.file } : {}),
      }),
    );
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Upload a dataset"
      description={
        current
          ? 'You can close this and go on working; keep the tab open.'
          : `One example on each line, as JSON, up to ${limitWords('data')}. It is sent in parts and goes on after an interruption.`
      }
      footer={
        current ? undefined : (
          <>
            <Button onClick={() => onOpenChange(false)}>Close</Button>
            <Button variant="primary" onClick={start} disabledReason={offline}>
              {data && !data.problem
                ? `Upload ${bytes(data.file.size)}, and check it`
                : 'Upload, and check it'}
            </Button>
          </>
        )
      }
    >
      {current ? (
        <UploadProgress upload={current} />
      ) : (
        <div className="grid gap-4">
          <DropZone
            label="Drop a file here, or choose one"
            hint="Messages, prompt and completion, instruction and output, or text. Which one is found out."
            file={data?.file}
            problem={dataProblem}
            onFile={choose('data', setData)}
          />
          <Field label="Name" error={tried ? nameProblem : undefined} hint="You can rename it at any time.">
            <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
          </Field>
          {withValidation ? (
            <DropZone
              label="Drop the validation file here, or choose one"
              hint={`Rows that are never trained on, up to ${limitWords('validation')}. They prove what the model has learnt.`}
              file={validation?.file}
              problem={validation?.problem}
              onFile={choose('validation', setValidation)}
            />
          ) : (
            <p className="text-12 text-ink-3">
              Each job holds some rows back to measure with.{' '}
              <LinkAction onClick={() => setWithValidation(true)}>Choose them yourself, in a file</LinkAction>
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}
