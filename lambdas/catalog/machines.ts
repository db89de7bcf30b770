/** A job's GPUs on the cluster's machines: up to one machine's any number, above it whole machines (docs/decisions/0032). */
import type { GpuType } from '../../contracts/catalog.ts';
import { ProblemError } from '../../contracts/problems.ts';

interface Machine extends Pick<GpuType, 'accelerator' | 'title' | 'gpusPerMachine'> {
  machinesPerJob: number;
}

/** How many machines, and how many of the job's GPUs each has. */
export function machinesOf(
  { gpusPerMachine }: Pick<Machine, 'gpusPerMachine'>,
  gpuCount: number,
): { machines: number; gpusEach: number } {
  const machines = Math.ceil(gpuCount / gpusPerMachine);
  return { machines, gpusEach: machines === 1 ? gpuCount : gpusPerMachine };
}

/** What a person is offered: halves of a machine, and twice as many machines each time. */
export function gpuCountsOf({ accelerator, gpusPerMachine, machinesPerJob }: Machine): number[] {
  if (accelerator === 'cpu') return [1];
  const counts: number[] = [];
  for (let count = 1; count <= gpusPerMachine * machinesPerJob; count *= 2) counts.push(count);
  return counts;
}

/** Throws `invalid-request` for more than a job may take, or for a part of a further machine: it would be paid for whole. */
export function assertGpuCount(type: Machine, gpuCount: number): void {
  const { title, gpusPerMachine, machinesPerJob } = type;
  const most = gpusPerMachine * machinesPerJob;
  const isWhole = gpuCount <= gpusPerMachine || gpuCount % gpusPerMachine === 0;
  if (gpuCount <= most && isWhole) return;
  const message =
    gpuCount > most
      ? `A job takes at most ${most} of ${title}`
      : `A machine has ${gpusPerMachine} of ${title}; beyond one they are taken whole: ${gpuCountsOf(type)
          .filter((count) => count > gpusPerMachine)
          .join(' or ')}`;
  throw new ProblemError('invalid-request', undefined, [{ path: 'gpuCount', message }]);
}
