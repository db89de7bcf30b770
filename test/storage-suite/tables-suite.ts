/** What our adapters take for granted of DynamoDB. */
import { beforeAll, describe, expect } from '@jest/globals';
import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { guarantee, type StorageKind } from './storage-under-test.ts';

type Row = Record<string, unknown>;
const TableName = 'core';
const sorted = (value: unknown): unknown => (value instanceof Set ? [...value].sort() : value);

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

export function tablesSuite(kind: StorageKind): void {
  let documents: DynamoDBDocumentClient;
  beforeAll(() => {
    documents = documentClient();
  });
  const holds = (name: string, work: () => Promise<void>) => guarantee(kind, name, work);
  const put = (Item: Row) => documents.send(new PutCommand({ TableName, Item }));
  const get = async (pk: string, sk: string) =>
    (await documents.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
  const query = (pk: string, more: Partial<QueryCommandInput> = {}) =>
    documents.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ...more,
        ExpressionAttributeValues: { ':pk': pk, ...more.ExpressionAttributeValues },
      }),
    );
  const refused = async (work: Promise<unknown>, name = 'ValidationException') => {
    await expect(work).rejects.toMatchObject({ name });
  };

  describe('values', () => {
    holds('sets, bytes, nesting, null and empty texts come back as they went', async () => {
      await put({ ...SAMPLE, pk: 'VALUES', sk: 'ONE', empty: '', none: undefined, negative: -0.25 });
      const row = (await get('VALUES', 'ONE')) as Row;
      expect(sorted(row['tags'])).toEqual(['a', 'b']);
      expect([...(row['octets'] as Uint8Array)]).toEqual([1, 2, 255]);
      expect(row).toMatchObject({ nothing: null, empty: '', negative: -0.25, nested: SAMPLE['nested'] });
      expect('none' in row).toBe(false);
    });

    holds('what was read is nobody’s to change', async () => {
      await put({ pk: 'VALUES', sk: 'TWO', list: [1] });
      ((await get('VALUES', 'TWO'))!['list'] as number[]).push(2);
      expect((await get('VALUES', 'TWO'))!['list']).toEqual([1]);
    });
  });

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
        documents.send(
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
        const { Attributes = {} } = await documents.send(
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
      await documents.send(
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
        documents.send(
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
        documents.send(
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
        const { Attributes } = await documents.send(new PutCommand({ ...item, ReturnValues: 'ALL_OLD' }));
        expect(Attributes).toEqual({ ...Key, n: 1 });
        const failing = documents.send(
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
        const gone = await documents.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
        expect(gone.Attributes).toEqual({ ...Key, n: 2 });
      },
    );
  });

  describe('pages', () => {
    const rows = Array.from({ length: 5 }, (_, at) => ({ pk: 'PAGES', sk: `${at}`, at }));
    beforeAll(async () => {
      for (const row of rows) await put(row);
    });
    const seen = async (more: Partial<QueryCommandInput>) => {
      const { Items = [], LastEvaluatedKey } = await query('PAGES', more);
      return [Items.map(({ sk }) => sk).join(''), LastEvaluatedKey?.['sk']];
    };

    holds('a page that its limit ends says where, also where nothing follows', async () => {
      expect(await seen({ Limit: 2 })).toEqual(['01', '1']);
      expect(await seen({ Limit: 5 })).toEqual(['01234', '4']);
      expect(await seen({ Limit: 6 })).toEqual(['01234', undefined]);
      expect(await seen({ Limit: 2, ExclusiveStartKey: { pk: 'PAGES', sk: '4' } })).toEqual(['', undefined]);
    });

    holds('a limit counts what was read, not what a filter lets through', async () => {
      const { Items, ScannedCount, LastEvaluatedKey } = await query('PAGES', {
        FilterExpression: '#at > :least',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':least': 2 },
        Limit: 3,
      });
      expect([Items, ScannedCount, LastEvaluatedKey?.['sk']]).toEqual([[], 3, '2']);
    });

    holds('a filter on a key is refused', async () => {
      const least = { ':least': '0' };
      await refused(query('PAGES', { FilterExpression: 'sk > :least', ExpressionAttributeValues: least }));
    });

    holds('a page goes on behind a row that is gone meanwhile', async () => {
      await put({ pk: 'PAGES', sk: '15' });
      const ExclusiveStartKey = { pk: 'PAGES', sk: '15' };
      await documents.send(new DeleteCommand({ TableName, Key: ExclusiveStartKey }));
      expect(await seen({ ExclusiveStartKey })).toEqual(['234', undefined]);
      expect(await seen({ ExclusiveStartKey, ScanIndexForward: false })).toEqual(['10', undefined]);
    });

    holds('a megabyte ends a page', async () => {
      for (const sk of ['a', 'b', 'c', 'd']) await put({ pk: 'MEGABYTES', sk, text: 'x'.repeat(380_000) });
      const found: string[] = [];
      let from: Row | undefined;
      let pages = 0;
      do {
        const { Items = [], LastEvaluatedKey }: { Items?: Row[]; LastEvaluatedKey?: Row } = await query(
          'MEGABYTES',
          from ? { ExclusiveStartKey: from } : {},
        );
        found.push(...Items.map(({ sk }) => String(sk)));
        from = LastEvaluatedKey;
        pages += 1;
      } while (from);
      expect(found).toEqual(['a', 'b', 'c', 'd']);
      expect(pages).toBeGreaterThan(1);
    });

    holds('texts are ordered by their bytes', async () => {
      for (const sk of ['Z', 'a', 'ä', '~', '\u{1F600}', '\uFFFD']) await put({ pk: 'ORDER', sk });
      const { Items = [] } = await query('ORDER');
      expect(Items.map(({ sk }) => sk)).toEqual(['Z', 'a', '~', 'ä', '\uFFFD', '\u{1F600}']);
    });
  });

  describe('indexes', () => {
    const list = (more: Partial<QueryCommandInput> = {}) =>
      documents.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-list',
          KeyConditionExpression: 'gsi1pk = :list',
          ExpressionAttributeValues: { ':list': 'LIST' },
          ...more,
        }),
      );
    beforeAll(async () => {
      for (const sk of ['c', 'a', 'b'])
        await put({ pk: 'INDEXED', sk, gsi1pk: 'LIST', gsi1sk: 'same', word: sk });
      await put({ pk: 'INDEXED', sk: 'outside', word: 'outside' });
    });

    holds('a row stands in an index where it has its keys, whole, each once over pages', async () => {
      const found: unknown[] = [];
      let from: Row | undefined;
      do {
        const { Items = [], LastEvaluatedKey }: { Items?: Row[]; LastEvaluatedKey?: Row } = await list({
          Limit: 1,
          ...(from ? { ExclusiveStartKey: from } : {}),
        });
        found.push(...Items.map(({ word }) => word));
        from = LastEvaluatedKey;
        if (from) expect(Object.keys(from).sort()).toEqual(['gsi1pk', 'gsi1sk', 'pk', 'sk']);
      } while (from);
      expect(found.toSorted()).toEqual(['a', 'b', 'c']);
    });

    holds('a row that loses its keys leaves the index', async () => {
      const Key = { pk: 'INDEXED', sk: 'leaves' };
      await put({ ...Key, gsi1pk: 'LEAVES', gsi1sk: '1' });
      const leaving = { ExpressionAttributeValues: { ':list': 'LEAVES' } };
      expect((await list(leaving)).Items).toHaveLength(1);
      await documents.send(new UpdateCommand({ TableName, Key, UpdateExpression: 'REMOVE gsi1pk, gsi1sk' }));
      expect((await list(leaving)).Items).toEqual([]);
    });

    holds('an index has no consistent reads', async () => {
      await refused(list({ ConsistentRead: true }));
    });

    holds('an index takes texts alone', async () => {
      await refused(put({ pk: 'INDEXED', sk: 'number', gsi1pk: 1, gsi1sk: '1' }));
      await refused(put({ pk: 'INDEXED', sk: 'empty', gsi1pk: '', gsi1sk: '1' }));
    });

    holds('a query names the partition of what it reads', async () => {
      await refused(list({ KeyConditionExpression: 'gsi1sk = :list' }));
    });
  });

  describe('limits', () => {
    holds('keys are texts that are not empty', async () => {
      await refused(put({ pk: '', sk: 'a' }));
      await refused(put({ pk: 'a' }));
      await refused(put({ pk: 'a', sk: 1 }));
      await refused(get('a', ''));
    });

    holds('a row of more than 400 KB is refused', async () => {
      await put({ pk: 'LIMITS', sk: 'most', text: 'x'.repeat(400 * 1024 - 20) });
      await refused(put({ pk: 'LIMITS', sk: 'more', text: 'x'.repeat(400 * 1024) }));
    });

    holds('a transaction has at most 100 items, and each row once', async () => {
      const put_ = (sk: string) => ({ Put: { TableName, Item: { pk: 'LIMITS', sk } } });
      const transact = (TransactItems: ReturnType<typeof put_>[]) =>
        documents.send(new TransactWriteCommand({ TransactItems }));
      await transact(Array.from({ length: 100 }, (_, at) => put_(`t${at}`)));
      await refused(transact(Array.from({ length: 101 }, (_, at) => put_(`t${at}`))));
      await refused(transact([put_('twice'), put_('twice')]));
    });

    holds('a batch has at most 100 keys, and each once', async () => {
      const batch = (sks: string[]) => {
        const Keys = sks.map((sk) => ({ pk: 'BATCH', sk }));
        return documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
      };
      await put({ pk: 'BATCH', sk: '0', n: 1 });
      const { Responses } = await batch(['0', '1']);
      expect(Responses?.[TableName]).toEqual([{ pk: 'BATCH', sk: '0', n: 1 }]);
      await refused(batch(Array.from({ length: 101 }, (_, at) => `${at}`)));
      await refused(batch(['0', '0']));
    });

    holds('a table that is not there is named', async () => {
      await refused(
        documents.send(new GetCommand({ TableName: 'nowhere', Key: { pk: 'a', sk: 'b' } })),
        'ResourceNotFoundException',
      );
    });
  });

  describe('projections', () => {
    holds('only what is named comes, with the maps on the way', async () => {
      await put({ ...SAMPLE, pk: 'PROJECTION' });
      const { Item } = await documents.send(
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

  describe('transactions', () => {
    const Key = { pk: 'TRANSACT', sk: 'a' };
    const items = (revision: number) => [
      { Put: { TableName, Item: { pk: 'TRANSACT', sk: 'b', revision } } },
      {
        Update: {
          TableName,
          Key,
          UpdateExpression: 'SET n = :n',
          ConditionExpression: 'revision = :before',
          ExpressionAttributeValues: { ':n': 1, ':before': revision },
        },
      },
      {
        ConditionCheck: {
          TableName,
          Key: { pk: 'TRANSACT', sk: 'c' },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ];

    holds('all of it is done or nothing, and each place says why', async () => {
      await put({ ...Key, revision: 1 });
      await expect(
        documents.send(new TransactWriteCommand({ TransactItems: items(2) })),
      ).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        message: expect.stringContaining('[None, ConditionalCheckFailed, None]'),
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
          { Code: 'None' },
        ],
      });
      expect(await get('TRANSACT', 'b')).toBeUndefined();
      await documents.send(new TransactWriteCommand({ TransactItems: items(1) }));
      expect(await get('TRANSACT', 'b')).toMatchObject({ revision: 1 });
      expect(await get('TRANSACT', 'a')).toMatchObject({ n: 1, revision: 1 });
    });

    holds('a refused place shows its row where that is asked for', async () => {
      await put({ pk: 'TRANSACT', sk: 'shown', n: 3 });
      const TransactItems = [
        {
          Delete: {
            TableName,
            Key: { pk: 'TRANSACT', sk: 'shown' },
            ConditionExpression: 'n = :n',
            ExpressionAttributeValues: { ':n': 4 },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
          },
        },
      ];
      await expect(documents.send(new TransactWriteCommand({ TransactItems }))).rejects.toMatchObject({
        CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { n: { N: '3' } } }],
      });
    });
  });
}
