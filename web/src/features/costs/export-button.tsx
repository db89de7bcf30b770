import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { exportCosts } from '../../../../contracts/costs.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { call } from '../../lib/api.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** The records of a month as CSV, saved by the browser; no address is handed out for it. */
export function ExportButton({ month }: { month: string }) {
  const offline = useOfflineReason();
  const download = useMutation({
    mutationFn: async () => (await call(exportCosts, { query: { month } })).body,
    onSuccess: (csv) => save(`brightrun-costs-${month}.csv`, csv),
  });
  return (
    <>
      <Button busy={download.isPending} disabledReason={offline} onClick={() => download.mutate()}>
        <Download aria-hidden />
        Download CSV
      </Button>
      {download.isError && (
        <Dialog open onOpenChange={download.reset} title="The file could not be made">
          <ErrorState error={download.error} />
        </Dialog>
      )}
    </>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the bytes once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
