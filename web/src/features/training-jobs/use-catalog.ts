import { useQuery } from '@tanstack/react-query';
import {
  listBaseModels,
  listGpuTypes,
  listPresets,
  type BaseModel,
  type GpuType,
} from '../../../../contracts/catalog.ts';
import type { DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { query } from '../../lib/api.ts';
import { gpuWords } from './job-words.ts';

/** The catalog changes with a deployment, not while somebody looks. */
const FRESH = 10 * 60_000;

export const baseModelsQuery = query(listBaseModels, {}, { freshMilliseconds: FRESH });
export const gpuTypesQuery = query(listGpuTypes, {}, { freshMilliseconds: FRESH });

/** The presets of a base model; preference pairs have their own. Waits until there is a base model. */
export function presetsQuery(baseModel: string, version: DatasetVersion | undefined) {
  const isPairs = version?.status === 'ready' && version.summary.format === 'preference';
  return query(
    listPresets,
    { query: { baseModel, ...(isPairs ? { format: 'preference' } : {}) } },
    { enabled: baseModel !== '', freshMilliseconds: FRESH },
  );
}

/** What the catalog calls a base model or GPU type; its id until the catalog is there, or where it left it. */
export function useCatalogNames() {
  const baseModels = useQuery(baseModelsQuery).data?.items ?? [];
  const gpuTypes = useQuery(gpuTypesQuery).data?.items ?? [];
  return {
    baseModel: (id: string) => find(baseModels, id)?.title ?? id.split('/').at(-1) ?? id,
    gpu: (id: string, gpuCount: number) => {
      const type = find(gpuTypes, id);
      return gpuWords(type?.title ?? id, gpuCount, type?.accelerator);
    },
    gpuType: (id: string): GpuType | undefined => find(gpuTypes, id),
  };
}

function find<Item extends BaseModel | GpuType>(items: readonly Item[], id: string): Item | undefined {
  return items.find((item) => item.id === id);
}
