/** DynamoDB as the document client sees it: tables with their indexes, transactions, and what each call consumes. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Row } from '../history/history.ts';
import { holds, namesIn, projected, requireBound, updated } from './expressions.ts';
import { indexUnits, readUnits, writeUnits } from './capacity.ts';
import { INDEXES, inOrder, keyOf, Partitions, TABLE_KEY } from './partitions.ts';
import { invalid, notatedRow, order, sizeOfRow, stored, typeOf } from './values.ts';

type Input = Record<string, unknown>;
/** One row that was written, or is gone. */
export interface Written {
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

/** Hard limits (facts.md §2). */
const MOST_ITEMS = 100;
const ITEM_BYTES = 400 * 1024;
const PAGE_BYTES = 1024 * 1024;
const TRANSACTION_BYTES = 4 * 1024 * 1024;

const REFUSED = 'The conditional request failed';

const bound = (input: Input) => ({
  names: input['ExpressionAttributeNames'] as Record<string, string> | undefined,
  values: input['ExpressionAttributeValues'] as Row | undefined,
});
const text = (input: Input, name: string) => input[name] as string | undefined;
const isConsistent = (input: Input) => input['ConsistentRead'] === true;

/** The partition of a key condition, which always comes first in ours: `pk = :pk AND …`. */
const PARTITION = /^\s*([#\w]+)\s*=\s*(:\w+)/;

export class Tables {
  readonly rows: Record<string, ReadonlyMap<string, Row>> = {};
  /** Request units; a transaction's writes take twice as many. */
  readonly consumed = { read: 0, write: 0 };
  readonly #tables = new Map<string, Partitions>();
  readonly #written: (write: Written) => void;

  constructor(names: readonly string[], written: (write: Written) => void) {
    for (const name of names) {
      const table = new Partitions();
      this.#tables.set(name, table);
      this.rows[name] = table.rows;
    }
    this.#written = written;
  }

  #table(name: unknown): Partitions {
    const table = this.#tables.get(String(name));
    if (table) return table;
    throw Object.assign(new Error('Requested resource not found'), { name: 'ResourceNotFoundException' });
  }

  perform(name: string, input: Input): unknown {
    switch (name) {
      case 'GetCommand':
        return this.#get(input);
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

  // Reads -------------------------------------------------------------------

  #get(input: Input): unknown {
    requireBound([text(input, 'ProjectionExpression')], bound(input));
    const row = this.#table(input['TableName']).rows.get(keyOf(wholeKey(input['Key'] as Row)));
    this.consumed.read += readUnits(sizeOfRow(row), isConsistent(input));
    return row ? { Item: this.#answered(row, input) } : {};
  }

  #answered(row: Row, input: Input): unknown {
    return stored(projected(text(input, 'ProjectionExpression'), row, bound(input)));
  }

  #batch(asked: Record<string, Input>): unknown {
    const Responses: Record<string, unknown[]> = {};
    const keys = Object.values(asked).flatMap((request) => request['Keys'] as Row[]);
    if (keys.length > MOST_ITEMS) throw invalid('Too many items requested for the BatchGetItem call');
    for (const [table, request] of Object.entries(asked)) {
      const wanted = (request['Keys'] as Row[]).map((key) => keyOf(wholeKey(key)));
      if (new Set(wanted).size < wanted.length)
        throw invalid('Provided list of item keys contains duplicates');
      requireBound([text(request, 'ProjectionExpression')], bound(request));
      Responses[table] = wanted.flatMap((key) => {
        const row = this.#table(table).rows.get(key);
        this.consumed.read += readUnits(sizeOfRow(row), isConsistent(request));
        return row ? [this.#answered(row, request)] : [];
      });
    }
    return { Responses, UnprocessedKeys: {} };
  }

  #query(input: Input): unknown {
    const { IndexName, KeyConditionExpression: condition } = input as Record<string, string | undefined>;
    const pair = IndexName === undefined ? TABLE_KEY : INDEXES[IndexName];
    if (!pair) throw invalid(`The table does not have the specified index: ${IndexName}`);
    if (IndexName !== undefined && isConsistent(input))
      throw invalid('Consistent reads are not supported on global secondary indexes');
    const filter = text(input, 'FilterExpression');
    requireBound([condition, filter, text(input, 'ProjectionExpression')], bound(input));
    const filtered = new Set(filter === undefined ? [] : namesIn(filter, bound(input)));
    if (pair.some((key) => filtered.has(key)))
      throw invalid('Filter Expression can only contain non-primary key attributes');
    const [, name = '', value = ''] = PARTITION.exec(condition ?? '') ?? [];
    if ((bound(input).names?.[name] ?? name) !== pair[0])
      throw invalid(`Query condition missed key schema element: ${pair[0]}`);
    const limit = (input['Limit'] as number | undefined) ?? Infinity;
    if (limit < 1) throw invalid('Limit must be at least 1');

    const isForward = input['ScanIndexForward'] !== false;
    const found = this.#table(input['TableName'])
      .of(pair, bound(input).values?.[value])
      .filter((row) => holds(condition, row, bound(input)));
    if (!isForward) found.reverse();
    const start = input['ExclusiveStartKey'] as Row | undefined;
    const isAfter = (row: Row) => !start || inOrder(pair, row, start) * (isForward ? 1 : -1) > 0;
    const { page, bytes, isCut } = pageOf(found.filter(isAfter), limit);
    this.consumed.read += readUnits(bytes, isConsistent(input));
    const last = page.at(-1);
    const Items = page
      .filter((row) => holds(filter, row, bound(input)))
      .map((row) => this.#answered(row, input));
    const place = [...TABLE_KEY, ...(IndexName === undefined ? [] : pair)];
    return {
      Items,
      Count: Items.length,
      ScannedCount: page.length,
      ...(isCut && last
        ? { LastEvaluatedKey: Object.fromEntries(place.map((name_) => [name_, last[name_]])) }
        : {}),
    };
  }

  // Writes ------------------------------------------------------------------

  #next(kind: string, input: Input): Change {
    requireBound([text(input, 'ConditionExpression'), text(input, 'UpdateExpression')], bound(input));
    const key = kind === 'Put' ? (input['Item'] as Row) : wholeKey(input['Key'] as Row);
    requireKeys(key);
    const before = this.#table(input['TableName']).rows.get(keyOf(key));
    const isMet = holds(text(input, 'ConditionExpression'), before, bound(input));
    // An update is not looked at where its condition does not hold.
    const after = isMet ? this.#after(kind, input, key, before) : before;
    if (isMet && after && kind !== 'ConditionCheck') requireFit(after, key);
    return { key: keyOf(key), before, after, isMet };
  }

  #after(kind: string, input: Input, key: Row, before: Row | undefined): Row | undefined {
    if (kind === 'Put') return stored(input['Item']) as Row;
    if (kind === 'ConditionCheck') return before;
    if (kind === 'Delete') return undefined;
    const expression = text(input, 'UpdateExpression');
    return stored(
      expression === undefined ? (before ?? key) : updated(expression, before ?? key, bound(input)),
    ) as Row;
  }

  #write(input: Input, kind: string, item: Change, times: number): void {
    this.consumed.write += times * writeUnits(item);
    if (kind === 'ConditionCheck') return;
    this.consumed.write += indexUnits(item);
    const table = this.#table(input['TableName']);
    if (item.after) table.put(item.after);
    else table.remove(item.key);
    this.#written({ table: String(input['TableName']), before: item.before, after: item.after });
  }

