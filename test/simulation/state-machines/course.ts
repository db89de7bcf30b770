/** How an execution goes through the states of its definition: evaluation, limits, retries and catches by AWS's names. */
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { Definition, State, Task } from './definition.ts';
import type { Execution } from './execution.ts';
import { evaluate } from './expressions.ts';
import { Aborted, ExecutionExists, matches, StateError } from './state-error.ts';

/** Both hard (facts.md §2). */
const HISTORY_EVENTS = 25_000;
const PAYLOAD_BYTES = 256 * 1024;

export interface CourseParts {
  clock: Clock;
  random: Random;
  invoke: (functionName: string, payload: unknown) => Promise<unknown>;
  /** The name of the machine that an ARN of a definition means. */
  machineOf: (arn: string) => string;
  start: (machine: string, name: string | undefined, input: unknown) => unknown;
  startAndWait: (machine: string, input: unknown) => Promise<unknown>;
}

/** The course of one execution through its states. It stands where it stopped, so that it can be taken up again. */
export class Course {
  readonly #parts: CourseParts;
  readonly #execution: Execution;
  readonly #definition: Definition;
  readonly #variables: Record<string, unknown> = {};
  #input: unknown;
  /** Which start or redrive goes on: what an earlier one still waits for is nobody's any more. */
  #turn = 0;

  constructor(parts: CourseParts, execution: Execution, definition: Definition) {
    this.#parts = parts;
    this.#execution = execution;
    this.#definition = definition;
    this.#input = execution.input;
  }

  /**
   * From where it stands to its end; answers the last output. A second call is a redrive: the same state with the same
   * input, by the same definition, its retries counted anew. Throws `Aborted` where somebody else ended or took it up.
   */
  async run(): Promise<unknown> {
    this.#turn += 1;
    const turn = this.#turn;
    const mayGoOn = () => {
      if (this.#execution.status !== 'RUNNING' || this.#turn !== turn) throw new Aborted();
    };
    let name: string | undefined = this.#execution.state;
    while (name !== undefined) {
      const state: State | undefined = this.#definition.States[name];
      if (!state) throw new StateError('States.Runtime', `There is no state ${name}.`);
      this.#execution.state = name;
      this.#execution.transitions += 1;
      this.#history(1);
      const done = await this.#enter(state, this.#input, mayGoOn);
      mayGoOn();
      this.#history(1);
      limited(done.output);
      this.#input = done.output;
      name = done.next;
    }
    this.#history(1);
    return this.#input;
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

  async #enter(
    state: State,
    input: unknown,
    mayGoOn: () => void,
  ): Promise<{ output: unknown; next: string | undefined }> {
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
        return this.#task(state, input, mayGoOn);
    }
  }

  async #task(
    state: Task,
    input: unknown,
    mayGoOn: () => void,
  ): Promise<{ output: unknown; next: string | undefined }> {
    const tried = new Map<unknown, number>();
    for (;;) {
      try {
        const result = await this.#attempt(state, input);
        mayGoOn();
        return {
          output: await this.#close(state, this.#bindings({ input, result }), result),
          next: state.Next,
        };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        mayGoOn();
        const pause = this.#pauseBeforeRetry(state, error, tried);
        if (pause !== undefined) {
          await this.#parts.clock.sleep(pause * 1000);
          mayGoOn();
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
    if (state.Resource.endsWith('.sync:2')) return this.#parts.startAndWait(machine, given['Input']);
    try {
      this.#parts.start(machine, given['Name'] as string | undefined, given['Input']);
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
