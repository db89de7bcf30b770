import { deleteModel, type Model } from '../../../../contracts/models.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { bytes, counted } from '../../lib/format/numbers.ts';

/** Asks once before the files go; the record with cost and quality stays. */
export function DeleteModelDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const remove = useCall(deleteModel, { onSuccess: onClose });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Delete ${model.name}?`}
      confirm={`Delete ${counted(model.files.length, 'file')}, ${bytes(model.totalBytes)}`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ path: { modelId: model.id } })}
    >
      <p>
        The files can’t be brought back; making them again would cost about {money(model.costUsdMicros)}. What
        the model cost and how good it was stays.
      </p>
      {remove.isError && <ErrorState error={remove.error} title="The model stays as it was." />}
    </ConfirmDialog>
  );
}
