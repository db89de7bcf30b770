/** The states of our two machines, as the Amazon States Language has them; a field that is not read here is refused. */
import * as z from 'zod';

const Fields = z.record(z.string(), z.unknown());

const Retrier = z.strictObject({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  BackoffRate: z.number().default(2),
  MaxAttempts: z.number().default(3),
  MaxDelaySeconds: z.number().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});
const Catcher = z.strictObject({
  ErrorEquals: z.array(z.string()),
  Assign: Fields.optional(),
  Output: z.unknown().optional(),
  Next: z.string(),
});
const common = { Assign: Fields.optional(), Output: z.unknown().optional(), Comment: z.string().optional() };
const next = { Next: z.string().optional(), End: z.boolean().optional() };

const State = z.discriminatedUnion('Type', [
  z.strictObject({ Type: z.literal('Pass'), ...common, ...next }),
  z.strictObject({
    Type: z.literal('Task'),
    Resource: z.enum([
      'arn:aws:states:::lambda:invoke',
      'arn:aws:states:::states:startExecution.sync:2',
      'arn:aws:states:::states:startExecution',
    ]),
    Arguments: z.unknown(),
    TimeoutSeconds: z.number().optional(),
    Retry: z.array(Retrier).default([]),
    Catch: z.array(Catcher).default([]),
    ...common,
    ...next,
  }),
  z.strictObject({ Type: z.literal('Wait'), Seconds: z.unknown(), ...common, ...next }),
  z.strictObject({
    Type: z.literal('Choice'),
    Choices: z.array(
      z.strictObject({
        Condition: z.string(),
        Next: z.string(),
        Assign: Fields.optional(),
        Output: z.unknown().optional(),
      }),
    ),
    Default: z.string().optional(),
    ...common,
  }),
  z.strictObject({ Type: z.literal('Succeed'), Output: z.unknown().optional() }),
  z.strictObject({ Type: z.literal('Fail'), Error: z.string().optional(), Cause: z.string().optional() }),
]);
export type State = z.infer<typeof State>;
export type Task = Extract<State, { Type: 'Task' }>;

export const Definition = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONata'),
  StartAt: z.string(),
  TimeoutSeconds: z.number().optional(),
  States: z.record(z.string(), State),
});
export type Definition = z.infer<typeof Definition>;
