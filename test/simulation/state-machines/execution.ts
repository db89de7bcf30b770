/** One execution of a state machine, as seen from outside. */
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
