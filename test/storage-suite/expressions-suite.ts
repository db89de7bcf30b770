/** What DynamoDB makes of expressions: conditions, updates, projections. */
import { beforeAll, describe, expect } from '@jest/globals';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { coreTable, refused, type Row, sorted, TableName } from './core-table.ts';
import { guarantee, type StorageKind } from './storage-under-test.ts';

/** One row that conditions are tried on. */
const SAMPLE: Row = {
  pk: 'CONDITIONS',
  sk: 'ROW',
  name: 'ada',
  count: 7,
  isLive: true,
  nothing: null,
  tags: new Set(['a', 'b']),
  parts: [{ size: 3 }, { size: 5 }],
  nested: { deep: { word: 'deep', list: [1, 2] }, 'odd.name': 1 },
  octets: new Uint8Array([1, 2, 255]),
};

const CONDITIONS: readonly [expression: string, values: Row, holds: boolean][] = [
  ['#name = :v', { ':v': 'ada' }, true],
  ['#name <> :v', { ':v': 'ada' }, false],
  ['absent <> :v', { ':v': 'ada' }, true],
  ['absent = :v', { ':v': 'ada' }, false],
  ['absent < :v', { ':v': 9 }, false],
  ['#name < :v', { ':v': 7 }, false],
  ['#name <> :v', { ':v': 7 }, true],
  ['#count >= :v', { ':v': 7 }, true],
  ['#count BETWEEN :v AND :w', { ':v': 1, ':w': 7 }, true],
  ['#count IN (:v, :w)', { ':v': 1, ':w': 7 }, true],
  ['#name IN (:v, :w)', { ':v': 1, ':w': 7 }, false],
  ['nested.deep.word = :v', { ':v': 'deep' }, true],
  ['nested.#odd = :v', { ':v': 1 }, true],
  ['nested.deep.#list[1] = :v', { ':v': 2 }, true],
  ['parts[1].#size > :v', { ':v': 4 }, true],
  ['parts[7].#size > :v', { ':v': 4 }, false],
  ['attribute_exists(nested.deep)', {}, true],
  ['attribute_not_exists(nested.beside.word)', {}, true],
  ['attribute_exists(nothing)', {}, true],
  ['attribute_type(tags, :v)', { ':v': 'SS' }, true],
  ['attribute_type(nothing, :v)', { ':v': 'NULL' }, true],
  ['contains(tags, :v)', { ':v': 'b' }, true],
  ['contains(tags, :v)', { ':v': 'c' }, false],
  ['contains(#name, :v)', { ':v': 'd' }, true],
  ['contains(nested.deep.#list, :v)', { ':v': 2 }, true],
  ['begins_with(#name, :v)', { ':v': 'ad' }, true],
  ['begins_with(absent, :v)', { ':v': 'ad' }, false],
  ['size(#name) = :v', { ':v': 3 }, true],
  ['size(tags) = :v', { ':v': 2 }, true],
  ['size(octets) > :v', { ':v': 2 }, true],
  ['NOT #count = :v', { ':v': 7 }, false],
  ['NOT (#count = :v OR #name = :w) OR isLive = :y', { ':v': 7, ':w': 'x', ':y': true }, true],
  ['#count = :v OR #count = :w AND #name = :x', { ':v': 7, ':w': 1, ':x': 'no' }, true],
  ['(#count = :v OR #count = :w) AND #name = :x', { ':v': 7, ':w': 1, ':x': 'no' }, false],
  ['octets = :v', { ':v': new Uint8Array([1, 2, 255]) }, true],
  ['tags = :v', { ':v': new Set(['b', 'a']) }, true],
  ['parts = :v', { ':v': [{ size: 3 }, { size: 5 }] }, true],
  ['nested.deep = :v', { ':v': { list: [1, 2], word: 'deep' } }, true],
];
const NAMES: Readonly<Record<string, string>> = {
  '#name': 'name',
  '#count': 'count',
  '#odd': 'odd.name',
  '#list': 'list',
  '#size': 'size',
};
/** Only those that stand in the text: DynamoDB refuses the others. */
const namesIn = (...texts: string[]) => {
  const used = Object.entries(NAMES).filter(([token]) => texts.some((text) => text.includes(token)));
  return used.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(used) } : {};
};

