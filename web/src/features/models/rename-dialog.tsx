import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { changeModel, type Model } from '../../../../contracts/models.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** Another name for the same files. */
export function RenameDialog({ model, onClose }: { model: Model; onClose: () => void }) {
  const offline = useOfflineReason();
  const form = useForm({ resolver: zodResolver(changeModel.body), defaultValues: { name: model.name } });
  const rename = useCall(changeModel, { onSuccess: onClose });
  const submit = form.handleSubmit((body) => rename.mutate({ path: { modelId: model.id }, body }));
  const { error } = form.getFieldState('name', form.formState);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Rename the model"
      footer={
        <>
          <Button onClick={onClose}>Keep the name</Button>
          <Button
            variant="primary"
            busy={rename.isPending}
            disabledReason={offline}
            onClick={() => void submit()}
          >
            Rename
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          void submit(event);
        }}
      >
        <Field
          label="Name"
          hint="Links to it and its files stay as they are."
          error={error?.message && `The model needs ${error.message}.`}
        >
          <Input autoComplete="off" maxLength={100} {...form.register('name')} />
        </Field>
      </form>
      {rename.isError && <ErrorState error={rename.error} title="It keeps its name." />}
    </Dialog>
  );
}
