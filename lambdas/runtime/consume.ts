/** The ways in that are not HTTP: queue, stream, topic, and single calls such as a schedule or a workflow's step. */
import type { DynamoDBStreamEvent, SNSEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { builtOnce, type EnvironmentSchema } from './environment.ts';
import { log } from './log.ts';

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface QueueMessage {
  id: string;
  /** The body as JSON; undefined when it is none. */
  body: unknown;
  /** How often the queue has handed it out, this time included. */
  receiveCount: number;
  now: () => Date;
}

/** A queue's consumer: a message whose work throws comes again alone, the others of its batch are done. */
export function consumeQueue<Schema extends EnvironmentSchema>(
  environment: Schema,
  build: (environment: z.output<Schema>) => (message: QueueMessage) => Promise<void>,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const work = builtOnce(environment, build);
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const outcomes = await Promise.all(
      event.Records.map(async (record) => {
        try {
          await work()({
            id: record.messageId,
            body: parsedJson(record.body),
            receiveCount: Number(record.attributes.ApproximateReceiveCount),
            now: () => new Date(),
          });
          return [];
        } catch (error) {
          log.error('A message failed and comes again', { messageId: record.messageId, error });
          return [{ itemIdentifier: record.messageId }];
        }
      }),
    );
    return { batchItemFailures: outcomes.flat() };
  };
}

export interface StreamRow {
  kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  pk: string;
  sk: string;
  /** The new image in DynamoDB's own notation; `unmarshall` of @aws-sdk/util-dynamodb reads it. */
  image: unknown;
  sequenceNumber: string;
  now: () => Date;
}

/**
 * A stream's consumer. A record whose work throws is logged and passed over, because a stream waits behind a record
 * that keeps failing (fault 17); whoever writes the rows has a sweeper that repairs what was passed over.
 */
export function consumeStream<Schema extends EnvironmentSchema>(
  environment: Schema,
  build: (environment: z.output<Schema>) => (row: StreamRow) => Promise<void>,
): (event: DynamoDBStreamEvent) => Promise<void> {
  const work = builtOnce(environment, build);
  return async (event: DynamoDBStreamEvent): Promise<void> => {
    for (const record of event.Records) {
      const sequenceNumber = record.dynamodb?.SequenceNumber ?? '';
      try {
        await work()({
          kind: record.eventName ?? 'MODIFY',
          pk: record.dynamodb?.Keys?.['pk']?.S ?? '',
          sk: record.dynamodb?.Keys?.['sk']?.S ?? '',
          image: record.dynamodb?.NewImage,
          sequenceNumber,
          now: () => new Date(),
        });
      } catch (error) {
        log.error('A stream record failed and is left to the sweeper', { sequenceNumber, error });
      }
    }
  };
}

export interface TopicMessage {
  id: string;
  /** The message as JSON; undefined when it is none. */
  body: unknown;
  now: () => Date;
}

/** A topic's listener: all messages are tried, then the call fails if one did, so that it is delivered again. */
export function consumeTopic<Schema extends EnvironmentSchema>(
  environment: Schema,
  build: (environment: z.output<Schema>) => (message: TopicMessage) => Promise<void>,
): (event: SNSEvent) => Promise<void> {
  const work = builtOnce(environment, build);
  return async (event: SNSEvent): Promise<void> => {
    const failed: string[] = [];
    for (const { Sns } of event.Records) {
      try {
        await work()({ id: Sns.MessageId, body: parsedJson(Sns.Message), now: () => new Date() });
      } catch (error) {
        log.error('A topic message failed and is delivered again', { messageId: Sns.MessageId, error });
        failed.push(Sns.MessageId);
      }
    }
    if (failed.length > 0) throw new Error(`${failed.length} of ${event.Records.length} messages failed.`);
  };
}

/**
 * A call with one input and one output, both parsed: a workflow's step, a schedule, an authorizer.
 * What it throws is logged and thrown on, so that the caller's retries apply.
 */
export function task<Schema extends EnvironmentSchema, Input extends z.ZodType, Output extends z.ZodType>(
  environment: Schema,
  { input, output }: { input: Input; output: Output },
  build: (
    environment: z.output<Schema>,
  ) => (input: z.output<Input>, now: () => Date) => Promise<z.input<Output>>,
): (event: unknown) => Promise<z.output<Output>> {
  const work = builtOnce(environment, build);
  return async (event: unknown) => {
    try {
      return output.parse(await work()(input.parse(event), () => new Date()));
    } catch (error) {
      log.error('A call failed', { error });
      throw error;
    }
  };
}
