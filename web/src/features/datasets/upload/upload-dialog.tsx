import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ColumnMapping as Mapping } from '../../../../../contracts/dataset-cures.ts';
import { DisplayName } from '../../../../../contracts/values.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Field, Input } from '../../../components/field.tsx';
import { LinkAction } from '../../../components/text-link.tsx';
import { bytes } from '../../../lib/format/numbers.ts';
import { useOfflineReason } from '../../../lib/online.ts';
import { mappingProblem, type TableForm } from '../repair/columns.ts';
import { DropZone } from './drop-zone.tsx';
import { chosenFile, type ChosenFile } from './chosen-file.ts';
import { FILE_WORDS, limitWords, nameOf } from './file-check.ts';
import { TableColumns } from './table-columns.tsx';
import { UploadProgress } from './upload-progress.tsx';
import { useUploads, useWhenDone } from './upload-store.ts';
import { startUpload, startVersionUpload } from './uploads.ts';

/**
 * Choose a file, name it, watch it go: a new dataset, or the next version of `dataset`. Closing does not end it: it goes
 * on while the tab is open.
 */
export function UploadDialog({
  open,
  onOpenChange,
  onStarted,
  dataset,
  dropped,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The files are on their way. */
  onStarted?: () => void;
  dataset?: { id: string; name: string; latestVersion: number };
  /** A file that was dropped on the page. */
  dropped?: ChosenFile | undefined;
}) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const uploads = useUploads();
  const [data, setData] = useState(dropped);
  const [validation, setValidation] = useState<ChosenFile>();
  const [withValidation, setWithValidation] = useState(false);
  const [mapped, setMapped] = useState<{ form: TableForm; mapping: Mapping }>();
  const [name, setName] = useState(dropped ? nameOf(dropped.file) : '');
  const [tried, setTried] = useState(false);
  const [startedId, setStartedId] = useState<string>();
  const current = uploads.find((upload) => upload.id === startedId);
  useWhenDone(current, ({ datasetId, version }) => {
    onOpenChange(false);
    if (!datasetId) return;
    void navigate({
      to: '/datasets/$datasetId',
      params: { datasetId },
      search: version && version > 1 ? { version } : {},
    });
  });

  const named = DisplayName.safeParse(dataset?.name ?? name);
  const nameProblem = named.success ? undefined : `Give it ${named.error.issues[0]?.message ?? 'a name'}.`;
  const chooseData = async (file: File | undefined) => {
    setMapped(undefined);
    setData(file && (await chosenFile(file, 'data')));
    if (file && name === '') setName(nameOf(file));
  };
  const chooseValidation = async (file: File | undefined) =>
    setValidation(file && (await chosenFile(file, 'validation')));

  const dataProblem = data?.problem ?? (tried && !data ? 'Choose a file first.' : undefined);
  const columnsProblem = mapped && mappingProblem(mapped.mapping);
  const start = () => {
    setTried(true);
    if (!data || data.problem || validation?.problem || !named.success || columnsProblem) return;
    const files = {
      data: data.file,
      ...(withValidation && validation ? { validation: validation.file } : {}),
      ...(mapped ? { columns: mapped.mapping } : {}),
    };
    setStartedId(dataset ? startVersionUpload(dataset, files) : startUpload(named.data, files));
    onStarted?.();
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={dataset ? `Upload v${dataset.latestVersion + 1} of ${dataset.name}` : 'Upload a dataset'}
      description={
        current
          ? 'You can close this and go on working; keep the tab open.'
          : dataset
            ? `The versions before stay as they are. ${FILE_WORDS}`
            : `A file of examples, up to ${limitWords('data')}. It is sent in parts and goes on after an interruption.`
      }
      footer={
        current ? undefined : (
          <>
            <Button onClick={() => onOpenChange(false)}>Close</Button>
            <Button variant="primary" onClick={start} disabledReason={offline ?? columnsProblem}>
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
            hint={`${FILE_WORDS} Messages, prompt and completion, instructions, preference pairs or text: which one is found out.`}
            file={data?.file}
            problem={dataProblem}
            onFile={(file) => void chooseData(file)}
          />
          {data?.columns && <TableColumns columns={data.columns} mapped={mapped} onMap={setMapped} />}
          {!dataset && (
            <Field label="Name" error={tried ? nameProblem : undefined} hint="You can rename it at any time.">
              <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
            </Field>
          )}
          {withValidation ? (
            <DropZone
              label="Drop the validation file here, or choose one"
              hint={`Rows that are never trained on, up to ${limitWords('validation')}. They prove what the model has learnt.`}
              file={validation?.file}
              problem={validation?.problem}
              onFile={(file) => void chooseValidation(file)}
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
