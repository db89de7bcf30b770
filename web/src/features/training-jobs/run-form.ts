import {
  Hyperparameters,
  type BaseModel,
  type GpuType,
  type PresetId,
} from '../../../../contracts/catalog.ts';
import type { ApiError } from '../../../../contracts/client.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import type { ModelFormat } from '../../../../contracts/model-format.ts';
import { editableMoney, moneyAtLeast, money, parseMoney } from '../../lib/format/money.ts';

/** What a person has chosen; what is untouched is empty and follows the preset, the estimate or the dataset. */
export interface RunForm {
  datasetId: string;
  datasetVersion: number;
  baseModel: string;
  preset: PresetId;
  /** As typed; empty takes the preset's value. */
  changes: Partial<Record<HyperparameterKey, string>>;
  gpuType: string;
  gpuCount: number;
  modelFormat: ModelFormat;
  /** As typed, in dollars; empty takes the suggested cap. */
  cap: string;
  /** Empty takes the dataset's name and the preset. */
  name: string;
}

/** What a new run begins with: what the catalog lists first is what its operator means to be begun with. */
export function firstRun(
  baseModels: readonly BaseModel[],
  gpuTypes: readonly GpuType[],
): { baseModel: BaseModel | undefined; gpuType: GpuType | undefined } {
  return { baseModel: baseModels[0], gpuType: gpuTypes[0] };
}

/** A CPU type is taken once; GPUs keep the number that was chosen, as far as the type has as many. */
export function gpuCountFor(gpuTypes: readonly GpuType[], id: string, wanted: number): number {
  const counts = gpuTypes.find((type) => type.id === id)?.gpuCounts ?? [1];
  return counts.findLast((number) => number <= wanted) ?? 1;
}

export type HyperparameterKey = keyof Hyperparameters;
type HyperparameterValue = Hyperparameters[HyperparameterKey];

const WORDS = new Set<HyperparameterKey>(['targetModules', 'variant', 'quantization', 'schedule', 'keep']);

/** Reads one typed hyperparameter; `error` says what it must be. Takes `2.86e-4` and `0,05` not: the point is the decimal. */
export function readHyperparameter(
  key: HyperparameterKey,
  typed: string,
): { value: HyperparameterValue } | { error: string } {
  const text = typed.trim();
  const given: unknown = WORDS.has(key) ? text : text === '' ? NaN : Number(text);
  if (typeof given === 'number' && Number.isNaN(given)) return { error: 'A number is needed here.' };
  const parsed = Hyperparameters.shape[key].safeParse(given);
  if (parsed.success) return { value: parsed.data };
  return { error: sentence(parsed.error.issues[0]) };
}

interface Issue {
  code?: string | undefined;
  minimum?: unknown;
  maximum?: unknown;
  inclusive?: unknown;
  expected?: unknown;
  message: string;
}

function sentence(issue: Issue | undefined): string {
  if (!issue) return 'This value is not possible.';
  if (issue.code === 'too_small') {
    return issue.inclusive === false
      ? `More than ${String(issue.minimum)}.`
      : `At least ${String(issue.minimum)}.`;
  }
  if (issue.code === 'too_big') return `At most ${String(issue.maximum)}.`;
  if (issue.code === 'invalid_type') return 'A whole number is needed here.';
  return issue.message;
}

/** All changes that can be used, and the sentence for each that cannot. */
export function readChanges(changes: RunForm['changes']): {
  hyperparameters: Partial<Hyperparameters>;
  errors: Partial<Record<HyperparameterKey, string>>;
} {
  const values: Record<string, HyperparameterValue> = {};
  const errors: Partial<Record<HyperparameterKey, string>> = {};
  for (const [name, typed] of Object.entries(changes)) {
    const key = name as HyperparameterKey;
    if (typed === undefined || typed.trim() === '') continue;
    const read = readHyperparameter(key, typed);
    if ('error' in read) errors[key] = read.error;
    else values[key] = read.value;
  }
  return { hyperparameters: Hyperparameters.partial().parse(values), errors };
}

/** What an estimate and a job are asked with. Undefined until everything has been chosen. */
export function runChoicesOf(form: RunForm, preset: PresetId = form.preset) {
  if (!form.datasetId || !form.datasetVersion || !form.baseModel || !form.gpuType) return undefined;
  return {
    datasetId: form.datasetId,
    datasetVersion: form.datasetVersion,
    baseModel: form.baseModel,
    preset,
    hyperparameters: readChanges(form.changes).hyperparameters,
    gpuType: form.gpuType,
    gpuCount: form.gpuCount,
    modelFormat: form.modelFormat,
  };
}

