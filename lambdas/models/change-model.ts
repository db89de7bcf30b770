/** Reads, decides and stores a model until nobody else came between; three times are plenty for one person's model. */
import type { ModelRecord } from '../../contracts/models.ts';
import type { ModelStore } from './model-store.ts';

const TRIES = 3;

/** `decide` answers the next revision, or the record as it is where nothing has to change. */
export async function changeModelRecord(
  store: ModelStore,
  owner: string,
  id: string,
  decide: (record: ModelRecord | undefined) => ModelRecord,
): Promise<ModelRecord> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const record = await store.get(owner, id);
    const changed = decide(record);
    if (changed === record || (await store.replace(changed))) return changed;
  }
  throw new Error('The model kept changing under this request.');
}
