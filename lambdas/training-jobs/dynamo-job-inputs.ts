import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { SettingsRecord } from '../../contracts/account.ts';
import { PlatformSettingsRecord } from '../../contracts/platform-settings.ts';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetRecord } from '../../contracts/datasets.ts';
import { newestPaces, pacesIn } from '../costs/pace-rows.ts';
import { coreKeys, type RowKey } from '../runtime/dynamo-keys.ts';
import type { Documents } from '../runtime/dynamo.ts';
import type { JobInputs } from './job-inputs.ts';

export function dynamoJobInputs(documents: Documents, coreTable: string): JobInputs {
  const read = async (key: RowKey) =>
    (await documents.send(new GetCommand({ TableName: coreTable, Key: key, ConsistentRead: true }))).Item;
  return {
    async datasetVersion(owner, datasetId, version) {
      const [dataset, found] = await Promise.all([
        read(coreKeys.dataset(owner, datasetId)),
        read(coreKeys.datasetVersion(owner, datasetId, version)),
      ]);
      if (!dataset || !found) return undefined;
      return { dataset: DatasetRecord.parse(dataset), version: DatasetVersionRecord.parse(found) };
    },
    paces: async (family, gpuType) =>
      pacesIn(await documents.send(new QueryCommand(newestPaces(coreTable, family, gpuType)))),
    async settings(owner) {
      const found = await read(coreKeys.settings(owner));
      return found && SettingsRecord.parse(found);
    },
    async platformBudget() {
      const found = await read(coreKeys.platformSettings());
      return found && PlatformSettingsRecord.parse(found).monthlyBudgetUsdMicros;
    },
  };
}
