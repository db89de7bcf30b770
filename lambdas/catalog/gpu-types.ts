/** The GPU types BrightRun knows, with dated prices. A stage lists the ones it has (`GPU_TYPES`). */
import type { GpuType } from '../../contracts/catalog.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { gpuCountsOf } from './machines.ts';

/** What the cluster and the estimate need of a GPU type and the API does not show. */
export interface CatalogGpuType extends Omit<GpuType, 'gpuCounts'> {
  /** What one of it asks of Ray; a run of n asks n times as much. */
  ray: { numCpus: number; numGpus: number; memoryBytes: number };
  /** Over how many machines a job may be spread. */
  machinesPerJob: number;
  /** Dense bf16 floating-point operations a second, from the maker's data sheet; absent where runs were measured. */
  peakFlops?: number;
  /** Memory that is taken before a model is: CUDA's context and fragments, or Python with its libraries. */
  overheadBytes: number;
  /** Until the trainer's first line: image, Python, libraries. Seconds. */
  startSeconds: { low: number; expected: number; high: number };
  /** How quickly weights arrive, bytes a second: hub and disk on a cluster, disk here. */
  loadBytesPerSecond: { low: number; expected: number; high: number };
}

const GIB = 1024 ** 3;
const GB = 1e9;

/** What the API answers of a type. */
export function toPublicGpuType(type: CatalogGpuType): GpuType {
  const { id, title, accelerator, memoryBytes, usdMicrosPerHour, pricedOn, priceSource, gpusPerMachine } =
    type;
  const shown = { id, title, accelerator, memoryBytes, usdMicrosPerHour, pricedOn, priceSource };
  return { ...shown, gpusPerMachine, gpuCounts: gpuCountsOf(type) };
}

/** A GPU node's share for one GPU: 12 of its cores and 96 GiB are what eight-GPU machines have for each. */
const NODE_SHARE = { numCpus: 12, numGpus: 1, memoryBytes: 96 * GIB };
/** Cloud machines with these GPUs have eight of them; a job takes at most what the contract's limit allows. */
const MACHINE = { gpusPerMachine: 8, machinesPerJob: LIMITS.gpusPerJob / 8 };
/** Image and libraries are there after 30 s on a warm node, after minutes on a fresh one. */
const CLUSTER_START = { low: 20, expected: 60, high: 240 };
/** 1 GB/s from a disk nearby, 200 MB/s from a hub on a good day, 50 MB/s on a bad one. */
const CLUSTER_LOAD = { low: 5e7, expected: 2e8, high: 1e9 };

export const GPU_TYPES: readonly CatalogGpuType[] = [
  {
    id: 'cpu-2',
    title: 'Two CPU cores',
    accelerator: 'cpu',
    memoryBytes: 4 * GIB,
    // $0.08 an hour, near what two virtual cores cost on demand: small sums that behave as real ones do.
    usdMicrosPerHour: 80_000,
    pricedOn: '2026-11-23',
    priceSource: 'set by this installation, near two virtual cores on demand',
    ray: { numCpus: 2, numGpus: 0, memoryBytes: GIB },
    // mlx trains in one process, whatever it is given.
    gpusPerMachine: 8,
    machinesPerJob: 1,
    // 360 MB of resident memory before the first row, measured for Python with mlx.
    overheadBytes: 400 * 1024 ** 2,
    // Ray: POST to first output 1.3–3 s (facts.md §3), then Python's imports.
    startSeconds: { low: 3, expected: 5, high: 15 },
    loadBytesPerSecond: { low: 2e7, expected: 1e8, high: 5e8 },
  },
  {
    id: 'nvidia-a100-80gb',
    title: 'NVIDIA A100 80 GB',
    accelerator: 'cuda',
    memoryBytes: 80 * GB,
    usdMicrosPerHour: 3_890_000,
    pricedOn: '2026-11-01',
    priceSource: 'list price seen for one GPU-hour',
    ray: NODE_SHARE,
    ...MACHINE,
    peakFlops: 312e12,
    overheadBytes: 1.4 * GB,
    startSeconds: CLUSTER_START,
    loadBytesPerSecond: CLUSTER_LOAD,
  },
  {
    id: 'nvidia-h100-80gb',
    title: 'NVIDIA H100 80 GB',
    accelerator: 'cuda',
    memoryBytes: 80 * GB,
    // Lists say 5.50 to 7.00: the upper end, so that a bill is not above the estimate.
    usdMicrosPerHour: 7_000_000,
    pricedOn: '2026-11-01',
    priceSource: 'upper end of the list prices seen for one GPU-hour',
    ray: NODE_SHARE,
    ...MACHINE,
    peakFlops: 989e12,
    overheadBytes: 1.4 * GB,
    startSeconds: CLUSTER_START,
    loadBytesPerSecond: CLUSTER_LOAD,
  },
  {
    id: 'nvidia-b200',
    title: 'NVIDIA B200 180 GB',
    accelerator: 'cuda',
    memoryBytes: 180 * GB,
    usdMicrosPerHour: 10_000_000,
    pricedOn: '2026-11-01',
    priceSource: 'list price seen for one GPU-hour',
    ray: { ...NODE_SHARE, memoryBytes: 192 * GIB },
    ...MACHINE,
    peakFlops: 2250e12,
    overheadBytes: 1.4 * GB,
    startSeconds: CLUSTER_START,
    loadBytesPerSecond: CLUSTER_LOAD,
  },
];
