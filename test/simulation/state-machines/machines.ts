/** Step Functions Standard, as far as our two machines use it: executions by their names, their ends, and redrives. */
import { Course, type CourseParts } from './course.ts';
import type { Definition } from './definition.ts';
import type { Execution } from './execution.ts';
import { Aborted, ExecutionExists, StateError } from './state-error.ts';

export interface MachineParts extends Omit<CourseParts, 'start' | 'startAndWait'> {
  ended: (execution: Execution) => void;
}

export class StateMachines {
  readonly executions = new Map<string, Execution>();
  readonly #definitions = new Map<string, Definition>();
  readonly #waiting = new Map<Execution, (() => void)[]>();
  readonly #courses = new Map<Execution, Course>();
  readonly #parts: MachineParts;
  #unnamed = 0;

  constructor(parts: MachineParts) {
    this.#parts = parts;
  }

  /** What runs already goes on by the definition it began with (fault 41). */
  deploy(machine: string, definition: Definition): void {
    this.#definitions.set(machine, definition);
  }

  /** Throws `ExecutionExists` for a name that was used, except for the same input while it is open. */
  start(machine: string, name: string | undefined, input: unknown): Execution {
    const definition = this.#definitions.get(machine);
    if (!definition) throw new StateError('StateMachineDoesNotExist', machine);
    this.#unnamed += name === undefined ? 1 : 0;
    const used = name ?? `unnamed-${this.#unnamed}`;
    if (used.length > 80) throw new StateError('InvalidName', used);
    const key = `${machine}:${used}`;
    const before = this.executions.get(key);
    if (before) {
      const isSame = before.status === 'RUNNING' && JSON.stringify(before.input) === JSON.stringify(input);
      if (isSame) return before;
      throw new ExecutionExists(`Execution Already Exists: '${used}'`);
    }
    const execution: Execution = {
      machine,
      name: used,
      input,
      status: 'RUNNING',
      startedAt: this.#parts.clock.now(),
      events: 1,
      transitions: 0,
      state: definition.StartAt,
    };
    this.executions.set(key, execution);
    const parts = {
      ...this.#parts,
      start: this.start.bind(this),
      startAndWait: this.startAndWait.bind(this),
    };
    const course = new Course(parts, execution, definition);
    this.#courses.set(execution, course);
    this.#parts.clock.begin(() => this.#run(execution, course));
    return execution;
  }

  #ended(execution: Execution): Promise<void> {
    if (execution.status !== 'RUNNING') return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(execution, [...(this.#waiting.get(execution) ?? []), resolve]);
    });
  }

  /** As `StopExecution`: no `Catch` runs; its function goes on, and so does a child. False when there is none to end. */
  abort(machine: string, name: string): boolean {
    const execution = this.executions.get(`${machine}:${name}`);
    if (execution?.status !== 'RUNNING') return false;
    this.#end(execution, 'ABORTED');
    return true;
  }

  #end(execution: Execution, status: Execution['status']): void {
    execution.status = status;
    execution.endedAt = this.#parts.clock.now();
    this.#parts.ended(execution);
    for (const wake of this.#waiting.get(execution) ?? []) wake();
    this.#waiting.delete(execution);
  }

  /**
   * As `RedriveExecution`: one that failed or was stopped goes on in the state where it ended, with that state's input,
   * by the definition it began with. A child of that state is started anew. False when there is none to take up.
   */
  redrive(machine: string, name: string): boolean {
    const execution = this.executions.get(`${machine}:${name}`);
    const course = execution && this.#courses.get(execution);
    if (!course || (execution.status !== 'FAILED' && execution.status !== 'ABORTED')) return false;
    execution.status = 'RUNNING';
    execution.events += 1;
    delete execution.endedAt;
    delete execution.error;
    this.#parts.clock.begin(() => this.#run(execution, course));
    return true;
  }

  async #run(execution: Execution, course: Course): Promise<void> {
    try {
      execution.output = await course.run();
      this.#end(execution, 'SUCCEEDED');
    } catch (error) {
      if (error instanceof Aborted) return;
      if (!(error instanceof Error)) throw error;
      execution.error = { name: error.name, cause: error.message };
      this.#end(execution, 'FAILED');
    }
  }

  /** As the task `startExecution.sync:2` sees a child's end. */
  async startAndWait(machine: string, input: unknown): Promise<unknown> {
    const child = this.start(machine, undefined, input);
    await this.#ended(child);
    if (child.status === 'SUCCEEDED') return { Output: child.output, Status: child.status };
    throw new StateError('States.TaskFailed', JSON.stringify(child.error));
  }
}
