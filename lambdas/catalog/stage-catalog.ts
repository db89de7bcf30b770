/** What one stage offers: the entries of `BASE_MODELS` and `GPU_TYPES`, in their order. */
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS, type CatalogBaseModel } from './base-models.ts';
import { GPU_TYPES, type CatalogGpuType } from './gpu-types.ts';

export interface StageCatalog {
  readonly baseModels: readonly CatalogBaseModel[];
  readonly gpuTypes: readonly CatalogGpuType[];
  /** Throws `base-model-unknown`. */
  baseModel(id: string): CatalogBaseModel;
  /** Throws `gpu-type-unknown`. */
  gpuType(id: string): CatalogGpuType;
}

/** Takes the lists of the environment (`commaList`). An id nobody knows is a fault of the deployment and throws at start. */
export function stageCatalog(lists: { BASE_MODELS: string[]; GPU_TYPES: string[] }): StageCatalog {
  const baseModels = listed(lists.BASE_MODELS, BASE_MODELS, 'BASE_MODELS');
  const gpuTypes = listed(lists.GPU_TYPES, GPU_TYPES, 'GPU_TYPES');
  return {
    baseModels,
    gpuTypes,
    baseModel(id) {
      const found = baseModels.find((model) => model.id === id);
      if (!found) throw new ProblemError('base-model-unknown');
      return found;
    },
    gpuType(id) {
      const found = gpuTypes.find((type) => type.id === id);
      if (!found) throw new ProblemError('gpu-type-unknown');
      return found;
    },
  };
}

function listed<Entry extends { id: string }>(
  ids: readonly string[],
  known: readonly Entry[],
  name: string,
): Entry[] {
  return ids.map((id) => {
    const entry = known.find((candidate) => candidate.id === id);
    if (!entry) throw new Error(`${name} names ${id}, which the catalog does not know`);
    return entry;
  });
}
