import type { Model } from '../../../../contracts/models.ts';
import type { Tone } from '../../components/pill.tsx';
import { count, counted, decimal, loss, percent, signed } from '../../lib/format/numbers.ts';

export interface VerdictWords {
  tone: Tone;
  /** One or two words for lists: the rule's outcome. */
  word: string;
  /** What follows the word at the head of the page. */
  title: string;
  /** What it stands on, and what to do. */
  sentence: string;
}

/** “Ship” only if the whole 95 % interval is better than the base; the rule itself is the API's. */
export function verdictOf(
  model: Pick<Model, 'verdict' | 'evaluation' | 'training' | 'samples'>,
): VerdictWords {
  const { evaluation } = model;
  if (!evaluation) {
    return {
      tone: 'warn',
      word: 'Unproven',
      title: 'A gain can’t be proven',
      sentence: `${heldOutWords(model.training.validationRows)}, so nothing says whether the model is better. ${model.samples.length > 0 ? 'Read its answers below, or train' : 'Train'} on more rows.`,
    };
  }
  const measure = evaluation.objective === 'preferences' ? 'preference loss' : 'validation loss';
  const losses = `${measure} ${loss(evaluation.base.loss)} → ${loss(evaluation.tuned.loss)}`;
  const { mean, low, high } = evaluation.difference;
  const basis = `The difference is ${signed(mean, 3)}, 95 % interval ${signed(low, 3)} to ${signed(high, 3)}, on ${counted(evaluation.rows, 'row')} it never saw.`;
  switch (model.verdict) {
    case 'ship':
      return {
        tone: 'ok',
        word: 'Ship',
        title: losses,
        sentence: `${basis} The whole interval is better than the base.`,
      };
    case 'keep-the-base':
      return {
        tone: 'warn',
        word: 'Keep the base',
        title: losses,
        sentence: `${basis} ${likelyReason(model, low, high)}`,
      };
    case 'unproven':
      return {
        tone: 'warn',
        word: 'Unproven',
        title: losses,
        sentence: `${basis} ${heldOutWords(evaluation.rows)}: too few to rule out chance. More rows would tell.`,
      };
  }
}

function heldOutWords(rows: number): string {
  if (rows === 0) return 'No row was held out';
  return `Only ${counted(rows, 'row')} ${rows === 1 ? 'was' : 'were'} held out`;
}

/** Why a model is not better, as far as its figures say. */
function likelyReason(model: Pick<Model, 'training'>, low: number, high: number): string {
  if (low > 0) return 'It got worse: the learning rate may be too high, or the rows contradict each other.';
  if (high >= 0 && model.training.steps < 100) {
    return `It ran ${counted(model.training.steps, 'step')} only; more epochs or more rows may be enough.`;
  }
  return 'Part of the interval is not better, so the gain may be chance. More rows would narrow it.';
}

export interface QualityRow {
  measure: string;
  note: string;
  base: string;
  tuned: string;
  difference: string;
  interval: string;
  /** For the plot: only where an interval was measured. */
  plot?: { low: number; middle: number; high: number };
  readsAs:
    'better' | 'worse' | 'no change to see' | 'better, no interval' | 'worse, no interval' | 'the same';
}

type Evaluated = NonNullable<Model['evaluation']>;

function lossRow({ base, tuned, difference }: Evaluated, measure: string, note: string): QualityRow {
  return {
    measure,
    note: `${note}, lower is better`,
    base: loss(base.loss),
    tuned: loss(tuned.loss),
    difference: signed(difference.mean, 3),
    interval: `${signed(difference.low, 3)} to ${signed(difference.high, 3)}`,
    plot: { low: difference.low, middle: difference.mean, high: difference.high },
    readsAs: difference.high < 0 ? 'better' : difference.low > 0 ? 'worse' : 'no change to see',
  };
}

/** Of pairs: the base model has moved towards no answer yet, so that it has no share of its own. */
function preferenceRows(evaluation: Evaluated): QualityRow[] {
  const { rows, tuned } = evaluation;
  return [
    lossRow(evaluation, 'Preference loss', counted(rows, 'held-out pair')),
    {
      measure: 'Moved towards the chosen answer',
      note: 'same pairs, higher is better; chance is 50 %',
      base: '–',
      tuned: percent(tuned.tokenAccuracy, 1),
      difference: '–',
      interval: '–',
      readsAs:
        tuned.tokenAccuracy > 0.5
          ? 'better, no interval'
          : tuned.tokenAccuracy < 0.5
            ? 'worse, no interval'
            : 'the same',
    },
  ];
}

