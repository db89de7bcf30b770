import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { BaseModel, GpuType, PresetId } from '../../../../contracts/catalog.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import { createTrainingJob } from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { Select } from '../../components/select.tsx';
import { ErrorState, Quiet } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { isApiError } from '../../lib/describe-error.ts';
import { money } from '../../lib/format/money.ts';
import { compact, count } from '../../lib/format/numbers.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { ApiCall } from './api-call.tsx';
import {
  DatasetPicker,
  useFirstDataset,
  useVersions,
  versionProblem,
  type useDatasetChoices,
} from './dataset-picker.tsx';
import { EstimateCard } from './estimate-card.tsx';
import { HyperparameterSection } from './hyperparameter-section.tsx';
import { LimitsSection } from './limits-section.tsx';
import { FormatField } from './format-field.tsx';
import { OtherGpus } from './other-gpus.tsx';
import { PresetCards } from './preset-cards.tsx';
import {
  capOf,
  capProblem,
  firstRun,
  gpuCountFor,
  placeProblem,
  readChanges,
  runChoicesOf,
  type ProblemField,
  type RunForm,
} from './run-form.ts';
import { presetsQuery } from './use-catalog.ts';
import { useEstimate, useGpuEstimates, usePresetEstimates } from './use-estimate.ts';

const PRESETS: readonly PresetId[] = ['quick', 'balanced', 'quality'];

