import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetVersion } from '../../../../../contracts/dataset-versions.ts';
import type { Dataset } from '../../../../../contracts/datasets.ts';
import { Button } from '../../../components/button.tsx';
import { Notice } from '../../../components/notice.tsx';
import { bytes } from '../../../lib/format/numbers.ts';
import { when } from '../../../lib/format/time.ts';
import { useOfflineReason } from '../../../lib/online.ts';
import { useNow } from '../../../lib/use-now.ts';
import { DropZone } from './drop-zone.tsx';
import { keptHandle, openHandle } from './file-handles.ts';
import { UploadProgress } from './upload-progress.tsx';
import { useUploads, useWhenDone } from './upload-store.ts';
import { continueUpload } from './uploads.ts';

type Uploading = Extract<DatasetVersion, { status: 'uploading' }>;

/** The way on for an upload that stopped with its tab: the same files again; what has arrived is not sent twice. */
export function ContinueUpload({ dataset, version }: { dataset: Dataset; version: Uploading }) {
  const offline = useOfflineReason();
  const now = useNow(60_000);
  const running = useUploads().find(
    (upload) => upload.datasetId === dataset.id && upload.version === version.version,
  );
  useWhenDone(running, () => undefined);
  const [data, setData] = useState<File>();
  const [validation, setValidation] = useState<File>();
  const other = (file: File | undefined, declared: number) =>
    file && file.size !== declared
      ? `This file has ${bytes(file.size)}; the one that was begun has ${bytes(declared)}.`
      : undefined;

  if (running) {
    return (
      <div className="max-w-[640px]">
        <UploadProgress upload={running} />
      </div>
    );
  }
  const needsValidation = version.declaredValidationBytes;
  const begin = (files: { data: File; validation?: File }) =>
    continueUpload(
      {
        datasetId: dataset.id,
        version: version.version,
        name: dataset.name,
        isAlone: dataset.latestVersion === 1,
      },
      files,
    );
  const ready =
    data?.size === version.declaredBytes && (!needsValidation || validation?.size === needsValidation);
  return (
    <div className="grid max-w-[640px] gap-4">
      <KeptFiles version={version} offline={offline} onFiles={begin} />
      <DropZone
        label="Drop the same file here, or choose it"
        hint={`${bytes(version.declaredBytes)}. The upload ends by itself on ${when(version.uploadEndsAt, now)}.`}
        file={data}
        problem={other(data, version.declaredBytes)}
        onFile={setData}
      />
      {needsValidation && (
        <DropZone
          label="Drop the same validation file here, or choose it"
          hint={bytes(needsValidation)}
          file={validation}
          problem={other(validation, needsValidation)}
          onFile={setValidation}
        />
      )}
      <div>
        <Button
          variant="primary"
          disabled={!ready}
          disabledReason={offline}
          onClick={() => {
            if (!data) return;
            begin({ data, ...(validation ? { validation } : {}) });
          }}
        >
          Go on with the upload
        </Button>
      </div>
    </div>
  );
}

/** The files as this browser remembers them: one click, and nothing has to be chosen again. */
function KeptFiles({
  version,
  offline,
  onFiles,
}: {
  version: Uploading;
  offline: string | undefined;
  onFiles: (files: { data: File; validation?: File }) => void;
}) {
  const needsValidation = version.declaredValidationBytes !== undefined;
  const [isGone, setGone] = useState(false);
  const kept = useQuery({
    queryKey: ['kept-files', version.datasetId, version.version],
    queryFn: async () => ({
      data: (await keptHandle(version, 'data')) ?? null,
      validation: (await keptHandle(version, 'validation')) ?? null,
    }),
    staleTime: Infinity,
  }).data;
  if (!kept?.data || (needsValidation && !kept.validation)) return null;
  if (isGone) {
    return (
      <Notice tone="warn" title="The file could not be opened, or is another one by now. Choose it below." />
    );
  }
  const { data: handle, validation: beside } = kept;
  const goOn = async () => {
    const data = await openHandle(handle);
    const validation = needsValidation && beside ? await openHandle(beside) : undefined;
    const isSame =
      data?.size === version.declaredBytes && validation?.size === version.declaredValidationBytes;
    if (data && isSame) onFiles({ data, ...(validation ? { validation } : {}) });
    else setGone(true);
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button variant="primary" disabledReason={offline} onClick={() => void goOn()}>
        Go on with {handle.name}
      </Button>
      <span className="text-12 text-ink-3">This browser remembers the file. Or choose it:</span>
    </div>
  );
}