/** The quality table. Perplexity is e to the loss, so its ratio has the loss's interval. */
export function qualityRows(evaluation: Evaluated): QualityRow[] {
  if (evaluation.objective === 'preferences') return preferenceRows(evaluation);
  const { base, tuned, difference, rows } = evaluation;
  const ofLoss = lossRow(evaluation, 'Validation loss', counted(rows, 'held-out row'));
  const { readsAs, plot } = ofLoss;
  const gain = tuned.tokenAccuracy - base.tokenAccuracy;
  return [
    ofLoss,
    {
      measure: 'Perplexity',
      note: 'same rows, lower is better',
      base: decimal(base.perplexity, 2),
      tuned: decimal(tuned.perplexity, 2),
      difference: ratio(difference.mean),
      interval: `${ratio(difference.low)} to ${ratio(difference.high)}`,
      ...(plot ? { plot } : {}),
      readsAs,
    },
    {
      measure: 'Next token right',
      note: `of ${count(evaluation.tokens)} tokens, higher is better`,
      base: percent(base.tokenAccuracy, 1),
      tuned: percent(tuned.tokenAccuracy, 1),
      difference: `${signed(gain * 100, 1)} points`,
      ...accuracyReads(gain, evaluation.accuracyDifference),
    },
  ];
}

/** Higher is better here; a model from before accuracy had an interval says so. */
function accuracyReads(
  gain: number,
  interval: NonNullable<Model['evaluation']>['accuracyDifference'],
): Pick<QualityRow, 'interval' | 'readsAs'> {
  if (!interval) {
    const readsAs =
      Math.abs(gain) < 0.0005 ? 'the same' : gain > 0 ? 'better, no interval' : 'worse, no interval';
    return { interval: '–', readsAs };
  }
  const { low, high } = interval;
  return {
    interval: `${signed(low * 100, 1)} to ${signed(high * 100, 1)}`,
    readsAs: low > 0 ? 'better' : high < 0 ? 'worse' : 'no change to see',
  };
}

/** A difference of losses as the factor between perplexities: `÷ 1.84` where it fell, `× 1.02` where it rose. */
function ratio(lossDifference: number): string {
  const factor = Math.exp(Math.abs(lossDifference));
  return `${lossDifference < 0 ? '÷' : '×'} ${decimal(factor, factor < 10 ? 2 : factor < 100 ? 1 : 0)}`;
}

/** What a published file is; by its name, as PEFT and tokenizers write them. */
export function fileWords(path: string, model: Pick<Model, 'hyperparameters'>): string {
  const name = path.split('/').at(-1) ?? path;
  switch (name) {
    case 'adapter_model.safetensors':
      return 'LoRA weights';
    case 'model.safetensors':
      return 'weights, the adapter merged in';
    case 'model.gguf':
      return 'the whole model, tokenizer and chat template';
    case 'model.safetensors.index.json':
      return 'which file holds which weight';
    case 'config.json':
      return 'the model’s shape';
    case 'generation_config.json':
      return 'how it answers by default';
    case 'adapter_config.json':
      return `rank ${count(model.hyperparameters.rank)}, alpha ${count(model.hyperparameters.alpha)}`;
    case 'tokenizer.json':
    case 'tokenizer.model':
      return 'tokenizer, unchanged';
    case 'tokenizer_config.json':
      return 'tokenizer’s settings';
    case 'special_tokens_map.json':
      return 'special tokens';
    case 'chat_template.jinja':
      return 'chat template';
    case 'metrics.jsonl':
      return 'every measured step';
    case 'evaluation.json':
      return 'base and tuned, measured';
    case 'README.md':
      return 'model card';
    case 'manifest.json':
      return 'checksums of all the rest';
    default:
      return shardWords(name);
  }
}

function shardWords(name: string): string {
  const [, number, of] = /^model-(\d+)-of-(\d+)\.(?:safetensors|gguf)$/.exec(name) ?? [];
  return number && of ? `weights, part ${count(Number(number))} of ${count(Number(of))}` : '';
}

/** `sha256sum -c` reads this: checksum, two spaces, path. */
export function checksumFile(files: readonly { path: string; sha256: string }[]): string {
  return files.map((file) => `${file.sha256}  ${file.path}\n`).join('');
}
