/** The base models BrightRun knows. A stage lists the ones it offers (`BASE_MODELS`); nothing else is tuned. */
import type { BaseModel } from '../../contracts/catalog.ts';

/** The widths that decide what an adapter, a step and a checkpoint weigh; read from each model's config.json. */
interface Architecture {
  layers: number;
  /** Width of all query heads together, and of all key (or value) heads together. */
  queryWidth: number;
  keyValueWidth: number;
  feedForward: number;
  vocabulary: number;
}

/** A base model with what only the estimate needs; `toPublic` is what the API shows. */
export interface CatalogBaseModel extends Omit<BaseModel, 'loraParametersPerRank'> {
  knowsTools: boolean;
  fitsLlamaCpp: boolean;
  architecture: Architecture;
  /** Whose tokens it counts: figures counted with another tokenizer are only a hint. */
  tokenizer: string;
}

/**
 * Trainable parameters for each unit of rank: an adapter on a layer [in, out] adds `rank × (in + out)`.
 * Llama-3.1-8B, all linear: 32 × (26,624 attention + 55,296 feed-forward) = 2,621,440 (facts.md §5).
 */
export function loraParametersPerRank(
  model: Pick<CatalogBaseModel, 'hiddenSize' | 'architecture'>,
  targets: 'attention' | 'all-linear',
): number {
  const { layers, queryWidth, keyValueWidth, feedForward } = model.architecture;
  const hidden = model.hiddenSize;
  const attention = 2 * (hidden + queryWidth) + 2 * (hidden + keyValueWidth);
  const feed = 3 * (hidden + feedForward);
  return layers * (targets === 'attention' ? attention : attention + feed);
}

/** What the API answers of a model. */
export function toPublic(model: CatalogBaseModel): BaseModel {
  const { architecture: _widths, tokenizer: _tokenizer, ...rest } = model;
  return { ...rest, loraParametersPerRank: loraParametersPerRank(model, 'all-linear') };
}

const LLAMA_LICENCE = 'Llama 3.1 Community License';
const LLAMA_32_LICENCE = 'Llama 3.2 Community License';

/**
 * Parameters are counted from the widths (embedding + layers + norms); weights are two bytes each (bf16).
 * Each hub revision was found in several independent public repositories that pin it, under the same repository name.
 * A Llama or Qwen3 with its family's tokenizer fits llama.cpp (trainer: export/llama_cpp); another family is false.
 */
