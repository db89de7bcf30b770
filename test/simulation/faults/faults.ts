/** Every fault of faults.md by its number. */
import { CLUSTER } from './cluster.ts';
import type { Fault } from './fault.ts';
import { RUNNING } from './running.ts';
import { STARTING } from './starting.ts';
import { STORAGE } from './storage.ts';
import { UPLOADING } from './uploading.ts';

export const FAULTS: readonly Fault[] = [...UPLOADING, ...STARTING, ...STORAGE, ...CLUSTER, ...RUNNING].sort(
  (a, b) => a.number - b.number,
);
