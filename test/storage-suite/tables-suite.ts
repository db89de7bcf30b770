/** What our adapters take for granted of DynamoDB. */
import { beforeAll, describe, expect } from '@jest/globals';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { coreTable, refused, type Row, sorted, TableName } from './core-table.ts';
import { guarantee, type StorageKind } from './storage-under-test.ts';

export function tablesSuite(kind: StorageKind): void {
  const { documents, put, get, query } = coreTable();
  const holds = (name: string, work: () => Promise<void>) => guarantee(kind, name, work);

  describe('values', () => {
    holds('sets, bytes, nesting, null and empty texts come back as they went', async () => {
      const nested = { deep: { word: 'deep', list: [1, 2] } };
      const sets = { tags: new Set(['b', 'a']), octets: new Uint8Array([1, 2, 255]) };
      const rest = { nothing: null, empty: '', negative: -0.25, nested };
      await put({ pk: 'VALUES', sk: 'ONE', ...sets, ...rest, none: undefined });
      const row = (await get('VALUES', 'ONE')) as Row;
      expect(sorted(row['tags'])).toEqual(['a', 'b']);
      expect([...(row['octets'] as Uint8Array)]).toEqual([1, 2, 255]);
      expect(row).toMatchObject(rest);
      expect('none' in row).toBe(false);
    });

    holds('what was read is nobody’s to change', async () => {
      await put({ pk: 'VALUES', sk: 'TWO', list: [1] });
      ((await get('VALUES', 'TWO'))!['list'] as number[]).push(2);
      expect((await get('VALUES', 'TWO'))!['list']).toEqual([1]);
    });
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
      await documents().send(new DeleteCommand({ TableName, Key: ExclusiveStartKey }));
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
      documents().send(
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
      await documents().send(
        new UpdateCommand({ TableName, Key, UpdateExpression: 'REMOVE gsi1pk, gsi1sk' }),
      );
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
        documents().send(new TransactWriteCommand({ TransactItems }));
      await transact(Array.from({ length: 100 }, (_, at) => put_(`t${at}`)));
      await refused(transact(Array.from({ length: 101 }, (_, at) => put_(`t${at}`))));
      await refused(transact([put_('twice'), put_('twice')]));
    });

    holds('a batch has at most 100 keys, and each once', async () => {
      const batch = (sks: string[]) => {
        const Keys = sks.map((sk) => ({ pk: 'BATCH', sk }));
        return documents().send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
      };
      await put({ pk: 'BATCH', sk: '0', n: 1 });
      const { Responses } = await batch(['0', '1']);
      expect(Responses?.[TableName]).toEqual([{ pk: 'BATCH', sk: '0', n: 1 }]);
      await refused(batch(Array.from({ length: 101 }, (_, at) => `${at}`)));
      await refused(batch(['0', '0']));
    });

    holds('a table that is not there is named', async () => {
      await refused(
        documents().send(new GetCommand({ TableName: 'nowhere', Key: { pk: 'a', sk: 'b' } })),
        'ResourceNotFoundException',
      );
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
        documents().send(new TransactWriteCommand({ TransactItems: items(2) })),
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
      await documents().send(new TransactWriteCommand({ TransactItems: items(1) }));
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
      await expect(documents().send(new TransactWriteCommand({ TransactItems }))).rejects.toMatchObject({
        CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { n: { N: '3' } } }],
      });
    });
  });
}
