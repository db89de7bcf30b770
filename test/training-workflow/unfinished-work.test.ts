/** What the sweeper reads, by the real adapters on the simulated tables. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { jobRow } from '../../lambdas/training-jobs/job-rows.ts';
import { dynamoOutbox, dynamoUnfinishedIndex } from '../../lambdas/training-workflow/dynamo-outbox.ts';
import { Tables } from '../simulation/storage/tables.ts';
import { at, JOB_ID, OWNER, queuedJob, START } from '../training-jobs/example-job.ts';

const tables = new Tables(['core'], () => undefined);
const documents = documentClient();
const put = (Item: Record<string, unknown>) => tables.perform('PutCommand', { TableName: 'core', Item });
const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeAll(() => {
  jest.spyOn(documents, 'send').mockImplementation(async (command: unknown) => {
    const { constructor, input } = command as { constructor: { name: string }; input: object };
    return tables.perform(constructor.name, { ...input }) as never;
  });
  put({ pk: 'OUTBOX#3', sk: 'poison', kind: 'unheard-of' });
  put({
    pk: 'OUTBOX#3',
    sk: `${JOB_ID}:start`,
    shape: 1,
    id: `${JOB_ID}:start`,
    owner: OWNER,
    kind: 'start-training-workflow',
    jobId: JOB_ID,
    createdAt: START,
  });
});
afterAll(() => void jest.restoreAllMocks());

describe('unfinished work', () => {
  test('is found beside a row that cannot be read, and that row is told (fault 17)', async () => {
    const waiting = await dynamoOutbox(documents, 'core').waiting(at(60));
    expect(waiting.map(({ id }) => id)).toEqual([`${JOB_ID}:start`]);
    expect(quiet).toHaveBeenCalled();
  });

  test('of a job is due at every sweep, however often its trainer moves it', async () => {
    put(jobRow(queuedJob({ updatedAt: at(299).toISOString() })));
    const index = dynamoUnfinishedIndex(documents, 'core');
    expect(await index.due(at(300))).toEqual([{ kind: 'job', owner: OWNER, jobId: JOB_ID }]);
  });

  test('in the index that cannot be read keeps no other from its sweep', async () => {
    const { unfinishedShard } = jobRow(queuedJob());
    put({ pk: 'X', sk: 'poison', unfinishedShard, unfinishedAt: '2000' });
    expect(await dynamoUnfinishedIndex(documents, 'core').due(at(300))).toHaveLength(1);
  });
});
