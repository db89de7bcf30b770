import type { BaseModel } from '../../../../contracts/catalog.ts';
import type { ModelFormat } from '../../../../contracts/model-format.ts';
import { Field } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { formatSize, isGguf, MODEL_FORMATS } from './model-formats.ts';

/** In which form the model is published, with what its weights take. */
export function FormatField({
  value,
  error,
  baseModel,
  adapter,
  onChange,
}: {
  value: ModelFormat;
  error: string | undefined;
  baseModel: BaseModel | undefined;
  adapter: { rank: number; targetModules: string } | undefined;
  onChange: (format: ModelFormat) => void;
}) {
  return (
    <Field
      label="Format of the model"
      error={error}
      hint={MODEL_FORMATS.find((format) => format.value === value)?.why}
    >
      <Select
        value={value}
        onValueChange={onChange}
        options={MODEL_FORMATS.map((format) => ({
          value: format.value,
          label: format.label,
          detail: formatSize(format.value, baseModel, adapter),
          unavailable:
            baseModel?.fitsLlamaCpp === false && isGguf(format.value) ? 'not of this base model' : undefined,
        }))}
      />
    </Field>
  );
}
