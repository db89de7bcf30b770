/** Which faults were done how often, and where in a job's life. */
export class Hits {
  /** By fault, how often. */
  readonly injected = new Map<number, number>();
  /** Fault, state of the job, state of the workflow: each once. */
  readonly points = new Set<string>();

  /** True for a point that is new. */
  add(fault: number, point: string): boolean {
    this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
    const isNew = !this.points.has(point);
    this.points.add(point);
    return isNew;
  }
}
