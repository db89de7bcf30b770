import { useState } from 'react';
import { changeDataset, type Dataset } from '../../../../contracts/datasets.ts';
import { DisplayName } from '../../../../contracts/values.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';

/** Another name for a dataset; its id, versions and jobs stay as they are. */
export function RenameDatasetDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const [name, setName] = useState(dataset.name);
  const rename = useCall(changeDataset, { onSuccess: onClose });
  const named = DisplayName.safeParse(name);
  const problem = named.success ? undefined : `Give it ${named.error.issues[0]?.message ?? 'a name'}.`;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Rename the dataset"
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" form="rename-dataset" variant="primary" busy={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form
        id="rename-dataset"
        onSubmit={(event) => {
          event.preventDefault();
          if (named.success) {
            rename.mutate({ path: { datasetId: dataset.id }, body: { name: named.data } });
          }
        }}
      >
        <Field label="Name" error={problem}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        {rename.isError && <ErrorState error={rename.error} />}
      </form>
    </Dialog>
  );
}
