import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../contracts/client.ts';
import type { Estimate } from '../../contracts/costs.ts';
import {
  capOf,
  capProblem,
  curlOf,
  placeProblem,
  readChanges,
  readHyperparameter,
  runChoicesOf,
  type RunForm,
} from '../../web/src/features/training-jobs/run-form.ts';
import {
  HYPERPARAMETER_FIELDS,
  hyperparameterSummary,
  showHyperparameter,
  specLines,
} from '../../web/src/features/training-jobs/hyperparameter-fields.ts';
import { Hyperparameters } from '../../contracts/catalog.ts';
import { hyperparameters } from './balanced-hyperparameters.ts';

const DATASET = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const form: RunForm = {
  datasetId: DATASET,
  datasetVersion: 3,
  baseModel: 'brightrun/tiny-base',
  preset: 'balanced',
  changes: {},
  gpuType: 'cpu-2',
  gpuCount: 1,
  modelFormat: 'peft',
  cap: '',
  name: '',
};
const estimate = {
  minimumCapUsdMicros: 2_740_001,
  suggestedCapUsdMicros: 40_000_000,
  budget: { freeUsdMicros: 269_830_000 },
  hyperparameters,
} as Estimate;
const text = (shown: string) => shown.replaceAll('\u00a0', ' ');

describe('what is typed into a hyperparameter', () => {
  test('is a value of the contract or a sentence that says what it must be', () => {
    expect(readHyperparameter('learningRate', '2.86e-4')).toEqual({ value: 2.86e-4 });
    expect(readHyperparameter('rank', ' 8 ')).toEqual({ value: 8 });
    expect(readHyperparameter('schedule', 'linear')).toEqual({ value: 'linear' });
    expect(readHyperparameter('rank', '999')).toEqual({ error: 'At most 256.' });
    expect(readHyperparameter('rank', '0')).toEqual({ error: 'At least 1.' });
    expect(readHyperparameter('learningRate', '0')).toEqual({ error: 'More than 0.' });
    expect(readHyperparameter('epochs', '2.5')).toEqual({ error: 'A whole number is needed here.' });
    expect(readHyperparameter('dropout', 'much')).toEqual({ error: 'A number is needed here.' });
  });

  test('goes into the request only where it can be used; what is emptied follows the preset again', () => {
    const { hyperparameters: changed, errors } = readChanges({ rank: '8', alpha: 'x', seed: ' ' });
    expect(changed).toEqual({ rank: 8 });
    expect(Object.keys(errors)).toEqual(['alpha']);
    expect(runChoicesOf({ ...form, changes: { rank: '8', alpha: 'x' } })?.hyperparameters).toEqual({
      rank: 8,
    });
  });

  test('every hyperparameter of the contract can be seen and changed', () => {
    expect(HYPERPARAMETER_FIELDS.map((field) => field.key).toSorted()).toEqual(
      Object.keys(Hyperparameters.shape).toSorted(),
    );
    for (const { key } of HYPERPARAMETER_FIELDS)
      expect(showHyperparameter(key, hyperparameters)).not.toBe('');
  });

  test('a run says its method where that is not plain LoRA', () => {
    const adapter = (changes: Partial<Hyperparameters>) =>
      specLines({ ...hyperparameters, ...changes }).find(({ name }) => name === 'Adapter')?.text;
    expect(adapter({})).toBe('rank 16, alpha 32, dropout 0.05, all linear layers');
    expect(adapter({ variant: 'dora', quantization: 'nf4' })).toBe(
      'DoRA, rank 16, alpha 32, dropout 0.05, all linear layers, over 4-bit weights',
    );
    const { variant: _variant, quantization: _quantization, ...before } = hyperparameters;
    expect(specLines(before)).toEqual(specLines(hyperparameters));
  });

  test('reads as people write it', () => {
    expect(text(hyperparameterSummary(hyperparameters))).toBe(
      'learning rate 2.86 × 10⁻⁴ · rank 16, alpha 32 · batch 16 × 4,096 · 14 more',
    );
    expect(
      specLines({ ...hyperparameters, earlyStoppingPatience: 0 }).find((line) => line.name === 'Stops early')
        ?.text,
    ).toBe('no');
  });
});

describe('the cap', () => {
  test('is the suggested one until an amount is typed', () => {
    expect(capOf(form, estimate)).toBe(40_000_000);
    expect(capOf({ cap: '12.50' }, estimate)).toBe(12_500_000);
    expect(capOf({ cap: 'a lot' }, estimate)).toBeUndefined();
    expect(capOf(form, undefined)).toBeUndefined();
    const tight = { ...estimate, budget: { ...estimate.budget, freeUsdMicros: 9_000_000 } };
    expect(capOf(form, tight)).toBe(9_000_000);
    expect(capProblem(form, { ...tight, minimumCapUsdMicros: 10_000_000 })).toBeDefined();
  });

  test('says why it cannot be taken, with an amount that can', () => {
    expect(capProblem({ cap: '' }, estimate)).toBeUndefined();
    expect(capProblem({ cap: 'a lot' }, estimate)).toBe('An amount in dollars, such as 40.00.');
    expect(capProblem({ cap: '2.74' }, estimate)).toContain('At least $2.75');
    expect(capProblem({ cap: '2.75' }, estimate)).toBeUndefined();
    expect(capProblem({ cap: '300' }, estimate)).toContain('$269.83');
    expect(capProblem({ cap: '0' }, { ...estimate, minimumCapUsdMicros: 0 })).toContain('At least');
  });
});

describe('a refusal', () => {
  test('stands beside the field that it is about', () => {
    const tooSmall = new ApiError(400, 'cap-too-small', 'The cap cannot pay.', {
      detail: 'At least $2.75 is needed.',
    });
    expect(placeProblem(tooSmall)).toEqual({
      fields: { cap: 'The cap cannot pay. At least $2.75 is needed.' },
      rest: false,
    });
    const issues = new ApiError(400, 'invalid-request', 'Wrong form.', {
      issues: [
        { path: 'hyperparameters.maxSequenceTokens', message: 'at most 256, the context of Tiny base' },
        { path: 'name', message: 'a name of at least one character' },
      ],
    });
    expect(placeProblem(issues).fields).toEqual({
      maxSequenceTokens: 'At most 256, the context of Tiny base.',
      name: 'A name of at least one character.',
    });
  });

  test('that is about no field is shown as a whole', () => {
    expect(
      placeProblem(new ApiError(503, 'cluster-unavailable', 'The GPU cluster does not answer.')).rest,
    ).toBe(true);
  });
});

describe('the call for a terminal', () => {
  test('survives a quote in the name and carries a key made when it is run', () => {
    const call = curlOf('https://app.example.com', { name: "Anna's run", hyperparameters: {} });
    expect(call).toContain("Anna'\\''s run");
    expect(call).toContain('Idempotency-Key: $(uuidgen)');
    expect(call).not.toContain('hyperparameters');
    expect(call).toContain('https://app.example.com/v1/training-jobs');
  });
});

test('nothing is priced before everything has been chosen', () => {
  expect(runChoicesOf({ ...form, datasetId: '' })).toBeUndefined();
  expect(runChoicesOf(form, 'quick')).toMatchObject({ preset: 'quick', datasetVersion: 3 });
});
