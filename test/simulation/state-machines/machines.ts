/** Step Functions Standard, as far as our two machines use it: names, history, limits, retries and catches. */
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { Definition, State, Task } from './definition.ts';
import { evaluate } from './expressions.ts';
import { matches, StateError } from './state-error.ts';

/** Both hard (facts.md §2). */
const HISTORY_EVENTS = 25_000;
const PAYLOAD_BYTES = 256 * 1024;

export interface Execution {
  machine: string;
  name: string;
  input: unknown;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  startedAt: number;
  endedAt?: number;
  output?: unknown;
  error?: { name: string; cause: string };
  events: number;
  transitions: number;
  state: string;
}

export class ExecutionExists extends Error {
  override name = 'ExecutionAlreadyExists';
}

/** The execution was stopped from outside: its course goes no further. */
class Aborted extends Error {}

export interface MachineParts {
  clock: Clock;
  random: Random;
  invoke: (functionName: string, payload: unknown) => Promise<unknown>;
  /** The name of the machine that an ARN of a definition means. */
  machineOf: (arn: string) => string;
  ended: (execution: Execution) => void;
}

export class StateMachines {
  readonly executions = new Map<string, Execution>();
  readonly #definitions = new Map<string, Definition>();
  readonly #waiting = new Map<Execution, (() => void)[]>();
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
    this.#parts.clock.begin(() => this.#run(execution, definition));
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

