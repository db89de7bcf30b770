import * as z from 'zod';
import { catalogOperations, listBaseModels, listGpuTypes, listPresets } from '../../contracts/catalog.ts';
import { commaList } from '../runtime/environment.ts';
import { serve } from '../runtime/serve.ts';
import { toPublic } from './base-models.ts';
import { toPublicGpuType } from './gpu-types.ts';
import { presetsFor } from './presets.ts';
import { stageCatalog } from './stage-catalog.ts';

export const environment = z.object({ BASE_MODELS: commaList, GPU_TYPES: commaList });

export const handler = serve(catalogOperations, environment, (env) => {
  const catalog = stageCatalog(env);
  return {
    [listBaseModels.id]: () => ({ items: catalog.baseModels.map(toPublic) }),
    [listGpuTypes.id]: () => ({ items: catalog.gpuTypes.map(toPublicGpuType) }),
    [listPresets.id]: ({ query }) => ({
      items: presetsFor(catalog.baseModel(query.baseModel), query.format),
    }),
  };
});
