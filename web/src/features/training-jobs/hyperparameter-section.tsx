import type { Hyperparameters } from '../../../../contracts/catalog.ts';
import { Disclosure } from '../../components/disclosure.tsx';
import { Field, Input } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { LinkAction } from '../../components/text-link.tsx';
import { HYPERPARAMETER_GROUPS, hyperparameterSummary, showHyperparameter } from './hyperparameter-fields.ts';
import type { HyperparameterKey, RunForm } from './run-form.ts';

/** Every hyperparameter with its default and its reason, behind one line. */
export function HyperparameterSection({
  values,
  defaults,
  changes,
  errors,
  onChange,
}: {
  /** What would be trained with now. */
  values: Hyperparameters;
  /** The preset's. */
  defaults: Hyperparameters;
  changes: RunForm['changes'];
  errors: Partial<Record<HyperparameterKey, string>>;
  onChange: (changes: RunForm['changes']) => void;
}) {
  const changed = Object.values(changes).filter((typed) => typed !== undefined && typed.trim() !== '').length;
  const wrong = Object.keys(errors).length > 0;
  const set = (key: HyperparameterKey, typed: string) => onChange({ ...changes, [key]: typed });
  return (
    <Disclosure
      title="Hyperparameters"
      summary={hyperparameterSummary(values)}
      aside={
        wrong ? (
          <span className="text-bad">one can’t be used</span>
        ) : changed === 0 ? (
          'none changed'
        ) : (
          `${changed} changed`
        )
      }
    >
      <div className="grid gap-6">
        {HYPERPARAMETER_GROUPS.map((group) => (
          <fieldset key={group.title}>
            <legend className="mb-2 text-12 font-medium text-ink-3">{group.title}</legend>
            <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
              {group.fields.map((field) => (
                <Field
                  key={field.key}
                  label={field.label}
                  hint={`Default ${lower(showHyperparameter(field.key, defaults))}: ${field.why}.`}
                  error={errors[field.key]}
                >
                  {field.options ? (
                    <Select
                      value={changes[field.key] || String(values[field.key])}
                      onValueChange={(value) => set(field.key, value === defaults[field.key] ? '' : value)}
                      options={field.options}
                    />
                  ) : (
                    <Input
                      inputMode="decimal"
                      autoComplete="off"
                      placeholder={String(values[field.key])}
                      value={changes[field.key] ?? ''}
                      onChange={(event) => set(field.key, event.target.value)}
                    />
                  )}
                </Field>
              ))}
            </div>
          </fieldset>
        ))}
        {changed > 0 && (
          <p>
            <LinkAction onClick={() => onChange({})}>Back to the preset’s values</LinkAction>
          </p>
        )}
      </div>
    </Disclosure>
  );
}

/** A choice's words inside a sentence. */
function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
