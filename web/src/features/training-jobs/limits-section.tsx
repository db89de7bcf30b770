import type { GpuType } from '../../../../contracts/catalog.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import { Field, Input } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { Select } from '../../components/select.tsx';
import { money } from '../../lib/format/money.ts';
import { gpuWords, machineWords } from './job-words.ts';
import { gpuCountFor, suggestedCapText, type RunForm } from './run-form.ts';

/** What a run may cost at most, and what it runs on. */
export function LimitsSection({
  form,
  onChange,
  cap,
  estimate,
  gpuTypes,
  errors,
}: {
  form: RunForm;
  onChange: (part: Partial<RunForm>) => void;
  cap: number | undefined;
  estimate: Estimate | undefined;
  gpuTypes: readonly GpuType[];
  errors: { cap?: string | undefined; gpu?: string | undefined };
}) {
  const gpuType = gpuTypes.find((type) => type.id === form.gpuType);
  return (
    <Section title="Limits" line={false}>
      <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
        <Field
          label="Budget cap"
          error={errors.cap}
          hint={
            cap === undefined
              ? undefined
              : `${money(cap)} is held at the start; what isn’t used comes back. Near the cap the run saves, publishes and stops.`
          }
        >
          <Input
            inputMode="decimal"
            autoComplete="off"
            before="$"
            after={estimate && `of ${money(estimate.budget.freeUsdMicros)} free this month`}
            value={form.cap}
            placeholder={suggestedCapText(estimate)}
            onFocus={(event) => event.target.select()}
            onChange={(event) => onChange({ cap: event.target.value })}
          />
        </Field>
        <Field
          label="GPU"
          error={errors.gpu}
          hint={
            gpuType &&
            `${money(gpuType.usdMicrosPerHour)} an hour${gpuType.accelerator === 'cuda' ? ' each' : ''}, ${gpuType.priceSource}. ${machineWords(gpuType, form.gpuCount)}Waiting is never billed.`
          }
        >
          <div className="flex min-w-0 gap-2">
            <Select
              className="min-w-0 flex-1"
              value={form.gpuType}
              onValueChange={(next) =>
                onChange({ gpuType: next, gpuCount: gpuCountFor(gpuTypes, next, form.gpuCount) })
              }
              options={gpuTypes.map((type) => ({
                value: type.id,
                label: gpuWords(type.title, form.gpuCount, type.accelerator),
                detail: `${money(type.usdMicrosPerHour)} an hour`,
              }))}
            />
            {gpuType?.accelerator === 'cuda' && (
              <Select
                ariaLabel="How many GPUs"
                className="!w-[76px] shrink-0"
                value={String(form.gpuCount)}
                onValueChange={(next) => onChange({ gpuCount: Number(next) })}
                options={gpuType.gpuCounts.map((number) => ({
                  value: String(number),
                  label: `${number} ×`,
                }))}
              />
            )}
          </div>
        </Field>
      </div>
    </Section>
  );
}
