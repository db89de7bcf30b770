import { Download } from 'lucide-react';
import { createDownloads, type Model, type ModelFile } from '../../../../contracts/models.ts';
import { Button, IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { bytes } from '../../lib/format/numbers.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** Browsers drop downloads that are started in the same moment. */
const BETWEEN_MILLISECONDS = 400;

/** The address is asked for when it is used: it ends after an hour. */
function useDownload(model: Model) {
  return useCall(createDownloads, {
    onSuccess: ({ files }) => {
      files.forEach((file, index) => {
        setTimeout(() => follow(file.url, file.path), index * BETWEEN_MILLISECONDS);
      });
    },
  });
  function follow(url: string, path: string) {
    const link = document.createElement('a');
    link.href = url;
    link.download = path.split('/').at(-1) ?? model.name;
    link.rel = 'noopener';
    document.body.append(link);
    link.click();
    link.remove();
  }
}

/** Every file, one after the other. */
export function DownloadAll({ model }: { model: Model }) {
  const offline = useOfflineReason();
  const download = useDownload(model);
  return (
    <>
      <Button
        variant="primary"
        busy={download.isPending}
        disabledReason={offline}
        onClick={() => download.mutate({ path: { modelId: model.id }, body: {} })}
      >
        <Download aria-hidden />
        Download, {bytes(model.totalBytes)}
      </Button>
      <Problem error={download.error} onClose={download.reset} />
    </>
  );
}

export function DownloadOne({ model, file }: { model: Model; file: ModelFile }) {
  const offline = useOfflineReason();
  const download = useDownload(model);
  return (
    <>
      <IconButton
        label={`Download ${file.path}`}
        disabled={download.isPending || offline !== undefined}
        onClick={() => download.mutate({ path: { modelId: model.id }, body: { paths: [file.path] } })}
      >
        <Download aria-hidden />
      </IconButton>
      <Problem error={download.error} onClose={download.reset} />
    </>
  );
}

function Problem({ error, onClose }: { error: unknown; onClose: () => void }) {
  if (!error) return null;
  return (
    <Dialog open onOpenChange={onClose} title="The download did not start">
      <ErrorState error={error} />
    </Dialog>
  );
}
