/** DynamoDB as the document client sees it: our three tables, their indexes, transactions, and what each call consumes. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Row } from '../history/history.ts';
import { holds, updated } from './expressions.ts';

type Input = Record<string, unknown>;
interface Written {
  table: string;
  before: Row | undefined;
  after: Row | undefined;
}

/** What one item of a write would do. */
interface Change {
  key: string;
  before: Row | undefined;
  /** Undefined for a row that goes. */
  after: Row | undefined;
  isMet: boolean;
}

const INDEXES: Readonly<Record<string, readonly [string, string]>> = {
  'by-list': ['gsi1pk', 'gsi1sk'],
  unfinished: ['unfinishedShard', 'unfinishedAt'],
};
const KEY = ['pk', 'sk'] as const;
const MOST_ITEMS = 100;

const keyOf = (key: Row) => `${String(key['pk'])} ${String(key['sk'])}`;
const bound = (input: Input) => ({
  names: input['ExpressionAttributeNames'] as Record<string, string> | undefined,
  values: input['ExpressionAttributeValues'] as Row | undefined,
});

/** As it comes back from the wire: no undefined, no shared object. */
const stored = (row: unknown): Row => JSON.parse(JSON.stringify(row)) as Row;
const sizeOf = (row: Row | undefined) => (row ? Buffer.byteLength(JSON.stringify(row)) : 0);

/** Each index keeps the whole row: a unit a KB for what changes, twice where its key moves. */
function indexUnits({ before, after }: Change): number {
  let units = 0;
  for (const [partition, sort] of Object.values(INDEXES)) {
    const places = [before, after].map(
      (row) => row?.[sort] && `${String(row[partition])} ${String(row[sort])}`,
    );
    const size = Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / 1024);
    const moves = places[0] === places[1] ? 1 : places.filter(Boolean).length;
    if (places.some(Boolean)) units += size * moves;
  }
  return units;
}

export class Tables {
  readonly rows: Record<string, Map<string, Row>> = {};
  /** Request units: 1 KB a write unit and 4 KB a read unit; a transaction takes twice as many. */
  readonly consumed = { read: 0, write: 0 };
  readonly #written: (write: Written) => void;

  constructor(names: readonly string[], written: (write: Written) => void) {
    for (const name of names) this.rows[name] = new Map();
    this.#written = written;
  }

  #table(input: Input): Map<string, Row> {
    const table = this.rows[String(input['TableName'])];
    if (!table) throw new Error(`There is no table ${String(input['TableName'])}.`);
    return table;
  }

  perform(name: string, input: Input): unknown {
    switch (name) {
      case 'GetCommand': {
        const row = this.#table(input).get(keyOf(input['Key'] as Row));
        this.#read(sizeOf(row), input['ConsistentRead'] === true);
        return row ? { Item: stored(row) } : {};
      }
      case 'BatchGetCommand':
        return this.#batch(input['RequestItems'] as Record<string, Input>);
      case 'QueryCommand':
        return this.#query(input);
      case 'PutCommand':
      case 'UpdateCommand':
      case 'DeleteCommand':
        return this.#single(name.replace('Command', ''), input);
      case 'TransactWriteCommand':
        return this.#transact(input['TransactItems'] as Record<string, Input>[]);
      default:
        throw new Error(`The simulated tables have no ${name}.`);
    }
  }

  #read(bytes: number, isConsistent: boolean): void {
    this.consumed.read += Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
  }

  #batch(asked: Record<string, Input>): unknown {
    const Responses: Record<string, Row[]> = {};
    for (const [table, request] of Object.entries(asked)) {
      const found = (request['Keys'] as Row[]).flatMap((key) => {
        const row = this.rows[table]?.get(keyOf(key));
        this.#read(sizeOf(row), request['ConsistentRead'] === true);
        return row ? [stored(row)] : [];
      });
      Responses[table] = found;
    }
    return { Responses };
  }

  #query(input: Input): unknown {
    const index = INDEXES[String(input['IndexName'])];
    const [partition, sort] = index ?? KEY;
    const isForward = input['ScanIndexForward'] !== false;
    const found = [...this.#table(input).values()]
      .filter((row) => row[partition] !== undefined && row[sort] !== undefined)
      .filter((row) => holds(String(input['KeyConditionExpression']), row, bound(input)))
      .sort((a, b) => (String(a[sort]) < String(b[sort]) ? -1 : 1) * (isForward ? 1 : -1));
    const start = input['ExclusiveStartKey'] as Row | undefined;
    const from = start ? found.findIndex((row) => keyOf(row) === keyOf(start)) + 1 : 0;
    const limit = (input['Limit'] as number | undefined) ?? Infinity;
    const page = found.slice(from, from + limit);
    this.#read(
      page.reduce((sum, row) => sum + sizeOf(row), 0),
      input['ConsistentRead'] === true,
    );
    const last = page.at(-1);
    const hasMore = last && from + page.length < found.length;
    return {
      Items: page
        .filter((row) => holds(input['FilterExpression'] as string | undefined, row, bound(input)))
        .map(stored),
      ...(hasMore ? { LastEvaluatedKey: { pk: last['pk'], sk: last['sk'] } } : {}),
    };
  }

  #next(kind: string, input: Input): Change {
    const key = kind === 'Put' ? (input['Item'] as Row) : (input['Key'] as Row);
    const before = this.#table(input).get(keyOf(key));
    const isMet = holds(input['ConditionExpression'] as string | undefined, before, bound(input));
    const after =
      kind === 'Put'
        ? stored(input['Item'])
        : kind === 'Update'
          ? stored(updated(String(input['UpdateExpression']), before ?? key, bound(input)))
          : kind === 'ConditionCheck'
            ? before
            : undefined;
    return { key: keyOf(key), before, after, isMet };
  }

  #write(input: Input, kind: string, item: Change, times: number): void {
    this.consumed.write +=
      times * Math.max(1, Math.ceil(Math.max(sizeOf(item.before), sizeOf(item.after)) / 1024));
    if (kind === 'ConditionCheck') return;
    this.consumed.write += indexUnits(item);
    const table = this.#table(input);
    if (item.after) table.set(item.key, item.after);
    else table.delete(item.key);
    this.#written({ table: String(input['TableName']), before: item.before, after: item.after });
  }

  #single(kind: string, input: Input): unknown {
    const item = this.#next(kind, input);
    if (!item.isMet) {
      this.consumed.write += 1;
      throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
    }
    if (kind === 'Delete' && !item.before) return {};
    this.#write(input, kind, item, 1);
    return input['ReturnValues'] === 'ALL_NEW' ? { Attributes: item.after } : {};
  }

  #transact(items: readonly Record<string, Input>[]): unknown {
    if (items.length > MOST_ITEMS) throw new Error('More than 100 items in a transaction.');
    const writes = items.map((each) => {
      const [[kind, input] = ['', {} as Input]] = Object.entries(each);
      return { kind, input, item: this.#next(kind, input) };
    });
    const places = writes.map(({ input, item }) => `${String(input['TableName'])} ${item.key}`);
    if (new Set(places).size < places.length) {
      throw Object.assign(new Error('Transaction request cannot include multiple operations on one item'), {
        name: 'ValidationException',
      });
    }
    if (writes.some(({ item }) => !item.isMet)) {
      this.consumed.write += 2 * writes.length;
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: writes.map(({ item }) => ({
          Code: item.isMet ? 'None' : 'ConditionalCheckFailed',
        })),
      });
    }
    for (const { kind, input, item } of writes) this.#write(input, kind, item, 2);
    return {};
  }
}
