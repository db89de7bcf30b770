/** The files a run reads, as the API hands them out. */
import type {
  CheckpointManifest,
  FileToFetch,
  FrozenRunSpec,
  ManifestFile,
} from '../../contracts/run-spec.ts';

/** One stored file, pinned by its version. */
export interface PinnedFile {
  path: string;
  key: string;
  versionId: string;
  bytes: number;
  sha256: string;
}

export interface RunFiles {
  /** The frozen spec; nothing before `prepare-run` has written it. */
  spec(owner: string, jobId: string): Promise<FrozenRunSpec | undefined>;
  /** A checkpoint's manifest at exactly this version; nothing when there is none or it is not one. */
  checkpointManifest(key: string, versionId: string): Promise<CheckpointManifest | undefined>;
  /** Whether the file of a manifest lies there with its size and checksum. */
  isStored(key: string, file: ManifestFile): Promise<boolean>;
  datasetFile(file: PinnedFile, now: Date): Promise<FileToFetch>;
  modelFile(file: PinnedFile, now: Date): Promise<FileToFetch>;
}
