/** Whether what a manifest names can be loaded at all, by the names of its files. */
import { isGguf, type ModelFormat } from '../../contracts/model-format.ts';

/** Without these nothing can load the model. */
const ADAPTER_FILES = ['final/adapter_model.safetensors', 'final/adapter_config.json'];
const MERGED_FILES = ['final/config.json'];

type Ending = 'safetensors' | 'gguf';
const PART = /^final\/model-\d{5}-of-(\d{5})\.(safetensors|gguf)$/;

/** The weights of a whole model that are not there: one file, or every part of one cut. */
function missingWeights(paths: ReadonlySet<string>, ending: Ending): string[] {
  const whole = `final/model.${ending}`;
  if (paths.has(whole)) return [];
  const cut = [...paths].map((path) => PART.exec(path)).find((part) => part?.[2] === ending)?.[1];
  if (cut === undefined) return [whole];
  const parts = Array.from(
    { length: Number(cut) },
    (_, place) => `final/model-${String(place + 1).padStart(5, '0')}-of-${cut}.${ending}`,
  );
  // Parts of a GGUF say themselves what they hold.
  const index = ending === 'gguf' ? [] : ['final/model.safetensors.index.json'];
  return [...parts, ...index].filter((path) => !paths.has(path));
}

/** The files that a model of this format needs and that are not among `paths`. */
export function missingFiles(format: ModelFormat, paths: readonly string[]): string[] {
  const there = new Set(paths);
  if (isGguf(format)) return missingWeights(there, 'gguf');
  const isMerged = format === 'merged-safetensors';
  const fixed = (isMerged ? MERGED_FILES : ADAPTER_FILES).filter((path) => !there.has(path));
  return isMerged ? [...fixed, ...missingWeights(there, 'safetensors')] : fixed;
}