/** The cap in micros: as typed, or the suggested one where nothing is typed. */
export function capOf(form: Pick<RunForm, 'cap'>, estimate: Estimate | undefined): number | undefined {
  if (form.cap.trim() !== '') return parseMoney(form.cap);
  return estimate && suggestedCap(estimate);
}

/** What the API suggests, but no more than is free this month, as long as that buys a model at all. */
function suggestedCap({ suggestedCapUsdMicros, minimumCapUsdMicros, budget }: Estimate): number {
  const free = budget.freeUsdMicros;
  return free >= minimumCapUsdMicros ? Math.min(suggestedCapUsdMicros, free) : suggestedCapUsdMicros;
}

/** What the cap field shows before anything is typed. */
export function suggestedCapText(estimate: Estimate | undefined): string {
  return estimate ? editableMoney(suggestedCap(estimate)) : '';
}

/** Why a cap cannot be taken, or undefined. The API decides again. */
export function capProblem(form: Pick<RunForm, 'cap'>, estimate: Estimate | undefined): string | undefined {
  const cap = capOf(form, estimate);
  if (cap === undefined) return form.cap.trim() === '' ? undefined : 'An amount in dollars, such as 40.00.';
  if (!estimate) return undefined;
  if (cap < Math.max(1, estimate.minimumCapUsdMicros)) {
    return `At least ${moneyAtLeast(estimate.minimumCapUsdMicros)}: so much may go into loading the model, one checkpoint and publishing.`;
  }
  if (cap > estimate.budget.freeUsdMicros) {
    return `More than the ${money(estimate.budget.freeUsdMicros)} that are free in your budget this month.`;
  }
  return undefined;
}

/** The fields a refusal can be shown beside. */
export type ProblemField = 'dataset' | 'baseModel' | 'gpu' | 'cap' | 'name' | 'format' | HyperparameterKey;

const FIELD_OF_CODE: Partial<Record<ApiError['code'], ProblemField>> = {
  'dataset-not-ready': 'dataset',
  'dataset-archived': 'dataset',
  'format-not-trainable': 'dataset',
  'tools-not-supported': 'baseModel',
  'not-found': 'dataset',
  'base-model-unknown': 'baseModel',
  'gpu-type-unknown': 'gpu',
  'does-not-fit': 'gpu',
  'cap-too-small': 'cap',
  'cap-too-large': 'cap',
  'budget-exceeded': 'cap',
  'platform-budget-exceeded': 'cap',
};
const FIELD_OF_PATH: Record<string, ProblemField> = {
  datasetId: 'dataset',
  datasetVersion: 'dataset',
  baseModel: 'baseModel',
  gpuType: 'gpu',
  gpuCount: 'gpu',
  capUsdMicros: 'cap',
  name: 'name',
  modelFormat: 'format',
};

/** Puts a refusal beside the fields it is about; `rest` is true where none of them could be named. */
export function placeProblem(error: ApiError): {
  fields: Partial<Record<ProblemField, string>>;
  rest: boolean;
} {
  const fields: Partial<Record<ProblemField, string>> = {};
  for (const issue of error.issues) {
    const path = issue.path.replace(/^body\./, '');
    const [head = '', tail] = path.split('.');
    const field =
      head === 'hyperparameters' && tail !== undefined && tail in Hyperparameters.shape
        ? (tail as HyperparameterKey)
        : FIELD_OF_PATH[head];
    if (field) fields[field] = capitalised(issue.message);
  }
  const byCode = FIELD_OF_CODE[error.code];
  if (byCode && Object.keys(fields).length === 0) {
    fields[byCode] = error.detail ? `${error.message} ${error.detail}` : error.message;
  }
  return { fields, rest: Object.keys(fields).length === 0 };
}

function capitalised(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** An empty object says nothing that leaving it out does not. */
function withoutEmpty(_name: string, value: unknown): unknown {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty ? undefined : value;
}

/** The same request for a terminal: a key that is made once per run of the command, quotes made safe for the shell. */
export function curlOf(origin: string, body: unknown): string {
  const json = JSON.stringify(body, withoutEmpty, 2).replaceAll("'", `'\\''`);
  return [
    `curl -X POST ${origin}/v1/training-jobs \\`,
    '  -H "Authorization: Bearer $ACCESS_TOKEN" \\',
    '  -H "Idempotency-Key: $(uuidgen)" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${json}'`,
  ].join('\n');
}
