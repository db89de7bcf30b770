import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { getDatasetReportFile } from '../../../../contracts/dataset-report.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { call } from '../../lib/api.ts';
import { useOfflineReason } from '../../lib/online.ts';
import type { CheckedVersion } from './dataset-words.ts';

/** Downloads everything that was found, one finding a line, gzipped; its URL is asked for with the click. */
export function ReportButton({ version, name }: { version: CheckedVersion; name: string }) {
  const offline = useOfflineReason();
  // Not `useCall`: a URL changes nothing, so no answer becomes stale.
  const download = useMutation({
    mutationFn: async () =>
      (
        await call(getDatasetReportFile, {
          path: { datasetId: version.datasetId, version: version.version },
        })
      ).body.url,
    onSuccess: (url) => {
      const link = document.createElement('a');
      link.href = url;
      link.download = `${name}-v${version.version}-report.jsonl.gz`;
      link.rel = 'noopener';
      document.body.append(link);
      link.click();
      link.remove();
    },
  });
  return (
    <>
      <Button
        busy={download.isPending}
        disabledReason={offline}
        onClick={() => download.mutate()}
        title="Every finding, one JSON object a line, gzipped"
      >
        <Download aria-hidden />
        Report
      </Button>
      {download.isError && (
        <Dialog open onOpenChange={download.reset} title="The report couldn’t be downloaded">
          <ErrorState error={download.error} onRetry={() => download.mutate()} />
        </Dialog>
      )}
    </>
  );
}
