import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { SettingsRecord } from '../../contracts/account.ts';
import { coreKeys } from '../runtime/dynamo-keys.ts';
import {
  type Documents,
  failedConditions,
  isConditionFailed,
  isTransactionConflict,
} from '../runtime/dynamo.ts';
import type { SettingsStore } from './settings-store.ts';

export function dynamoSettingsStore(documents: Documents, coreTable: string): SettingsStore {
  const get = async (owner: string) => {
    const { Item } = await documents.send(
      new GetCommand({ TableName: coreTable, Key: coreKeys.settings(owner), ConsistentRead: true }),
    );
    return Item && SettingsRecord.parse(Item);
  };
  return {
    get,
    async putFirst(settings) {
      try {
        const { owner } = settings;
        await documents.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName: coreTable,
                  Item: { ...coreKeys.settings(owner), ...settings },
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              },
              // Makes the person known to the admins' list.
              { Put: { TableName: coreTable, Item: { ...coreKeys.userListing(owner), shape: 1, owner } } },
            ],
          }),
        );
        return settings;
      } catch (error) {
        const isThere = failedConditions(error).length > 0 || isTransactionConflict(error);
        const stored = isThere ? await get(settings.owner) : undefined;
        if (stored) return stored;
        throw error;
      }
    },
    async putChoices(settings, ceilingUsdMicros) {
      try {
        const budget = settings.monthlyBudgetUsdMicros;
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: coreTable,
            Key: coreKeys.settings(settings.owner),
            UpdateExpression: `SET emailChoices = :choices, updatedAt = :at${budget === undefined ? '' : ', monthlyBudgetUsdMicros = :budget'}`,
            // An admin may lower the ceiling between our read and this write.
            ConditionExpression:
              'attribute_exists(pk) AND (attribute_not_exists(monthlyBudgetCeilingUsdMicros) OR monthlyBudgetCeilingUsdMicros >= :ceiling)',
            ExpressionAttributeValues: {
              ':choices': settings.emailChoices,
              ':at': settings.updatedAt,
              ':ceiling': ceilingUsdMicros,
              ...(budget === undefined ? {} : { ':budget': budget }),
            },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return SettingsRecord.parse(Attributes);
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw error;
      }
    },
  };
}
