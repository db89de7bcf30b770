import type { BaseModel } from '../../../../contracts/catalog.ts';
import type { ModelFormat } from '../../../../contracts/model-format.ts';
import { bytes } from '../../lib/format/numbers.ts';

/** The formats in the order in which they are offered: what it is, and when one would take it. */
export const MODEL_FORMATS: readonly { value: ModelFormat; label: string; why: string }[] = [
  {
    value: 'peft',
    label: 'Adapter',
    why: 'A small file on top of the base model, as it was trained; loads with PEFT, and many can share one base.',
  },
  {
    value: 'peft-bf16',
    label: 'Adapter, bf16',
    why: 'The adapter rounded to half its bytes; an answer may turn where two words were nearly as likely.',
  },
  {
    value: 'merged-safetensors',
    label: 'Merged model',
    why: 'The whole model in one piece, for transformers, vLLM and other servers that take no adapter.',
  },
  {
    value: 'gguf',
    label: 'GGUF',
    why: 'The whole model for llama.cpp, LM Studio and Ollama, with nothing rounded away; smaller ones can be made of it.',
  },
  {
    value: 'gguf-q8_0',
    label: 'GGUF, 8 bits',
    why: 'The same in about half the bytes, for a laptop; an answer may turn where two words were nearly as likely.',
  },
];

/** By its name: the contract's own question would bring its schemas onto every page. */
export const isGguf = (format: ModelFormat): boolean => format.startsWith('gguf');

/** As a noun in a sentence or a list. */
export const formatLabel = (format: ModelFormat): string =>
  MODEL_FORMATS.find(({ value }) => value === format)?.label ?? format;

/** What the weights take: of an adapter where it sits on all linear layers, for which the catalog has the figure. */
export function formatSize(
  format: ModelFormat,
  baseModel: Pick<BaseModel, 'weightBytes' | 'loraParametersPerRank'> | undefined,
  adapter: { rank: number; targetModules: string } | undefined,
): string | undefined {
  if (!baseModel) return undefined;
  // Q8_0 keeps 32 weights in 34 bytes instead of 64.
  if (format === 'merged-safetensors' || isGguf(format))
    return bytes(baseModel.weightBytes * (format === 'gguf-q8_0' ? 34 / 64 : 1));
  if (adapter?.targetModules !== 'all-linear') return undefined;
  return bytes(baseModel.loraParametersPerRank * adapter.rank * (format === 'peft' ? 4 : 2));
}