/** The form of a new run with its estimate beside it. */
export function NewRun({
  asked,
  datasets,
  baseModels,
  gpuTypes,
}: {
  asked: { datasetId?: string; version?: number; preset?: PresetId };
  datasets: NonNullable<ReturnType<typeof useDatasetChoices>['items']>;
  baseModels: readonly BaseModel[];
  gpuTypes: readonly GpuType[];
}) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const first = firstRun(baseModels, gpuTypes);
  const [form, setForm] = useState<RunForm>({
    datasetId: '',
    datasetVersion: 0,
    baseModel: first.baseModel?.id ?? '',
    preset: asked.preset ?? 'balanced',
    changes: {},
    gpuType: first.gpuType?.id ?? '',
    gpuCount: 1,
    modelFormat: 'peft',
    cap: '',
    name: '',
  });
  const start = useCall(createTrainingJob, {
    alsoStale: ['costs', 'notifications'],
    onSuccess: (job) => void navigate({ to: '/training-jobs/$jobId', params: { jobId: job.id } }),
  });
  const { reset } = start;
  const change = useCallback(
    (part: Partial<RunForm>) => {
      reset();
      setForm((old) => ({ ...old, ...part }));
    },
    [reset],
  );
  const chooseDataset = useCallback(
    (datasetId: string, datasetVersion: number) => change({ datasetId, datasetVersion }),
    [change],
  );
  useFirstDataset(datasets, asked, form.datasetId, chooseDataset);

  const versions = useVersions(form.datasetId);
  const dataset = datasets.find((item) => item.dataset.id === form.datasetId);
  const version =
    versions?.find((each) => each.version === form.datasetVersion) ??
    (dataset?.version.version === form.datasetVersion ? dataset.version : undefined);
  const dataProblem = versionProblem(version);
  const dataReady = version?.status === 'ready' && dataProblem === undefined;

  const presets = useQuery(presetsQuery(form.baseModel, version)).data?.items;
  const { errors } = readChanges(form.changes);
  const pricing = useEstimate(form, dataReady);
  const estimate = dataReady ? pricing.data : undefined;
  const settled = pricing.isSuccess && !pricing.isPlaceholderData;
  const byPreset = usePresetEstimates(form, PRESETS, dataReady && settled);
  const byGpu = useGpuEstimates(form, gpuTypes, dataReady && settled);

  const cap = capOf(form, estimate);
  const name = form.name.trim() || (dataset ? `${dataset.dataset.name}, ${form.preset}`.slice(0, 100) : '');
  const choices = runChoicesOf(form);
  const body = choices && cap !== undefined ? { name, ...choices, capUsdMicros: cap } : undefined;

  const refusal = placed(start.error);
  const beside = { ...placed(pricing.error).fields, ...refusal.fields };
  const capError = capProblem(form, estimate) ?? beside.cap;
  const baseModel = baseModels.find((model) => model.id === form.baseModel);
  const defaults = presets?.find((preset) => preset.id === form.preset)?.hyperparameters;

  const reason =
    offline ??
    whyNot({
      dataProblem,
      dataset: dataset?.dataset.name,
      errors,
      estimate,
      capError,
      isWhole: body !== undefined,
    });
  const startButton = (className: string) => (
    <Button
      variant="primary"
      size="lg"
      className={className}
      busy={start.isPending}
      disabledReason={reason}
      onClick={() => body && start.mutate({ body })}
    >
      {cap === undefined ? 'Start' : `Start, and spend up to ${money(cap)}`}
    </Button>
  );

  return (
    <div className="grid grid-cols-1 items-start gap-12 lg:grid-cols-[minmax(0,1fr)_384px]">
      <form noValidate onSubmit={(event) => event.preventDefault()}>
        <Section title="What to train" line={false}>
          <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
            <DatasetPicker
              items={datasets}
              versions={versions}
              datasetId={form.datasetId}
              version={form.datasetVersion}
              error={dataProblem ? undefined : beside.dataset}
              onChange={chooseDataset}
            />
            <Field
              label="Base model"
              error={beside.baseModel}
              hint={baseModel && `${baseModel.about} Licence: ${baseModel.licence}.`}
            >
              <Select
                value={form.baseModel}
                onValueChange={(next) => change({ baseModel: next })}
                options={baseModels.map((model) => ({
                  value: model.id,
                  label: model.title,
                  detail: `${compact(model.parameters)}, context ${count(model.contextLength)}`,
                }))}
              />
            </Field>
          </div>
        </Section>

        <Section title="How far to go" line={false}>
          {presets ? (
            <PresetCards
              presets={presets}
              chosen={form.preset}
              onChoose={(preset) => change({ preset })}
              estimates={byPreset}
              cap={form.cap.trim() === '' ? undefined : cap}
            />
          ) : (
            <Quiet ch={60} className="h-40" />
          )}
        </Section>

        {defaults && (
          <div className="mb-8">
            <HyperparameterSection
              values={estimate?.hyperparameters ?? defaults}
              defaults={defaults}
              changes={form.changes}
              errors={{ ...errors, ...hyperparameterProblems(beside) }}
              onChange={(changes) => change({ changes })}
            />
          </div>
        )}

        <LimitsSection
          form={form}
          onChange={change}
          cap={cap}
          estimate={estimate}
          gpuTypes={gpuTypes}
          errors={{ cap: capError, gpu: beside.gpu }}
        />

        <Section title="What comes out" line={false} className="mb-0">
          <div className="grid gap-x-6 gap-y-4 md:grid-cols-2">
            <Field
              label="Name of the job"
              error={beside.name}
              hint="The model is named after it; a model can be renamed."
            >
              <Input
                maxLength={100}
                autoComplete="off"
                value={form.name}
                placeholder={name}
                onChange={(event) => change({ name: event.target.value })}
              />
            </Field>
            <FormatField
              value={form.modelFormat}
              error={beside.format}
              baseModel={baseModel}
              adapter={estimate?.hyperparameters ?? defaults}
              onChange={(modelFormat) => change({ modelFormat })}
            />
          </div>
        </Section>
      </form>

      <aside className="min-w-0 lg:sticky lg:top-4">
        <EstimateCard
          estimate={estimate}
          cap={cap}
          isRepricing={pricing.isPlaceholderData}
          others={
            <OtherGpus
              gpuTypes={gpuTypes}
              gpuCount={form.gpuCount}
              chosen={form.gpuType}
              estimates={byGpu}
              onChoose={(next) =>
                change({ gpuType: next, gpuCount: gpuCountFor(gpuTypes, next, form.gpuCount) })
              }
            />
          }
          start={
            <>
              {start.isError && refusal.rest && (
                <ErrorState error={start.error} title="The job was not started." />
              )}
              {pricing.isError && placed(pricing.error).rest && (
                <ErrorState
                  error={pricing.error}
                  title="The estimate couldn’t be worked out."
                  onRetry={() => void pricing.refetch()}
                />
              )}
              {startButton('mt-3.5 w-full max-md:hidden')}
              {reason && <p className="mt-2 text-12 text-ink-3 max-md:hidden">{reason}</p>}
            </>
          }
        />
        {body && <ApiCall body={body} />}
      </aside>

      <div className="fixed inset-x-0 bottom-14 z-10 flex items-center gap-3 border-t border-line bg-surface px-4 py-2 shadow-lifted md:hidden">
        <span className="min-w-0">
          <span className="block text-11 text-ink-3">expected</span>
          <span className="text-14 font-semibold">
            {estimate ? money(estimate.costUsdMicros.expected) : <Quiet ch={6} />}
          </span>
        </span>
        {startButton('flex-1')}
      </div>
    </div>
  );
}

/** The first thing that stands in the way of starting, as a sentence. */
function whyNot(given: {
  dataProblem: string | undefined;
  dataset: string | undefined;
  errors: object;
  estimate: Estimate | undefined;
  capError: string | undefined;
  isWhole: boolean;
}): string | undefined {
  if (given.dataProblem) return `${given.dataset ?? 'The dataset'} can’t be trained on: ${given.dataProblem}`;
  if (Object.keys(given.errors).length > 0) return 'A hyperparameter can’t be used as it stands.';
  if (given.estimate && !given.estimate.memory.fits)
    return 'It does not fit into the memory of this GPU type.';
  if (given.capError) return given.capError;
  return given.isWhole && given.estimate ? undefined : 'The estimate is not there yet.';
}

function placed(error: unknown): ReturnType<typeof placeProblem> {
  if (!error) return { fields: {}, rest: false };
  return isApiError(error) ? placeProblem(error) : { fields: {}, rest: true };
}

function hyperparameterProblems(fields: Partial<Record<ProblemField, string>>) {
  const { dataset: _d, baseModel: _b, gpu: _g, cap: _c, name: _n, ...rest } = fields;
  return rest;
}
