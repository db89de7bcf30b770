/**
 * The two state machines as a page with a picture, made from the definitions that are deployed: states, ways, retries
 * and what gives up where. Pure; `bin/draw-workflow.ts` writes it, a test holds it to the synthesised template.
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { pausesOf, totalWaitSeconds, type RetryPolicy } from './retry-policies.ts';

const Retry = z.looseObject({ ErrorEquals: z.array(z.string()), MaxAttempts: z.number() });
const State = z.looseObject({
  Type: z.string(),
  Comment: z.string().optional(),
  Resource: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  Next: z.string().optional(),
  End: z.boolean().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string(), Condition: z.string() })).optional(),
  Catch: z.array(z.looseObject({ Next: z.string() })).optional(),
  Retry: z.array(Retry).optional(),
});
type State = z.infer<typeof State>;
const Machine = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), State) });

interface Way {
  from: string;
  to: string;
  /** When it is taken, where the names of the two ends do not say so. */
  when?: string;
  isCatch?: boolean;
}

/** `{% $states.input.waitSeconds > 0 %}` → `waitSeconds > 0`; nothing where a step is named as what comes next. */
function conditionInWords(condition: string): string | undefined {
  const words = condition
    .replace(/^\{% | %\}$/g, '')
    .replaceAll('$states.input.', '')
    .replaceAll('$', '')
    .replace(/(\d)(?=(\d{3})+$)/g, '$1,')
    .replace('>=', '≥');
  return /^next = '[^']*'$/.test(words) ? undefined : words.replaceAll("'", '');
}

function waysOf(states: Readonly<Record<string, State>>): Way[] {
  return Object.entries(states).flatMap(([from, state]) => [
    ...(state.Choices ?? []).map(({ Next, Condition }) => {
      const when = conditionInWords(Condition);
      return { from, to: Next, ...(when ? { when } : {}) };
    }),
    ...(state.Default ? [{ from, to: state.Default, when: 'else' }] : []),
    ...(state.Next ? [{ from, to: state.Next }] : []),
    ...(state.Catch ?? []).map(({ Next }) => ({ from, to: Next, isCatch: true })),
  ]);
}

const callsFunction = (state: State) => state.Resource === 'arn:aws:states:::lambda:invoke';
const runsMachine = (state: State) => state.Resource?.includes('startExecution') ?? false;

/** Mermaid's shapes: a function is a box, another machine a box with double sides, a choice a diamond. */
function node(name: string, state: State): string {
  if (callsFunction(state)) return `${name}["${name}"]:::step`;
  if (runsMachine(state)) return `${name}[["${name}"]]:::machine`;
  switch (state.Type) {
    case 'Choice':
      return `${name}{"${name}"}:::choice`;
    case 'Wait':
      return `${name}(["${name}"]):::wait`;
    case 'Succeed':
    case 'Fail':
      return `${name}(("${name}")):::${state.Type === 'Fail' ? 'fail' : 'success'}`;
    default:
      return `${name}("${name}"):::plain`;
  }
}

function arrow({ from, to, when, isCatch }: Way, isBoth: boolean): string {
  if (isCatch) return `${from} -. gives up .-> ${to}`;
  const line = isBoth ? '<-->' : '-->';
  return `${from} ${line}${when ? `|"${when}"|` : ''} ${to}`;
}

/** One machine as a Mermaid flow chart. A way there and back without a condition is one arrow with two heads. */
export function chartOf(definition: unknown): string {
  const { States: states } = Machine.parse(definition);
  const ways = waysOf(states);
  const isPlain = (way: Way) => !way.when && !way.isCatch;
  const backOf = (way: Way) =>
    isPlain(way)
      ? ways.findIndex((other) => isPlain(other) && other.from === way.to && other.to === way.from)
      : -1;
  const arrows = ways.flatMap((way, index) => {
    const back = backOf(way);
    return back >= 0 && back < index ? [] : [arrow(way, back >= 0)];
  });
  return [
    'flowchart LR',
    ...Object.entries(states).map(([name, state]) => `  ${node(name, state)}`),
    ...arrows.map((line) => `  ${line}`),
    '  classDef step fill:#e8f0fe,stroke:#3b6fd4,color:#10213f',
    '  classDef machine fill:#e6f4ea,stroke:#2f855a,color:#10301f',
    '  classDef choice fill:#fff4e0,stroke:#c27c0e,color:#3d2a05',
    '  classDef wait fill:#f1f3f5,stroke:#868e96,color:#212529',
    '  classDef plain fill:#ffffff,stroke:#868e96,color:#212529',
    '  classDef success fill:#e6f4ea,stroke:#2f855a,color:#10301f',
    '  classDef fail fill:#fdecea,stroke:#c53030,color:#4a1010',
  ].join('\n');
}

function secondsInWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = seconds / 60;
  if (minutes < 120) return `${Number(minutes.toFixed(1))} min`;
  return `${Number((minutes / 60).toFixed(1))} h`;
}

export interface WorkflowPage {
  /** Name → definition, the parent first. */
  readonly machines: Readonly<Record<string, unknown>>;
  /** What each step is for: the first sentence of its own file. */
  readonly purposes: Readonly<Record<string, string>>;
  /** The policies as they stand in these definitions. */
  readonly policies: Readonly<Record<string, RetryPolicy>>;
  readonly stageName: string;
  /** The states of a job that nothing befalls, in order. */
  readonly course: readonly string[];
}

function stateRows(page: WorkflowPage): string[] {
  const nameOf = (retry: unknown) =>
    Object.entries(page.policies).find(([, policy]) => isDeepStrictEqual(policy, retry))?.[0];
  return Object.entries(page.machines).flatMap(([machine, definition]) =>
    Object.entries(Machine.parse(definition).States)
      .filter(([, state]) => state.Retry)
      .map(([name, state]) => {
        const retried = (state.Retry ?? [])
          .map((retry) => nameOf(retry) ?? 'a policy without a name')
          .join(', ');
        const then = state.Catch?.[0]?.Next;
        const timeout = state.TimeoutSeconds === undefined ? 'none' : secondsInWords(state.TimeoutSeconds);
        const failed = then ? `\`${then}\` ends the job` : 'the execution fails';
        return `| ${machine} | \`${name}\` | ${page.purposes[name] ?? state.Comment ?? ''} | ${timeout} | ${retried} | ${failed} |`;
      }),
  );
}

/** The page, in Markdown. */
export function workflowDocument(page: WorkflowPage): string {
  const charts = Object.entries(page.machines).flatMap(([name, definition]) => [
    `## ${name}`,
    '',
    z.looseObject({ Comment: z.string() }).parse(definition).Comment + '.',
    '',
    '```mermaid',
    chartOf(definition),
    '```',
    '',
  ]);
  const policies = Object.entries(page.policies).map(
    ([name, policy]) =>
      `| ${name} | ${policy.MaxAttempts} | ${pausesOf(policy).join(' + ')} s | ${secondsInWords(totalWaitSeconds(policy))} |`,
  );
  return [
    '# The training workflow, drawn',
    '',
    `Generated from the state machines as they are deployed in \`${page.stageName}\` (\`lib/training-workflow.ts\`) by`,
    '`npm run generate`. A box is a step, which carries the name of its state, its file and its function; double sides are',
    'another state machine. Which way a job goes is what a step returns (`docs/decisions/0005`): `route` follows it.',
    '',
    `A job that nothing befalls goes ${page.course.map((state) => `\`${state}\``).join(' → ')}.`,
    '',
    ...charts,
    '## What each state does, and what repeats it',
    '',
    '| Machine | State | For | Time limit | Repeated by | When that is spent |',
    '| --- | --- | --- | --- | --- | --- |',
    ...stateRows(page),
    '',
    'A window that fails is repeated by its parent. A parent that fails raises an alarm, and the sweeper starts the next',
    'execution within five minutes; it goes on where the job is.',
    '',
    '## How long a policy waits',
    '',
    'Pauses at their longest, in order; with full jitter each is anything up to that. The tries themselves come on top.',
    '',
    '| Policy | Tries more | Pauses | Together |',
    '| --- | --- | --- | --- |',
    ...policies,
    '',
  ].join('\n');
}
