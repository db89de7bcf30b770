/** The services between our functions: state machines, stream, topic, schedule, gateway, mail, secrets. */
import { ExecutionAlreadyExists, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import type { DynamoDBStreamEvent, SNSEvent } from 'aws-lambda';
import type { AnyOperation } from '../../../contracts/operation.ts';
import { accessClaims, httpEvent } from '../../runtime/http-event.ts';
import { definitions, stepOf } from '../deployment/definitions.ts';
import { API_FUNCTIONS, BUCKETS, EVENT_FUNCTIONS, STEP_FUNCTIONS } from '../deployment/functions.ts';
import type { History } from '../history/history.ts';
import type { Execution } from '../state-machines/execution.ts';
import { StateMachines } from '../state-machines/machines.ts';
import { ExecutionExists, StateError } from '../state-machines/state-error.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import { awsError, type AwsCall, type Invocation, invocations } from './calls.ts';
import { Queue, VALIDATION_LIMIT_MS } from './queue.ts';

/** What a fault may do to one run of a function, before it begins. */
export type InvocationFault = (functionName: string) => Error | undefined;
/** How often a message of a topic comes, and after how many milliseconds each; none is a delivery that fails for good. */
export type Delivery = (what: 'stream' | 'topic' | 'bucket', key: string) => number[] | undefined;

export interface PlatformParts {
  clock: Clock;
  random: Random;
  history: History;
  /** The secrets as they are now: the current one, and the one before. */
  secrets: Map<string, { current: string; previous?: string }>;
}

export interface ApiAnswer {
  status: number;
  body: unknown;
}

const SWEEP_EVERY_MS = 300_000;
/** The functions' own limits (lib/workflow-stack.ts); a gateway waits 30 s. */
const STEP_LIMIT_MS = 60_000;
const GATEWAY_LIMIT_MS = 30_000;
const VALIDATION = 'validate-dataset';
const SUBSCRIBERS = ['deliver-notification', 'send-email'] as const;

const machineOf = (arn: string) => (/poll-?window/i.test(arn) ? 'poll-window' : 'training-workflow');

export class Platform {
  readonly machines: StateMachines;
  readonly invocationFaults: InvocationFault[] = [];
  readonly deliveries: Delivery[] = [];
  /** Answers that a caller never gets although the function ran. */
  readonly lostAnswers: ((operation: AnyOperation) => boolean)[] = [];
  readonly invoked = new Map<string, number>();
  readonly queue: Queue;
  readonly #working = new Set<Invocation>();
  readonly #parts: PlatformParts;

  constructor(parts: PlatformParts) {
    this.#parts = parts;
    this.machines = new StateMachines({
      clock: parts.clock,
      random: parts.random.fork('machines'),
      invoke: (functionName, payload) => {
        const step = stepOf(functionName);
        return this.invoke(step, STEP_LIMIT_MS, () => STEP_FUNCTIONS[step](payload));
      },
      machineOf,
      ended: (execution) => this.#executionEnded(execution),
    });
    this.queue = new Queue({
      clock: parts.clock,
      random: parts.random.fork('queue'),
      consume: (event) =>
        this.invoke(VALIDATION, VALIDATION_LIMIT_MS, () => EVENT_FUNCTIONS[VALIDATION](event)),
    });
    // A check reads, hashes and may start threads, in no virtual time at all.
    parts.clock.isBusy = () => [...this.#working].some(({ waiting, isDead }) => waiting === 0 && !isDead);
    this.redeploy();
  }

  /** What runs goes on by the definition it began with; what starts from now on has this one. */
  redeploy(): void {
    const { trainingWorkflow, pollWindow } = definitions();
    this.machines.deploy('training-workflow', structuredClone(trainingWorkflow));
    this.machines.deploy('poll-window', structuredClone(pollWindow));
  }

  #executionEnded({ machine, name, status, events, error }: Execution): void {
    const text = error ? `${error.name}: ${error.cause}` : undefined;
    this.#parts.history.add({
      kind: 'execution',
      machine,
      name,
      status,
      events,
      ...(text ? { error: text } : {}),
    });
  }

  // Functions ---------------------------------------------------------------

  /** One run of a function: it takes a moment, may never begin, may die, and is cut off at its limit. */
  async invoke<T>(functionName: string, limitMs: number, work: () => Promise<T>): Promise<T> {
    const { clock, random } = this.#parts;
    await clock.sleep(random.between(5, 60));
    for (const fault of this.invocationFaults) {
      const error = fault(functionName);
      if (error) throw error;
    }
    this.invoked.set(functionName, (this.invoked.get(functionName) ?? 0) + 1);
    return new Promise<T>((resolve, reject) => {
      const invocation: Invocation = {
        functionName,
        calls: 0,
        waiting: 0,
        isDead: false,
        die: () => {
          invocation.isDead = true;
          limit.cancel();
          reject(
            awsError('Runtime.ExitError', 'RequestId: … Error: Runtime exited with error: signal: killed'),
          );
        },
      };
      const limit = clock.after(limitMs, () => {
        invocation.isDead = true;
        reject(awsError('Sandbox.Timedout', `Task timed out after ${limitMs / 1000} seconds`));
      });
      if (functionName === VALIDATION) this.#working.add(invocation);
      invocations.run(invocation, () => {
        void work()
          .then(
            (result) => !invocation.isDead && resolve(result),
            (error: unknown) => !invocation.isDead && reject(error as Error),
          )
          .finally(() => {
            limit.cancel();
            this.#working.delete(invocation);
          });
      });
    });
  }

  // The API -----------------------------------------------------------------

  /** A call of a signed-in person. */
  async api(
    operation: AnyOperation,
    owner: string,
    input: {
      path?: Record<string, string>;
      query?: Record<string, string>;
      body?: unknown;
      key?: string;
    } = {},
  ): Promise<ApiAnswer> {
    const answer = await this.#answer(operation, {
      ...input,
      headers: input.key ? { 'idempotency-key': input.key } : {},
      claims: accessClaims(owner),
    });
    this.#parts.history.add({
      kind: 'answer',
      operation: operation.id,
      owner,
      ...(input.key ? { key: input.key, body: input.body } : {}),
      status: answer.status,
      answer: answer.body,
    });
    return answer;
  }

  /** A call of a trainer: through the authorizer, as the gateway does. */
  async runCall(operation: AnyOperation, token: string, body: unknown): Promise<ApiAnswer> {
    let proven: { isAuthorized: boolean; context?: Record<string, unknown> };
    try {
      const headers = { authorization: `Bearer ${token}` };
      proven = await this.invoke('authorize-run', GATEWAY_LIMIT_MS, () =>
        EVENT_FUNCTIONS['authorize-run']({ headers }),
      );
    } catch {
      return { status: 500, body: {} };
    }
    if (!proven.isAuthorized) return { status: 403, body: {} };
    return this.#answer(operation, { ...(body === undefined ? {} : { body }), run: proven.context ?? {} });
  }

  async #answer(operation: AnyOperation, input: Parameters<typeof httpEvent>[1]): Promise<ApiAnswer> {
    const handler = API_FUNCTIONS[operation.noun];
    if (!handler) throw new Error(`The simulation has no function for ${operation.noun}.`);
    try {
      const answer = await this.invoke(operation.noun, GATEWAY_LIMIT_MS, () =>
        handler(httpEvent(operation, input)),
      );
      if (this.lostAnswers.some((isLost) => isLost(operation))) return { status: 0, body: undefined };
      const text = answer.body ?? '';
      return { status: answer.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) };
    } catch {
      return { status: 503, body: {} };
    }
  }

  // What happens by itself --------------------------------------------------

  /** A row was put into the outbox: the stream brings it to the dispatcher, in a batch of its own. */
  streamed(record: unknown, key: string): void {
    const { clock, random } = this.#parts;
    for (const delay of this.#deliveriesOf('stream', key) ?? [random.between(50, 900)]) {
      clock.after(delay, () => clock.begin(() => this.#dispatch(record, 1)));
    }
  }

  async #dispatch(record: unknown, tries: number): Promise<void> {
    const { clock } = this.#parts;
    const event = { Records: [record] } as DynamoDBStreamEvent;
    try {
      await this.invoke('dispatch-outbox', 30_000, () => EVENT_FUNCTIONS['dispatch-outbox'](event));
    } catch {
      // The mapping tries five times more (lib/workflow-stack.ts), then the record is in the dead letters.
      if (tries <= 5) clock.after(1000 * tries, () => clock.begin(() => this.#dispatch(record, tries + 1)));
    }
  }

  #deliveriesOf(what: Parameters<Delivery>[0], key: string): number[] | undefined {
    for (const delivery of this.deliveries) {
      const times = delivery(what, key);
      if (times) return times;
    }
    return undefined;
  }

  /** An object came to be: its event goes the way of the rule to the queue of checks (lib/workflow-stack.ts). */
  objectCreated(bucket: string, key: string, versionId: string): void {
    const { clock, random } = this.#parts;
    if (bucket !== BUCKETS.datasets || !/\/(?:data|validation)\.jsonl$/.test(key)) return;
    const event = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object: { key, 'version-id': versionId } },
    };
    for (const delay of this.#deliveriesOf('bucket', key) ?? [random.between(300, 2000)]) {
      clock.after(delay, () => this.queue.send(JSON.stringify(event)));
    }
  }

  #published(message: string, id: string): void {
    const { clock, random } = this.#parts;
    for (const functionName of SUBSCRIBERS) {
      for (const delay of this.#deliveriesOf('topic', id) ?? [random.between(20, 400)]) {
        clock.after(delay, () => clock.begin(() => this.#tell(functionName, message, id, 1)));
      }
    }
  }

  async #tell(
    functionName: (typeof SUBSCRIBERS)[number],
    message: string,
    id: string,
    tries: number,
  ): Promise<void> {
    const { clock } = this.#parts;
    const event = { Records: [{ Sns: { MessageId: id, Message: message } }] } as SNSEvent;
    try {
      await this.invoke(functionName, 30_000, () => EVENT_FUNCTIONS[functionName](event));
    } catch {
      // SNS goes on for 23 days; the last steps are hours apart.
      const pause = Math.min(3_600_000, 1000 * 2 ** tries);
      if (tries < 50)
        clock.after(pause, () => clock.begin(() => this.#tell(functionName, message, id, tries + 1)));
    }
  }

  /** The rule that starts the sweeper; a failed sweep is tried once more. */
  sweepFrom(start: number): void {
    const { clock } = this.#parts;
    const sweep = async (triesLeft: number): Promise<void> => {
      try {
        await this.invoke('sweep-unfinished', 120_000, () => EVENT_FUNCTIONS['sweep-unfinished']({}));
      } catch {
        if (triesLeft > 0) clock.after(60_000, () => clock.begin(() => sweep(triesLeft - 1)));
      }
    };
    const next = (at: number) =>
      clock.at(at, () => {
        clock.begin(() => sweep(1));
        next(at + SWEEP_EVERY_MS);
      });
    next(start);
  }

  // What the SDK's other clients reach ---------------------------------------

  async perform({ service, name, input }: AwsCall): Promise<unknown> {
    const { history, secrets } = this.#parts;
    switch (`${service} ${name}`) {
      case 'sfn StartExecutionCommand':
        return this.#start(input);
      case 'sfn DescribeExecutionCommand': {
        const [machine, execution] = String(input['executionArn']).split(':').slice(-2);
        const found = this.machines.executions.get(`${machineOf(machine ?? '')}:${execution}`);
        if (!found) throw new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} });
        return { status: found.status };
      }
      case 'sns PublishCommand': {
        const attributes = input['MessageAttributes'] as { key: { StringValue: string } };
        const key = attributes.key.StringValue;
        history.add({ kind: 'published', key });
        this.#published(String(input['Message']), key);
        return { MessageId: key };
      }
      case 'secrets GetSecretValueCommand': {
        const secret = secrets.get(String(input['SecretId']));
        const isPrevious = input['VersionStage'] === 'AWSPREVIOUS';
        const text = isPrevious ? secret?.previous : secret?.current;
        if (text === undefined) throw awsError('ResourceNotFoundException', 'There is no such version.');
        return { SecretString: text };
      }
      case 'ses SendEmailCommand': {
        const { Destination, Content } = input as {
          Destination: { ToAddresses: string[] };
          Content: { Simple: { Subject: { Data: string } } };
        };
        history.add({
          kind: 'mailed',
          to: Destination.ToAddresses.join(),
          subject: Content.Simple.Subject.Data,
        });
        return {};
      }
      case 'cognito AdminGetUserCommand':
        return { UserAttributes: [{ Name: 'email', Value: `${String(input['Username'])}@people.test` }] };
      case 'sqs SendMessageCommand':
        this.queue.send(String(input['MessageBody']), Number(input['DelaySeconds'] ?? 0));
        return {};
      default:
        throw new Error(`The simulation has no ${service} ${name}.`);
    }
  }

  #start(input: Record<string, unknown>): unknown {
    try {
      this.machines.start(
        machineOf(String(input['stateMachineArn'])),
        String(input['name']),
        JSON.parse(String(input['input'])),
      );
      return {};
    } catch (error) {
      if (error instanceof ExecutionExists) {
        throw new ExecutionAlreadyExists({ message: error.message, $metadata: {} });
      }
      if (error instanceof StateError) throw awsError(error.name, error.message);
      throw error;
    }
  }
}
