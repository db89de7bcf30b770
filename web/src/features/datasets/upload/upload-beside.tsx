import type { Dataset } from '../../../../../contracts/datasets.ts';
import { UploadProgress } from './upload-progress.tsx';
import { useUploads, useWhenDone } from './upload-store.ts';

/** The upload of another version of the dataset, while its dialog is closed; the shown version's own is further down. */
export function UploadBeside({ dataset, shown }: { dataset: Dataset; shown: number }) {
  const upload = useUploads().find(({ datasetId, version }) => datasetId === dataset.id && version !== shown);
  useWhenDone(upload, () => undefined);
  if (!upload) return null;
  return (
    <div className="mb-6 max-w-[640px]">
      <UploadProgress upload={upload} />
    </div>
  );
}
