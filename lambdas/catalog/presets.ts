/** Three presets that can be defended, worked out for a base model: a fixed default misleads (facts.md §5). */
import { Hyperparameters, type Preset, type PresetId } from '../../contracts/catalog.ts';
import type { DatasetFormat } from '../../contracts/dataset-format.ts';
import { ProblemError, type ProblemIssue } from '../../contracts/problems.ts';
import type { CatalogBaseModel } from './base-models.ts';

/** Exponent of the width by family, from the tinker-cookbook's rule (facts.md §5); Mistral is built as Llama is. */
const WIDTH_EXPONENT = { llama: 0.781, mistral: 0.781, qwen: 0.0775 } as const;

/** Below this many parameters a model has no room to spare: it takes small batches and no dropout. */
const SMALL_MODEL_PARAMETERS = 50_000_000;

/**
 * Preferences are learned more gently than answers, or the model forgets how to speak: LLaMA-Factory's examples for the
 * same 8B model and adapter take 5e-6 for DPO and 1e-4 for answers (llama3_lora_dpo.yaml, llama3_lora_sft.yaml).
 */
const PREFERENCE_RATE = 1 / 20;

/**
 * `5e-5 · 10 · (2000 / hidden)^P`, independent of the rank; published regret below 0.5 %.
 * Llama-3.1-8B 2.86e-4, 70B 1.66e-4, Qwen3-8B 4.73e-4. Rounded to three digits, as people write it.
 */
export function learningRateFor(
  model: Pick<CatalogBaseModel, 'family' | 'hiddenSize'>,
  format?: DatasetFormat | null,
): number {
  const rate = 5e-4 * (2000 / model.hiddenSize) ** WIDTH_EXPONENT[model.family];
  return Number((format === 'preference' ? rate * PREFERENCE_RATE : rate).toPrecision(3));
}

const PRESETS: Record<PresetId, { title: string; reason: string; own: Partial<Hyperparameters> }> = {
  quick: {
    title: 'Quick',
    reason: 'One pass with a small adapter: shows for little money whether the data teaches anything.',
    own: { rank: 8, epochs: 1, evaluationsPerEpoch: 4, earlyStoppingPatience: 0 },
  },
  balanced: {
    title: 'Balanced',
    reason: 'Three passes that stop when the held-out rows no longer improve: right for most datasets.',
    own: { rank: 16, epochs: 3, evaluationsPerEpoch: 3, earlyStoppingPatience: 3 },
  },
  quality: {
    title: 'Quality',
    reason:
      'A large adapter and up to five passes, keeping the best state on held-out rows: for a final model.',
    own: { rank: 64, epochs: 5, evaluationsPerEpoch: 4, earlyStoppingPatience: 5 },
  },
};

/** A preset's hyperparameters for one base model and one form of rows. */
function presetHyperparameters(
  model: CatalogBaseModel,
  preset: PresetId,
  format: DatasetFormat | null | undefined,
): Hyperparameters {
  const { own } = PRESETS[preset];
  const rank = own.rank ?? 16;
  const isSmall = model.parameters < SMALL_MODEL_PARAMETERS;
  return {
    rank,
    alpha: 2 * rank,
    dropout: isSmall ? 0 : 0.05,
    targetModules: 'all-linear',
    variant: 'lora',
    quantization: 'none',
    learningRate: learningRateFor(model, format),
    schedule: 'cosine',
    warmupRatio: 0.05,
    weightDecay: 0,
    maxGradientNorm: 1,
    epochs: 3,
    // A few hundred rows should still give about 100 steps (facts.md §5): 4 × 100 = 400 rows seen.
    batchSize: isSmall ? 4 : 8,
    maxSequenceTokens: Math.min(model.contextLength, preset === 'quality' ? 4096 : 2048),
    validationFraction: 0.1,
    evaluationsPerEpoch: 2,
    earlyStoppingPatience: 0,
    keep: 'best',
    seed: 42,
    ...own,
  };
}

/** All three, in the order in which they are shown. */
export function presetsFor(model: CatalogBaseModel, format?: DatasetFormat | null): Preset[] {
  return (Object.keys(PRESETS) as PresetId[]).map((id) => ({
    id,
    title: PRESETS[id].title,
    reason: PRESETS[id].reason,
    hyperparameters: presetHyperparameters(model, id, format),
  }));
}

/**
 * The hyperparameters of a run: the preset's, with what the person changed. Alpha follows a changed rank
 * (alpha = 2r) unless it was changed too. Throws `invalid-request` where a value cannot be for this model.
 */
export function chooseHyperparameters(
  model: CatalogBaseModel,
  preset: PresetId,
  changes: Partial<Hyperparameters>,
  format?: DatasetFormat | null,
): Hyperparameters {
  const chosen = { ...presetHyperparameters(model, preset, format), ...changes };
  if (changes.rank !== undefined && changes.alpha === undefined) chosen.alpha = 2 * changes.rank;
  const issues: ProblemIssue[] = [];
  if (chosen.maxSequenceTokens > model.contextLength) {
    issues.push({
      path: 'hyperparameters.maxSequenceTokens',
      message: `at most ${model.contextLength}, the context of ${model.title}`,
    });
  }
  if (chosen.rank > model.hiddenSize) {
    issues.push({
      path: 'hyperparameters.rank',
      message: `at most ${model.hiddenSize}, the width of ${model.title}`,
    });
  }
  if (issues.length > 0) throw new ProblemError('invalid-request', undefined, issues);
  return Hyperparameters.parse(chosen);
}
