import { deleteDataset, type Dataset } from '../../../../contracts/datasets.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';

/** Asks once before a dataset goes with all versions. */
export function DeleteDatasetDialog({
  dataset,
  open,
  onOpenChange,
  onDeleted,
}: {
  dataset: Dataset;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onDeleted?: () => void;
}) {
  const remove = useCall(deleteDataset, {
    onSuccess: () => {
      onOpenChange(false);
      onDeleted?.();
    },
  });
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${dataset.name}?`}
      confirm={`Delete ${dataset.latestVersion === 1 ? 'it' : `all ${dataset.latestVersion} versions`}`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ path: { datasetId: dataset.id } })}
    >
      The files of all versions are deleted and can’t be brought back. Models trained on them stay.
      {remove.isError && <ErrorState error={remove.error} />}
    </ConfirmDialog>
  );
}