  #single(kind: string, input: Input): unknown {
    const item = this.#next(kind, input);
    if (!item.isMet) {
      this.consumed.write += writeUnits(item);
      throw new ConditionalCheckFailedException({ message: REFUSED, $metadata: {}, ...seen(input, item) });
    }
    if (kind === 'Delete' && !item.before) {
      this.consumed.write += 1;
      return {};
    }
    this.#write(input, kind, item, 1);
    const { before, after } = item;
    const asked = input['ReturnValues'];
    const row = asked === 'ALL_NEW' ? after : asked === 'ALL_OLD' ? before : undefined;
    return row ? { Attributes: stored(row) } : {};
  }

  #transact(items: readonly Record<string, Input>[]): unknown {
    if (items.length > MOST_ITEMS) throw invalid('Member must have length less than or equal to 100');
    const writes = items.map((each) => {
      const [[kind, input] = ['', {} as Input]] = Object.entries(each);
      return { kind, input, item: this.#next(kind, input) };
    });
    const places = writes.map(({ input, item }) => `${String(input['TableName'])} ${item.key}`);
    if (new Set(places).size < places.length)
      throw invalid('Transaction request cannot include multiple operations on one item');
    const bytes = writes.reduce((sum, { item }) => sum + sizeOfRow(item.after ?? item.before), 0);
    if (bytes > TRANSACTION_BYTES) throw invalid('Transaction request exceeds 4 MB');
    if (writes.some(({ item }) => !item.isMet)) {
      for (const { item } of writes) this.consumed.write += 2 * writeUnits(item);
      throw cancelled(writes);
    }
    for (const { kind, input, item } of writes) this.#write(input, kind, item, 2);
    return {};
  }
}

