import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ModelRecord } from '../../contracts/models.ts';
import { coreKeys } from '../runtime/dynamo-keys.ts';
import { queryList } from '../runtime/dynamo-list.ts';
import { type Documents, isConditionFailed } from '../runtime/dynamo.ts';
import { MODEL_LIST, modelRow } from './model-rows.ts';
import type { ModelStore } from './model-store.ts';

export function dynamoModelStore(documents: Documents, coreTable: string): ModelStore {
  return {
    async get(owner, id) {
      const { Item } = await documents.send(
        new GetCommand({ TableName: coreTable, Key: coreKeys.model(owner, id), ConsistentRead: true }),
      );
      return Item && ModelRecord.parse(Item);
    },
    list: (owner, page) =>
      queryList(documents, coreTable, {
        owner,
        list: MODEL_LIST,
        ...page,
        parse: (row) => ModelRecord.parse(row),
      }),
    async replace(record) {
      try {
        await documents.send(
          new PutCommand({
            TableName: coreTable,
            Item: modelRow(record),
            ConditionExpression: 'revision = :before',
            ExpressionAttributeValues: { ':before': record.revision - 1 },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
  };
}
