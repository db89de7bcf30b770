/** The secrets of a world: what each is now and was before, and all that ever was one. */
export class Secrets {
  /** By name; the one before is still taken, as Secrets Manager's previous version is. */
  readonly held = new Map<string, { current: string; previous?: string }>();
  /** None of them may stand in a log. */
  readonly ever = new Set<string>();

  rotate(name: string, value: string): void {
    const before = this.held.get(name)?.current;
    this.held.set(name, { current: value, ...(before ? { previous: before } : {}) });
    this.ever.add(value);
  }
}
