/** An error as Step Functions names it; `Retry` and `Catch` match by that name. */
export class StateError extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

export class ExecutionExists extends Error {
  override name = 'ExecutionAlreadyExists';
}

/** The execution was ended or taken up by somebody else: this course goes no further. */
export class Aborted extends Error {}

/** Neither a `Catch` nor a `Retry` on `States.ALL` takes these (facts.md §2). */
const UNCATCHABLE = ['States.DataLimitExceeded', 'States.Runtime'];

export function matches(names: readonly string[], error: Error): boolean {
  if (names.includes(error.name)) return true;
  if (UNCATCHABLE.includes(error.name)) return false;
  return (
    names.includes('States.ALL') || (names.includes('States.TaskFailed') && error.name !== 'States.Timeout')
  );
}
