import type { Hyperparameters } from '../../../../contracts/catalog.ts';
import { count, percent, plain, scientific } from '../../lib/format/numbers.ts';
import type { HyperparameterKey } from './run-form.ts';

interface HyperparameterField {
  key: HyperparameterKey;
  label: string;
  /** Why the default is what it is, or what the field does, in a clause. */
  why: string;
  /** For fields that are chosen, not typed. */
  options?: readonly { value: string; label: string }[];
}

/** In the order in which one thinks of them: the adapter, the learning rate, the amount of work, the evaluation. */
export const HYPERPARAMETER_GROUPS: readonly { title: string; fields: readonly HyperparameterField[] }[] = [
  {
    title: 'Adapter',
    fields: [
      { key: 'rank', label: 'Rank', why: 'how much it can learn; more rank, larger files' },
      { key: 'alpha', label: 'Alpha', why: 'the update is scaled by alpha ÷ rank; twice the rank is usual' },
      { key: 'dropout', label: 'Dropout', why: 'a little helps against learning small data by heart' },
      {
        key: 'targetModules',
        label: 'Layers',
        why: 'attention alone learns style; facts need all linear layers',
        options: [
          { value: 'all-linear', label: 'All linear layers' },
          { value: 'attention', label: 'Attention only' },
        ],
      },
      {
        key: 'variant',
        label: 'Method',
        why: 'rsLoRA steadies a high rank; DoRA learns a little more and is slower, on NVIDIA GPUs',
        options: [
          { value: 'lora', label: 'LoRA' },
          { value: 'rslora', label: 'rsLoRA' },
          { value: 'dora', label: 'DoRA' },
        ],
      },
      {
        key: 'quantization',
        label: 'Base weights',
        why: '4 bits fit a larger model into the GPU, for a little speed and quality; on NVIDIA GPUs',
        options: [
          { value: 'none', label: 'As they are' },
          { value: 'nf4', label: '4-bit (QLoRA)' },
        ],
      },
    ],
  },
  {
    title: 'Learning rate',
    fields: [
      {
        key: 'learningRate',
        label: 'Peak',
        why: 'follows from the width of the base model, not from the rank',
      },
      {
        key: 'schedule',
        label: 'Schedule',
        why: 'cosine ends gently, so the last steps settle',
        options: [
          { value: 'cosine', label: 'Cosine' },
          { value: 'linear', label: 'Linear' },
          { value: 'constant', label: 'Constant' },
        ],
      },
      {
        key: 'warmupRatio',
        label: 'Warm-up',
        why: 'the share of steps over which it rises; avoids a rough start',
      },
      { key: 'weightDecay', label: 'Weight decay', why: 'rarely needed for an adapter' },
      { key: 'maxGradientNorm', label: 'Gradient clip', why: 'one odd row cannot throw the run off' },
    ],
  },
  {
    title: 'Work',
    fields: [
      { key: 'epochs', label: 'Epochs', why: 'passes over the data; the cost grows with them' },
      {
        key: 'batchSize',
        label: 'Batch size',
        why: 'rows a step; small data wants small batches, to have 100 steps',
      },
      { key: 'maxSequenceTokens', label: 'Longest row', why: 'tokens; longer rows are cut here' },
      { key: 'seed', label: 'Seed', why: 'the same seed on the same machine gives the same adapter' },
    ],
  },
  {
    title: 'Evaluation',
    fields: [
      {
        key: 'validationFraction',
        label: 'Held out',
        why: 'the share of rows that prove the gain; none of them is trained',
      },
      {
        key: 'evaluationsPerEpoch',
        label: 'Evaluations an epoch',
        why: 'each costs a pass over the held-out rows',
      },
      {
        key: 'earlyStoppingPatience',
        label: 'Early stop',
        why: 'after so many evaluations without progress; 0 never',
      },
      {
        key: 'keep',
        label: 'Keeps',
        why: 'best takes the state with the lowest validation loss',
        options: [
          { value: 'best', label: 'The best state' },
          { value: 'last', label: 'The last state' },
        ],
      },
    ],
  },
];

export const HYPERPARAMETER_FIELDS = HYPERPARAMETER_GROUPS.flatMap((group) => group.fields);

/** A value as it is shown: in words where it is a choice. */
export function showHyperparameter(key: HyperparameterKey, values: Hyperparameters): string {
  const value = values[key];
  const option = HYPERPARAMETER_FIELDS.find((field) => field.key === key)?.options?.find(
    (each) => each.value === value,
  );
  if (option) return option.label;
  if (typeof value !== 'number') return String(value);
  if (key === 'learningRate') return scientific(value);
  if (key === 'warmupRatio' || key === 'validationFraction')
    return percent(value, Number.isInteger(value * 100) ? 0 : 1);
  return Number.isInteger(value) && key !== 'seed'
    ? count(value)
    : key === 'seed'
      ? String(value)
      : plain(value, 4);
}

/** One line for the closed disclosure. */
export function hyperparameterSummary(values: Hyperparameters): string {
  return [
    `learning rate ${scientific(values.learningRate)}`,
    `rank ${count(values.rank)}, alpha ${plain(values.alpha)}`,
    `batch ${count(values.batchSize)} × ${count(values.maxSequenceTokens)}`,
    `${HYPERPARAMETER_FIELDS.length - 5} more`,
  ].join(' · ');
}

/** What is said of a method besides its rank; LoRA goes without saying. */
const METHOD_WORDS = { lora: '', rslora: 'rsLoRA, ', dora: 'DoRA, ' } as const;

/** The run spec in four lines, as the monitor shows it. */
export function specLines(values: Hyperparameters): { name: string; text: string }[] {
  const layers = values.targetModules === 'all-linear' ? 'all linear layers' : 'attention layers';
  const method = METHOD_WORDS[values.variant ?? 'lora'];
  return [
    {
      name: 'Adapter',
      text: `${method}rank ${count(values.rank)}, alpha ${plain(values.alpha)}, ${values.dropout > 0 ? `dropout ${plain(values.dropout)}` : 'no dropout'}, ${layers}${values.quantization === 'nf4' ? ', over 4-bit weights' : ''}`,
    },
    {
      name: 'Learning rate',
      text: `${scientific(values.learningRate)}, ${values.schedule}${values.warmupRatio > 0 ? `, ${percent(values.warmupRatio)} warm-up` : ''}`,
    },
    {
      name: 'Batch',
      text: `${count(values.batchSize)} rows of up to ${count(values.maxSequenceTokens)} tokens, ${count(values.epochs)} ${values.epochs === 1 ? 'epoch' : 'epochs'}`,
    },
    {
      name: 'Stops early',
      text:
        values.earlyStoppingPatience === 0
          ? 'no'
          : `after ${count(values.earlyStoppingPatience)} evaluations without progress`,
    },
    { name: 'Keeps', text: values.keep === 'best' ? 'the best state' : 'the last state' },
    { name: 'Seed', text: String(values.seed) },
  ];
}