const UPDATES: readonly [expression: string, values: Row, after: Row][] = [
  ['SET a = :v', { ':v': 1 }, { a: 1, b: 2, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2] }],
  ['SET b = b + :v', { ':v': 3 }, { b: 5, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2] }],
  ['SET b = b - :v, a = b', { ':v': 3 }, { a: 2, b: -1, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2] }],
  [
    'SET a = if_not_exists(a, :v), b = if_not_exists(b, :v)',
    { ':v': 9 },
    { a: 9, b: 2, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2] },
  ],
  [
    'SET things.more = :v',
    { ':v': 'x' },
    { b: 2, tags: ['x', 'y'], things: { one: 1, more: 'x' }, list: [1, 2] },
  ],
  [
    'SET #list = list_append(#list, :v)',
    { ':v': [3] },
    { b: 2, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2, 3] },
  ],
  ['SET #list[0] = :v', { ':v': 8 }, { b: 2, tags: ['x', 'y'], things: { one: 1 }, list: [8, 2] }],
  ['REMOVE things.one, #list[0]', {}, { b: 2, tags: ['x', 'y'], things: {}, list: [2] }],
  [
    'ADD b :v, tags :w',
    { ':v': 4, ':w': new Set(['z', 'x']) },
    { b: 6, tags: ['x', 'y', 'z'], things: { one: 1 }, list: [1, 2] },
  ],
  ['ADD fresh :v', { ':v': 4 }, { b: 2, fresh: 4, tags: ['x', 'y'], things: { one: 1 }, list: [1, 2] }],
  ['DELETE tags :v', { ':v': new Set(['x']) }, { b: 2, tags: ['y'], things: { one: 1 }, list: [1, 2] }],
  ['DELETE tags :v', { ':v': new Set(['x', 'y']) }, { b: 2, things: { one: 1 }, list: [1, 2] }],
  ['SET a = :v ADD b :v REMOVE tags', { ':v': 1 }, { a: 1, b: 3, things: { one: 1 }, list: [1, 2] }],
];

