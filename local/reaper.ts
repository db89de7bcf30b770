/**
 * Ends what is left of a copy whose own process was killed: it waits on a pipe that only the start process holds.
 * `done` before the end of the pipe means that everything was stopped in order.
 */
import { endProcesses } from './processes.ts';

const copy = process.argv[2];
if (!copy) throw new Error('the reaper needs the name of its copy');

let said = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  said += chunk;
});
process.stdin.on('close', () => {
  // The emulator keeps its state only over SIGTERM, hence a grace also here.
  if (said !== 'done') void endProcesses(copy, undefined, 10_000).then(() => process.exit(0));
});
// The group of this process is its own, but a terminal that closes may still reach it.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
