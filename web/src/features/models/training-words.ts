import type { Model } from '../../../../contracts/models.ts';
import { bytes, count, counted, percent } from '../../lib/format/numbers.ts';

type Training = Model['training'];

/** How fast a run was, and how much of its GPUs that took, where their peak is known. */
export function speedWords(training: Training, gpu: string): string {
  const { tokensPerSecond, processes = 1, modelFlopsUtilisation: used } = training;
  const shared = processes > 1 ? `, each batch shared by ${counted(processes, 'process', 'processes')}` : '';
  const share = used === undefined ? '' : `, ${percent(used)} of what it can compute`;
  return `${count(tokensPerSecond)} tokens a second on ${gpu}${shared}${share}`;
}

/** What the run took of the memory beside what was planned for it, and in what parts. */
export function memoryWords({ peakMemoryBytes, memory }: Training): string {
  const peak = `${bytes(peakMemoryBytes)} at the peak`;
  if (memory === undefined) return peak;
  const { plannedBytes, microBatch, accumulation, checkpointing, halvings } = memory;
  const again = accumulation > 1 ? `, ${counted(accumulation, 'time')} a step` : '';
  const recomputed = checkpointing ? ', activations recomputed' : '';
  const met =
    halvings > 0 ? `; it ran out, and what goes through at once was halved ${counted(halvings, 'time')}` : '';
  return `${peak}, ${bytes(plannedBytes)} planned; ${counted(microBatch, 'row')} at once${again}${recomputed}${met}`;
}