export function expressionsSuite(kind: StorageKind): void {
  const { documents, put, get, query } = coreTable();
  const holds = (name: string, work: () => Promise<void>) => guarantee(kind, name, work);

  describe('conditions', () => {
    beforeAll(() => put(SAMPLE));
    for (const [expression, values, isMet] of CONDITIONS) {
      holds(`${expression} ${isMet ? 'holds' : 'does not hold'} for ${JSON.stringify(values)}`, async () => {
        const { Items } = await query('CONDITIONS', {
          FilterExpression: expression,
          ...namesIn(expression),
          ExpressionAttributeValues: values,
        });
        expect(Items).toHaveLength(isMet ? 1 : 0);
      });
    }

    holds('a condition on a row that is not there sees no attributes', async () => {
      const write = (ConditionExpression: string, values: Row = {}) =>
        documents().send(
          new DeleteCommand({
            TableName,
            Key: { pk: 'CONDITIONS', sk: 'NOBODY' },
            ConditionExpression,
            ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
          }),
        );
      await write('attribute_not_exists(pk)');
      await refused(write('attribute_exists(pk)'), 'ConditionalCheckFailedException');
      await refused(write('revision = :v', { ':v': 1 }), 'ConditionalCheckFailedException');
      await write('attribute_not_exists(pk) OR revision < :v', { ':v': 1 });
    });

    holds('a name or a value that stands in no expression is refused', async () => {
      await refused(query('CONDITIONS', { ExpressionAttributeValues: { ':more': 1 } }));
      await refused(query('CONDITIONS', { ExpressionAttributeNames: { '#more': 'more' } }));
    });

    holds('a name or a value that nobody gave is refused', async () => {
      await refused(query('CONDITIONS', { FilterExpression: 'attribute_exists(#more)' }));
      await refused(query('CONDITIONS', { FilterExpression: 'pk = :more' }));
    });

    holds('a word that DynamoDB keeps for itself is refused as a bare name', async () => {
      await refused(query('CONDITIONS', { FilterExpression: 'attribute_exists(status)' }));
      await refused(query('CONDITIONS', { ProjectionExpression: 'pk, owner' }));
    });

    holds('an expression that cannot be read is refused', async () => {
      await refused(query('CONDITIONS', { FilterExpression: 'attribute_exists(revision' }));
      await refused(query('CONDITIONS', { FilterExpression: 'revision ==' }));
    });
  });

  describe('updates', () => {
    for (const [place, [expression, values, after]] of UPDATES.entries()) {
      holds(`${expression} ${JSON.stringify(values)} is done`, async () => {
        const Key = { pk: 'UPDATES', sk: `${place}` };
        await put({ ...Key, b: 2, tags: new Set(['x', 'y']), things: { one: 1 }, list: [1, 2] });
        const { Attributes = {} } = await documents().send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression: expression,
            ...namesIn(expression),
            ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
            ReturnValues: 'ALL_NEW',
          }),
        );
        const seen = Object.fromEntries(
          Object.entries(Attributes).map(([name, value]) => [name, sorted(value)]),
        );
        expect(seen).toEqual({ ...Key, ...after });
        expect(Object.keys((await get(Key.pk, Key.sk)) ?? {}).sort()).toEqual(Object.keys(seen).sort());
      });
    }

    holds('an update makes the row that is not there', async () => {
      const Key = { pk: 'UPDATES', sk: 'new' };
      const values = { ':one': 1 };
      await documents().send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: values,
        }),
      );
      expect(await get(Key.pk, Key.sk)).toEqual({ ...Key, n: 1 });
    });

    holds('a key is never updated', async () => {
      await put({ pk: 'UPDATES', sk: 'key' });
      const values = { ':v': 'other' };
      const Key = { pk: 'UPDATES', sk: 'key' };
      await refused(
        documents().send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression: 'SET sk = :v',
            ExpressionAttributeValues: values,
          }),
        ),
      );
    });

    holds('an attribute that is not there cannot be taken or added to', async () => {
      await put({ pk: 'UPDATES', sk: 'without' });
      const update = (UpdateExpression: string, values: Row = {}) =>
        documents().send(
          new UpdateCommand({
            TableName,
            Key: { pk: 'UPDATES', sk: 'without' },
            UpdateExpression,
            ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
          }),
        );
      await refused(update('SET a = b'));
      await refused(update('SET things.one = :v', { ':v': 1 }));
    });

    holds(
      'what was there before, and what a refused write met, is answered where it is asked for',
      async () => {
        const Key = { pk: 'UPDATES', sk: 'returns' };
        await put({ ...Key, n: 1 });
        const item = { TableName, Item: { ...Key, n: 2 } };
        const { Attributes } = await documents().send(new PutCommand({ ...item, ReturnValues: 'ALL_OLD' }));
        expect(Attributes).toEqual({ ...Key, n: 1 });
        const failing = documents().send(
          new PutCommand({
            ...item,
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        await expect(failing).rejects.toMatchObject({
          name: 'ConditionalCheckFailedException',
          message: 'The conditional request failed',
          Item: { n: { N: '2' } },
        });
        const gone = await documents().send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
        expect(gone.Attributes).toEqual({ ...Key, n: 2 });
      },
    );
  });

  describe('projections', () => {
    holds('only what is named comes, with the maps on the way', async () => {
      await put({ ...SAMPLE, pk: 'PROJECTION' });
      const { Item } = await documents().send(
        new GetCommand({
          TableName,
          Key: { pk: 'PROJECTION', sk: 'ROW' },
          ProjectionExpression: '#count, nested.deep.word, absent',
          ExpressionAttributeNames: { '#count': 'count' },
        }),
      );
      expect(Item).toEqual({ count: 7, nested: { deep: { word: 'deep' } } });
    });
  });
}
