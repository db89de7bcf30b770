import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ClusterHealthRecord } from '../../contracts/cluster.ts';
import { coreKeys } from '../runtime/dynamo-keys.ts';
import { type Documents, isConditionFailed } from '../runtime/dynamo.ts';
import type { ClusterHealth } from './cluster-health.ts';

export function dynamoClusterHealth(documents: Documents, coreTable: string): ClusterHealth {
  const at = (host: string) => ({ TableName: coreTable, Key: coreKeys.clusterHealth(host) });
  const held = async (write: () => Promise<unknown>): Promise<boolean> => {
    try {
      await write();
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  };
  return {
    async get(host) {
      // A moment behind is soon enough, and costs half.
      const { Item } = await documents.send(new GetCommand(at(host)));
      return Item && ClusterHealthRecord.parse(Item);
    },
    async failed(host, now, probeAt) {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          ...at(host),
          UpdateExpression:
            'SET shape = :shape, host = :host, since = if_not_exists(since, :now), probeAt = :probeAt ADD failures :one',
          ExpressionAttributeValues: {
            ':shape': 1,
            ':host': host,
            ':now': now,
            ':probeAt': probeAt,
            ':one': 1,
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return ClusterHealthRecord.parse(Attributes);
    },
    takeProbe: (seen, probeAt) =>
      held(() =>
        documents.send(
          new UpdateCommand({
            ...at(seen.host),
            UpdateExpression: 'SET probeAt = :next',
            ConditionExpression: 'since = :since AND probeAt = :seen',
            ExpressionAttributeValues: { ':next': probeAt, ':since': seen.since, ':seen': seen.probeAt },
          }),
        ),
      ),
    answered: (seen) =>
      held(() =>
        documents.send(
          new DeleteCommand({
            ...at(seen.host),
            ConditionExpression: 'since = :since',
            ExpressionAttributeValues: { ':since': seen.since },
          }),
        ),
      ),
  };
}
