/** How a model's record lies in the core table: an item of a transaction, without a client. */
import type { ModelRecord } from '../../contracts/models.ts';
import { coreKeys, listKey } from '../runtime/dynamo-keys.ts';

/** The list of an owner's models. */
export const MODEL_LIST = 'MODEL';

/** The row, with its place in the owner's list. */
export const modelRow = (record: ModelRecord): Record<string, unknown> => ({
  ...coreKeys.model(record.owner, record.id),
  ...listKey(record.owner, MODEL_LIST, record.createdAt, record.id),
  ...record,
});
