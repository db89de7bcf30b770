import type { ModelRecord } from '../../contracts/models.ts';

/** Where models' records lie; the workflow writes the first revision, from then on this noun does. */
export interface ModelStore {
  get(owner: string, id: string): Promise<ModelRecord | undefined>;
  list(
    owner: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: ModelRecord[]; nextCursor?: string }>;
  /** Stores a next revision; answers false where somebody else stored one first. */
  replace(record: ModelRecord): Promise<boolean>;
}

/** Where their files lie. */
export interface ModelFiles {
  /** A URL that gets exactly this version, as a file of its own name. */
  sign(key: string, versionId: string, expiresInSeconds: number): Promise<string>;
  /** Deletes every version of everything below a prefix; nothing there is fine. */
  deleteAll(prefix: string): Promise<void>;
}