  async #run(execution: Execution, definition: Definition): Promise<void> {
    try {
      execution.output = await new Course(this.#parts, this, execution, definition).run();
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

class Course {
  readonly #parts: MachineParts;
  readonly #machines: StateMachines;
  readonly #execution: Execution;
  readonly #definition: Definition;
  readonly #variables: Record<string, unknown> = {};

  constructor(parts: MachineParts, machines: StateMachines, execution: Execution, definition: Definition) {
    this.#parts = parts;
    this.#machines = machines;
    this.#execution = execution;
    this.#definition = definition;
  }

  async run(): Promise<unknown> {
    let name: string | undefined = this.#definition.StartAt;
    let input = this.#execution.input;
    while (name !== undefined) {
      const state: State | undefined = this.#definition.States[name];
      if (!state) throw new StateError('States.Runtime', `There is no state ${name}.`);
      this.#execution.state = name;
      this.#execution.transitions += 1;
      this.#history(1);
      const done = await this.#enter(state, input);
      if (this.#execution.status !== 'RUNNING') throw new Aborted();
      this.#history(1);
      limited(done.output);
      input = done.output;
      name = done.next;
    }
    this.#history(1);
    return input;
  }

  #history(events: number): void {
    this.#execution.events += events;
    if (this.#execution.events > HISTORY_EVENTS) {
      throw new StateError('States.Runtime', 'The execution reached the maximum number of history events.');
    }
  }

  #bindings(states: Record<string, unknown>): Record<string, unknown> {
    const context = { Execution: { Id: `${this.#execution.machine}:${this.#execution.name}` } };
    return { ...this.#variables, states: { context, ...states } };
  }

  /** Assignments count from the next state on. */
  async #close(
    of: { Assign?: Record<string, unknown> | undefined; Output?: unknown },
    bindings: Record<string, unknown>,
    otherwise: unknown,
  ): Promise<unknown> {
    const output = of.Output === undefined ? otherwise : await evaluate(of.Output, bindings);
    if (of.Assign) Object.assign(this.#variables, await evaluate(of.Assign, bindings));
    return output;
  }

  async #enter(state: State, input: unknown): Promise<{ output: unknown; next: string | undefined }> {
    const bindings = this.#bindings({ input });
    switch (state.Type) {
      case 'Pass':
        return { output: await this.#close(state, bindings, input), next: state.Next };
      case 'Wait': {
        const seconds = await evaluate(state.Seconds, bindings);
        if (!Number.isInteger(seconds) || (seconds as number) < 0) {
          throw new StateError('States.QueryEvaluationError', `It cannot wait for ${String(seconds)} s.`);
        }
        await this.#parts.clock.sleep((seconds as number) * 1000);
        return { output: await this.#close(state, bindings, input), next: state.Next };
      }
      case 'Choice': {
        for (const choice of state.Choices) {
          const holds = await evaluate(choice.Condition, bindings);
          if (typeof holds !== 'boolean') {
            throw new StateError('States.QueryEvaluationError', `${choice.Condition} is no boolean.`);
          }
          if (holds) return { output: await this.#close(choice, bindings, input), next: choice.Next };
        }
        if (!state.Default) throw new StateError('States.NoChoiceMatched', 'No choice fits.');
        return { output: await this.#close(state, bindings, input), next: state.Default };
      }
      case 'Succeed':
        return { output: await this.#close(state, bindings, input), next: undefined };
      case 'Fail':
        throw new StateError(state.Error ?? 'States.Failed', state.Cause ?? '');
      case 'Task':
        return this.#task(state, input);
    }
  }

  async #task(state: Task, input: unknown): Promise<{ output: unknown; next: string | undefined }> {
    const tried = new Map<unknown, number>();
    for (;;) {
      try {
        const result = await this.#attempt(state, input);
        return {
          output: await this.#close(state, this.#bindings({ input, result }), result),
          next: state.Next,
        };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (this.#execution.status !== 'RUNNING') throw new Aborted();
        const pause = this.#pauseBeforeRetry(state, error, tried);
        if (pause !== undefined) {
          await this.#parts.clock.sleep(pause * 1000);
          // A retry is paid for as a transition.
          this.#execution.transitions += 1;
          continue;
        }
        const catcher = state.Catch.find(({ ErrorEquals }) => matches(ErrorEquals, error));
        if (!catcher) throw error;
        const errorOutput = { Error: error.name, Cause: error.message };
        return {
          output: await this.#close(catcher, this.#bindings({ input, errorOutput }), errorOutput),
          next: catcher.Next,
        };
      }
    }
  }

  /** The first retrier that knows the error decides, also when its tries are spent. */
  #pauseBeforeRetry(state: Task, error: Error, tried: Map<unknown, number>): number | undefined {
    const retrier = state.Retry.find(({ ErrorEquals }) => matches(ErrorEquals, error));
    if (!retrier) return undefined;
    const times = tried.get(retrier) ?? 0;
    if (times >= retrier.MaxAttempts) return undefined;
    tried.set(retrier, times + 1);
    const { IntervalSeconds, BackoffRate, MaxDelaySeconds = Infinity, JitterStrategy } = retrier;
    const pause = Math.min(IntervalSeconds * BackoffRate ** times, MaxDelaySeconds);
    return JitterStrategy === 'FULL' ? pause * this.#parts.random.next() : pause;
  }

  async #attempt(state: Task, input: unknown): Promise<unknown> {
    const given = (await evaluate(state.Arguments, this.#bindings({ input }))) as Record<string, unknown>;
    limited(given);
    const isChild = state.Resource.endsWith('.sync:2');
    // Scheduled, started, and for a child submitted; then succeeded or failed.
    this.#history(isChild ? 4 : 3);
    const work = this.#perform(state, given);
    const result = await (state.TimeoutSeconds === undefined
      ? work
      : this.#within(work, state.TimeoutSeconds));
    limited(result);
    return result;
  }

  async #perform(state: Task, given: Record<string, unknown>): Promise<unknown> {
    if (state.Resource === 'arn:aws:states:::lambda:invoke') {
      return { Payload: await this.#parts.invoke(String(given['FunctionName']), given['Payload']) };
    }
    const machine = this.#parts.machineOf(String(given['StateMachineArn']));
    if (state.Resource.endsWith('.sync:2')) return this.#machines.startAndWait(machine, given['Input']);
    try {
      this.#machines.start(machine, given['Name'] as string | undefined, given['Input']);
      return {};
    } catch (error) {
      if (!(error instanceof ExecutionExists)) throw error;
      throw new StateError('StepFunctions.ExecutionAlreadyExistsException', error.message);
    }
  }

  #within(work: Promise<unknown>, seconds: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.#parts.clock.after(seconds * 1000, () =>
        reject(new StateError('States.Timeout', `${seconds} s have passed.`)),
      );
      work.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}

function limited(value: unknown): void {
  const text = JSON.stringify(value);
  // Most payloads are a hundred characters: only a long one is measured in bytes.
  if (text !== undefined && text.length > PAYLOAD_BYTES / 4 && Buffer.byteLength(text) > PAYLOAD_BYTES) {
    throw new StateError('States.DataLimitExceeded', 'More than 256 KiB travel between two states.');
  }
}
