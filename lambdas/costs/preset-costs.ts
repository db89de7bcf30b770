/** What each preset would cost on a dataset that was checked. */
import type { Preset } from '../../contracts/catalog.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';
import { presetsFor } from '../catalog/presets.ts';
import { estimateRun, type RunEstimate } from './estimate.ts';
import type { CheckedData } from './run-size.ts';

export interface PresetCost {
  preset: Preset;
  estimate: RunEstimate;
}

/** In the order in which presets are shown. */
export function presetCosts(
  data: CheckedData,
  baseModel: CatalogBaseModel,
  on: { gpuType: CatalogGpuType; gpuCount: number },
): PresetCost[] {
  return presetsFor(baseModel, data.summary.format).map((preset) => ({
    preset,
    estimate: estimateRun({ data, baseModel, ...on, hyperparameters: preset.hyperparameters }),
  }));
}

/** Up to what one machine has; what has no GPU is one machine by itself. */
const COUNTS = { cuda: [1, 2, 4, 8], cpu: [1] } as const;

/** The cheapest GPUs an hour on which every preset fits; undefined where none does. */
export function cheapestGpus(
  data: CheckedData,
  baseModel: CatalogBaseModel,
  gpuTypes: readonly CatalogGpuType[],
): { gpuType: CatalogGpuType; gpuCount: number } | undefined {
  return gpuTypes
    .flatMap((gpuType) => COUNTS[gpuType.accelerator].map((gpuCount) => ({ gpuType, gpuCount })))
    .toSorted((a, b) => priceOf(a) - priceOf(b))
    .find((on) => presetCosts(data, baseModel, on).every(({ estimate }) => estimate.memory.fits));
}

const priceOf = ({ gpuType, gpuCount }: { gpuType: CatalogGpuType; gpuCount: number }): number =>
  gpuType.usdMicrosPerHour * gpuCount;
