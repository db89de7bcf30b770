/** Fault 46, whole: an error, a death or a lost answer at each awaited call of a job's life, one at a time. */
import { awsError, type AwsHarm } from './world/calls.ts';
import { simulate, type Simulated } from './simulate.ts';

/** A seed whose job is uploaded, checked, trained and published without a fault. */
const SEED = 8;

/** One call that a function waits for: to AWS by its place in the function's run, or to the cluster by its kind. */
export interface AwaitedCall {
  functionName: string;
  /** From 1; calls to the cluster are counted on their own. */
  place: number;
  /** Such as `dynamodb GetCommand`, or `cluster GET`. */
  what: string;
}

const AWS_HARMS: readonly { name: string; harm: AwsHarm }[] = [
  { name: 'refused', harm: { error: awsError('InternalServerError'), when: 'before' } },
  { name: 'failed', harm: { error: awsError('SomethingElse'), when: 'before' } },
  { name: 'answer lost', harm: { error: awsError('SomethingElse'), when: 'after' } },
  { name: 'died before', harm: { dies: 'before' } },
  { name: 'died after', harm: { dies: 'after' } },
  { name: 'hung', harm: { hangs: true } },
];
const CLUSTER_HARMS = ['reset', 'hang', 'refused'] as const;

export const harmsOf = ({ what }: AwaitedCall): readonly string[] =>
  what.startsWith('cluster') ? CLUSTER_HARMS : AWS_HARMS.map(({ name }) => name);

/** Every call there is in a quiet job's life, each once however often it is made; of a loop's calls the first two. */
export async function awaitedCalls(): Promise<AwaitedCall[]> {
  const seen = new Map<string, AwaitedCall>();
  const add = (call: AwaitedCall) => {
    const name = `${call.functionName} ${call.place} ${call.what}`;
    if (!seen.has(name)) seen.set(name, call);
  };
  const run = await simulate({
    seed: SEED,
    faults: [],
    prepare(world) {
      world.uploads.push({ data: [world.data] });
      world.calls.faults.push(({ functionName, place, service, name }) => {
        add({ functionName, place, what: `${service} ${name.replace('Command', '')}` });
        return undefined;
      });
      world.ray.faults.push(({ method, path }) => {
        const kind = path.replace(/\/api\/jobs\/[^/]+/, '/api/jobs/…');
        add({ functionName: 'the cluster', place: 1, what: `cluster ${method} ${kind}` });
        return undefined;
      });
    },
  });
  if (run.end !== 'succeeded completed') throw new Error(`The quiet job ended ${run.end}.`);
  const isLoop = ({ functionName, place, what }: AwaitedCall) =>
    [1, 2].every((back) => seen.has(`${functionName} ${place - back} ${what}`));
  return [...seen.values()].filter((call) => !isLoop(call));
}

/** The same job with one harm at the first such call. Throws where the call was never made. */
export async function harmed(call: AwaitedCall, harmName: string): Promise<Simulated> {
  let isDone = false;
  const run = await simulate({
    seed: SEED,
    faults: [],
    prepare(world) {
      world.uploads.push({ data: [world.data] });
      const hit = () => {
        isDone = true;
        world.hit(46, `${call.functionName}/${call.place}`);
        // A function that hangs does so for a minute, and is then tried again.
        world.disturbed(world.clock.now() + 3 * 60_000);
        if (call.what.startsWith('cluster')) world.silence(world.clock.now() + 2 * 60_000);
      };
      world.calls.faults.push(({ functionName, place, service, name }) => {
        const what = `${service} ${name.replace('Command', '')}`;
        const isMeant = functionName === call.functionName && place === call.place && what === call.what;
        if (isDone || !isMeant) return undefined;
        hit();
        return AWS_HARMS.find(({ name: known }) => known === harmName)?.harm;
      });
      world.ray.faults.push(({ method, path }) => {
        const kind = path.replace(/\/api\/jobs\/[^/]+/, '/api/jobs/…');
        if (isDone || call.what !== `cluster ${method} ${kind}`) return undefined;
        hit();
        return harmName === 'refused' ? { status: 503, body: 'no' } : (harmName as 'reset' | 'hang');
      });
    },
  });
  if (!isDone) throw new Error(`${call.functionName} made no call ${call.place} (${call.what}).`);
  return run;
}