export const BASE_MODELS: readonly CatalogBaseModel[] = [
  {
    id: 'brightrun/tiny-base',
    title: 'Tiny base',
    family: 'llama',
    about:
      'Under a million parameters and its own small world: shows the whole journey on any machine in minutes. Not for real work.',
    licence: 'Apache-2.0',
    // 768 × 128 tied embedding + 4 × 184,576 + 128
    parameters: 836_736,
    hiddenSize: 128,
    contextLength: 256,
    weightBytes: 1_673_472,
    // SHA-256 of its model.safetensors: a remade model is another revision.
    source: {
      kind: 'packaged',
      revision: '6bab200d289c46c23403db0cdb0528a8eba8cd572d84f9ec4f943292baad4f64',
    },
    architecture: { layers: 4, queryWidth: 128, keyValueWidth: 64, feedForward: 352, vocabulary: 768 },
    tokenizer: 'brightrun/tiny-base',
    knowsTools: false,
    fitsLlamaCpp: true,
  },
  {
    id: 'meta-llama/Llama-3.2-1B-Instruct',
    title: 'Llama 3.2 1B Instruct',
    family: 'llama',
    about: 'Small and quick: classification, extraction and short answers in a fixed style.',
    licence: LLAMA_32_LICENCE,
    parameters: 1_235_814_400,
    hiddenSize: 2048,
    contextLength: 131_072,
    weightBytes: 2_471_628_800,
    source: {
      kind: 'hub',
      repository: 'meta-llama/Llama-3.2-1B-Instruct',
      revision: '9213176726f574b556790deb65791e0c5aa438b6',
    },
    architecture: {
      layers: 16,
      queryWidth: 2048,
      keyValueWidth: 512,
      feedForward: 8192,
      vocabulary: 128_256,
    },
    tokenizer: 'llama-3',
    knowsTools: true,
    fitsLlamaCpp: true,
  },
  {
    id: 'meta-llama/Llama-3.2-3B-Instruct',
    title: 'Llama 3.2 3B Instruct',
    family: 'llama',
    about: 'A middle way: follows longer instructions than 1B at a third of the cost of 8B.',
    licence: LLAMA_32_LICENCE,
    parameters: 3_212_749_824,
    hiddenSize: 3072,
    contextLength: 131_072,
    weightBytes: 6_425_499_648,
    source: {
      kind: 'hub',
      repository: 'meta-llama/Llama-3.2-3B-Instruct',
      revision: '0cb88a4f764b7a12671c53f0838cd831a0843b95',
    },
    architecture: {
      layers: 28,
      queryWidth: 3072,
      keyValueWidth: 1024,
      feedForward: 8192,
      vocabulary: 128_256,
    },
    tokenizer: 'llama-3',
    knowsTools: true,
    fitsLlamaCpp: true,
  },
  {
    id: 'meta-llama/Llama-3.1-8B-Instruct',
    title: 'Llama 3.1 8B Instruct',
    family: 'llama',
    about: 'The usual choice for a product: learns style, format and domain words from a few hundred rows.',
    licence: LLAMA_LICENCE,
    parameters: 8_030_261_248,
    hiddenSize: 4096,
    contextLength: 131_072,
    weightBytes: 16_060_522_496,
    source: {
      kind: 'hub',
      repository: 'meta-llama/Llama-3.1-8B-Instruct',
      revision: '0e9e39f249a16976918f6564b8830bc894c89659',
    },
    architecture: {
      layers: 32,
      queryWidth: 4096,
      keyValueWidth: 1024,
      feedForward: 14_336,
      vocabulary: 128_256,
    },
    tokenizer: 'llama-3',
    knowsTools: true,
    fitsLlamaCpp: true,
  },
  {
    id: 'Qwen/Qwen3-8B',
    title: 'Qwen3 8B',
    family: 'qwen',
    about: 'Strong in code, mathematics and many languages; an open licence without conditions of use.',
    licence: 'Apache-2.0',
    parameters: 8_190_735_360,
    hiddenSize: 4096,
    contextLength: 40_960,
    weightBytes: 16_381_470_720,
    source: {
      kind: 'hub',
      repository: 'Qwen/Qwen3-8B',
      revision: 'b968826d9c46dd6066d109eabc6255188de91218',
    },
    architecture: {
      layers: 36,
      queryWidth: 4096,
      keyValueWidth: 1024,
      feedForward: 12_288,
      vocabulary: 151_936,
    },
    tokenizer: 'qwen-3',
    knowsTools: true,
    fitsLlamaCpp: true,
  },
  {
    id: 'meta-llama/Llama-3.1-70B-Instruct',
    title: 'Llama 3.1 70B Instruct',
    family: 'llama',
    about: 'For tasks that smaller models cannot do at all; several GPUs, and ten times the price of 8B.',
    licence: LLAMA_LICENCE,
    parameters: 70_553_706_496,
    hiddenSize: 8192,
    contextLength: 131_072,
    weightBytes: 141_107_412_992,
    source: {
      kind: 'hub',
      repository: 'meta-llama/Llama-3.1-70B-Instruct',
      revision: '1605565b47bb9346c5515c34102e054115b4f98b',
    },
    architecture: {
      layers: 80,
      queryWidth: 8192,
      keyValueWidth: 1024,
      feedForward: 28_672,
      vocabulary: 128_256,
    },
    tokenizer: 'llama-3',
    knowsTools: true,
    fitsLlamaCpp: true,
  },
];
