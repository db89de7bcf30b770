/** What the workflow reads and writes in the models' bucket. */
import type { FrozenRunSpec, ManifestFile, ModelManifest } from '../../contracts/run-spec.ts';
import type { RunIdentity } from '../runs/run-token.ts';

export interface ModelFiles {
  writeSpec(owner: string, spec: FrozenRunSpec): Promise<void>;
  /** What was frozen for a job; nothing when there is none. */
  spec(owner: string, jobId: string): Promise<FrozenRunSpec | undefined>;
  /** Whether a checkpoint's manifest and every file that it names lie there as described. */
  isWhole(checkpoint: { manifestKey: string; manifestVersionId: string }): Promise<boolean>;
  /** The VersionId of the attempt's newest manifest; nothing when it has none. */
  manifestVersion(run: RunIdentity): Promise<string | undefined>;
  /** Exactly this version, parsed; nothing when it is not there or not a manifest. */
  manifest(run: RunIdentity, versionId: string): Promise<ModelManifest | undefined>;
  /** What S3 itself says of a file of the manifest, against what the manifest says of it. */
  isStored(run: RunIdentity, file: ManifestFile): Promise<boolean>;
  /** Puts an object of the job's archive; an earlier one under the key is superseded. */
  archive(key: string, body: Uint8Array, contentType: string): Promise<void>;
  isArchived(key: string): Promise<boolean>;
  /**
   * Marks every checkpoint of a job to expire after its days (lifecycle rules of the bucket): soon, but those below
   * `keep` only when nobody can go on from them any more.
   */
  expireCheckpoints(owner: string, jobId: string, keep?: string): Promise<void>;
}
