import { useState } from 'react';
import type { Dataset, DatasetVersion } from '../../../../../contracts/datasets.ts';
import { Button } from '../../../components/button.tsx';
import { bytes } from '../../../lib/format/numbers.ts';
import { when } from '../../../lib/format/time.ts';
import { useOfflineReason } from '../../../lib/online.ts';
import { useNow } from '../../../lib/use-now.ts';
import { DropZone } from './drop-zone.tsx';
import { UploadProgress } from './upload-progress.tsx';
import { useUploads, useWhenDone } from './upload-store.ts';
import { continueUpload } from './uploads.ts';

/** The way on for an upload that stopped with its tab: the same files again; what has arrived is not sent twice. */
export function ContinueUpload({
  dataset,
  version,
}: {
  dataset: Dataset;
  version: Extract<DatasetVersion, { status: 'uploading' }>;
}) {
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
  const ready =
    data?.size === version.declaredBytes && (!needsValidation || validation?.size === needsValidation);
  return (
    <div className="grid max-w-[640px] gap-4">
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
            continueUpload(
              {
                datasetId: dataset.id,
                version: version.version,
                name: dataset.name,
                isAlone: dataset.latestVersion === 1,
              },
              { data, ...(validation ? { validation } : {}) },
            );
          }}
        >
          Go on with the upload
        </Button>
      </div>
    </div>
  );
}
