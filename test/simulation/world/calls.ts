/**
 * Every call that a function of ours makes to AWS passes here: the SDK's own `send` is replaced for the length of a run,
 * so the real adapters and clients are used with nothing changed in them. Here stand what the network does to a call
 * (latency, loss, throttling), how the SDK repeats it, and the death of a function in the middle of its work.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';

/** One run of one function. */
export interface Invocation {
  functionName: string;
  /** Calls it has made. */
  calls: number;
  /** Calls and pauses of its own that it waits for. */
  waiting: number;
  isDead: boolean;
  die: () => void;
}
export const invocations = new AsyncLocalStorage<Invocation>();

export interface AwsCall {
  /** `dynamodb`, `s3`, `sfn`, … */
  service: string;
  /** Such as `TransactWriteCommand`. */
  name: string;
  input: Record<string, unknown>;
  functionName: string;
  /** Which call of its invocation it is, from 1. */
  place: number;
}
/**
 * `before`: it never arrived. `after`: it was done, and nobody heard. `dies`: the function ends there, for ever silent.
 * `hangs`: no answer ever, until the function's own limit ends it.
 */
export type AwsHarm =
  { error: Error; when: 'before' | 'after' } | { dies: 'before' | 'after' } | { hangs: true };
export type AwsFault = (call: AwsCall) => AwsHarm | undefined;

export interface CallsParts {
  clock: Pick<Clock, 'sleep'>;
  random: Random;
  perform: (call: AwsCall, command: unknown) => Promise<unknown>;
  note: (call: AwsCall) => void;
}

/** What a client of the SDK tries again by itself: throttling, its own network, the other side's faults. */
const REPEATED = [
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'TimeoutError',
  'InternalServerError',
  'InternalError',
  'SlowDown',
  'ServiceUnavailable',
];

const never = new Promise<never>(() => undefined);

interface Sending {
  constructor: { name: string };
  config?: { maxAttempts?: number };
}
interface Command {
  constructor: { name: string };
  input: Record<string, unknown>;
}

const SERVICES: Record<string, string> = {
  DynamoDBDocumentClient: 'dynamodb',
  DynamoDBClient: 'dynamodb',
  S3Client: 's3',
  SFNClient: 'sfn',
  SNSClient: 'sns',
  SQSClient: 'sqs',
  SecretsManagerClient: 'secrets',
  SESv2Client: 'ses',
  CognitoIdentityProviderClient: 'cognito',
  CloudWatchClient: 'cloudwatch',
};

export class AwsCalls {
  readonly faults: AwsFault[] = [];
  readonly #parts: CallsParts;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  /** Until `restore`, every client of this process sends here. */
  take(): { restore: () => void } {
    const base = Object.getPrototypeOf(S3Client.prototype) as { send: unknown };
    const real = base.send;
    const send = async (client: Sending, command: Command) => {
      const invocation = invocations.getStore();
      if (!invocation) return this.#send(client, command);
      invocation.waiting += 1;
      try {
        return await this.#send(client, command);
      } finally {
        invocation.waiting -= 1;
      }
    };
    base.send = function (this: Sending, command: Command) {
      return send(this, command);
    };
    return {
      restore: () => {
        base.send = real;
      },
    };
  }

  async #send(client: Sending, command: Command): Promise<unknown> {
    const { clock, random, note, perform } = this.#parts;
    const invocation = invocations.getStore();
    const service = SERVICES[client.constructor.name] ?? client.constructor.name;
    // documentClient() asks for five (lambdas/runtime/dynamo.ts); the SDK's own choice is three.
    const tries = service === 'dynamodb' ? 5 : 3;
    if (invocation) invocation.calls += 1;
    const call: AwsCall = {
      service,
      name: command.constructor.name,
      input: command.input,
      functionName: invocation?.functionName ?? 'outside',
      place: invocation?.calls ?? 0,
    };
    let done: { output: unknown } | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (invocation?.isDead) return await never;
        await clock.sleep(random.between(2, 20));
        if (invocation?.isDead) return await never;
        const harm = this.#harm(call);
        if (harm && 'hangs' in harm) return await never;
        if (harm && 'dies' in harm && harm.dies === 'before') return await this.#died(invocation);
        if (harm && 'error' in harm && harm.when === 'before') throw harm.error;
        note(call);
        // The SDK gives a transaction a token of its own: a repeat of it is the first one.
        const isRepeat = done !== undefined && call.name === 'TransactWriteCommand';
        const output = isRepeat ? done?.output : await perform(call, command);
        done = { output };
        if (harm && 'dies' in harm) return await this.#died(invocation);
        if (harm) throw harm.error;
        return output;
      } catch (error) {
        const isRepeated = error instanceof Error && REPEATED.includes(error.name);
        if (!isRepeated || attempt >= tries) throw error;
        await clock.sleep(random.between(1, 50 * 2 ** attempt));
      }
    }
  }

  #harm(call: AwsCall): AwsHarm | undefined {
    for (const fault of this.faults) {
      const harm = fault(call);
      if (harm) return harm;
    }
    return undefined;
  }

  #died(invocation: Invocation | undefined): Promise<never> {
    invocation?.die();
    return never;
  }
}

/** An error as AWS names it. */
export function awsError(name: string, message = name): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
