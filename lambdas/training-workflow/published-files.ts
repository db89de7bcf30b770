/** Whether what a manifest names can be loaded at all, by the names of its files. */
import type { ModelFormat } from '../../contracts/model-format.ts';

/** Without these nothing can load the model. */
const ADAPTER_FILES = ['final/adapter_model.safetensors', 'final/adapter_config.json'];
const MERGED_FILES = ['final/config.json'];

const SHARD = /^final\/model-(\d{5})-of-(\d{5})\.safetensors$/;

/** The weights of a merged model that are not there: one file, or every shard of one cut and the index that names them. */
function missingWeights(paths: ReadonlySet<string>): string[] {
  const whole = 'final/model.safetensors';
  if (paths.has(whole)) return [];
  const cut = [...paths].map((path) => SHARD.exec(path)?.[2]).find((shards) => shards !== undefined);
  if (cut === undefined) return [whole];
  const shards = Array.from(
    { length: Number(cut) },
    (_, place) => `final/model-${String(place + 1).padStart(5, '0')}-of-${cut}.safetensors`,
  );
  return [...shards, 'final/model.safetensors.index.json'].filter((path) => !paths.has(path));
}

/** The files that a model of this format needs and that are not among `paths`. */
export function missingFiles(format: ModelFormat, paths: readonly string[]): string[] {
  const there = new Set(paths);
  const isMerged = format === 'merged-safetensors';
  const fixed = (isMerged ? MERGED_FILES : ADAPTER_FILES).filter((path) => !there.has(path));
  return isMerged ? [...fixed, ...missingWeights(there)] : fixed;
}