/** As many rows as a page takes; it is cut also where its last row happens to be the last there is. */
function pageOf(rows: readonly Row[], limit: number): { page: Row[]; bytes: number; isCut: boolean } {
  const page: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = sizeOfRow(row);
    if (page.length > 0 && bytes + size > PAGE_BYTES) return { page, bytes, isCut: true };
    page.push(row);
    bytes += size;
    if (page.length === limit) return { page, bytes, isCut: true };
  }
  return { page, bytes, isCut: false };
}

function wholeKey(key: Row): Row {
  const names = Object.keys(key);
  if (names.length !== 2 || !TABLE_KEY.every((name) => names.includes(name)))
    throw invalid('The provided key element does not match the schema');
  requireKeys(key);
  return key;
}

function requireKeys(row: Row): void {
  for (const [place, name] of TABLE_KEY.entries()) {
    const value = row[name];
    if (typeof value !== 'string') throw invalid(`Type mismatch for key ${name}`);
    const bytes = Buffer.byteLength(value);
    if (bytes === 0)
      throw invalid(
        `The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    if (bytes > (place === 0 ? 2048 : 1024)) throw invalid(`The size of the key ${name} is above its limit`);
  }
}

function requireFit(row: Row, key: Row): void {
  if (TABLE_KEY.some((name) => order(row[name], key[name]) !== 0))
    throw invalid('Cannot update attribute. This attribute is part of the key');
  if (sizeOfRow(row) > ITEM_BYTES) throw invalid('Item size has exceeded the maximum allowed size');
  for (const name of Object.values(INDEXES).flat()) {
    const value = row[name];
    if (value === undefined) continue;
    if (typeOf(value) !== 'S') throw invalid(`Type mismatch for Index Key ${name}`);
    if (value === '')
      throw invalid(`The AttributeValue for a secondary index key cannot be an empty string. Key: ${name}`);
  }
}

/** The row that a condition did not hold for, where the request asked to see it. */
function seen(input: Input, { before }: Change): { Item?: never } {
  const isAsked = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
  return isAsked && before ? { Item: notatedRow(before) as never } : {};
}

function cancelled(writes: readonly { input: Input; item: Change }[]): Error {
  const reasons = writes.map(({ input, item }) =>
    item.isMet
      ? { Code: 'None' }
      : { Code: 'ConditionalCheckFailed', Message: REFUSED, ...seen(input, item) },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new TransactionCanceledException({
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    $metadata: {},
    CancellationReasons: reasons,
  });
}
