/** Every limit a person can meet, once; the documentation and the messages are made from these figures. */
export const MEBIBYTE = 1024 * 1024;

export const LIMITS = {
  /** A dataset's file: the owner's floor (design.md §1), the same as OpenAI's 512 MB within rounding. */
  datasetBytes: 500 * MEBIBYTE,
  /** A validation file beside it: a tenth is plenty for an interval that means something. */
  validationBytes: 50 * MEBIBYTE,
  /** S3 wants parts of at least 5 MiB except the last; 8 MiB keeps 500 MB at 63 parts. */
  uploadPartBytes: 8 * MEBIBYTE,
  /** A model's file: design.md §1. At 64 MiB a part that is 80 parts. */
  modelFileBytes: 5 * 1024 * MEBIBYTE,
  modelPartBytes: 64 * MEBIBYTE,
  /** An upload nobody finished ends by itself after 48 h (design.md §4). */
  uploadHours: 48,
  /** A line is capped before it is parsed: 10 MB of `{},` cost 307 MB of memory (facts.md §4). */
  datasetLineBytes: MEBIBYTE,
  datasetLineDepth: 32,
  /**
   * JSON Lines compress 5–22 : 1, with a long system message in every row 85 : 1, one short row over and over 294 : 1,
   * a bomb of zeros 1,029 : 1 (measured; deflate can no more). Below the free bytes a ratio says nothing.
   */
  unpackedRatio: 200,
  unpackedFreeBytes: 16 * MEBIBYTE,
  /** One page of a Parquet column, unpacked: writers cut at 1 MB, DuckDB at 100 MB a row group of 122,880 rows. */
  parquetPageBytes: 64 * MEBIBYTE,
  /** Fewer rows cannot be trained and split; OpenAI asks for 10 as well (facts.md §4). */
  datasetMinimumRows: 10,
  /** Fewer rows than this train, with a remark: OpenAI's and Together's guides ask for hundreds. */
  datasetFewRows: 100,
  /** A dataset's versions are listed and kept together; nobody needs more. */
  datasetVersions: 500,
  /** Of each code so many problems stand in the report with their line; all of them are counted. */
  issuesPerCode: 1000,
  /** A run longer than 14 days is refused (design.md §6). */
  jobDays: 14,
  /**
   * Four machines of eight GPUs, what the cluster's files let it grow to (trainer/cluster/raycluster.yaml). A preset's
   * batches are shared by 8 or 16 GPUs at most; who needs more has larger ones.
   */
  gpusPerJob: 32,
  /** An attempt is one try on the cluster; each must get further than the one before (design.md §6). */
  attemptsPerJob: 5,
  /**
   * So long an ended job's newest checkpoint can be gone on from; the bucket keeps it two days longer, for a new job
   * that waits for room. An 8B model's is 0.7 GB, $0.015 a month: time enough for a budget that begins anew.
   */
  checkpointDays: 30,
  /** Together these keep one progress call below 64 KB: a flood is refused, never stored. */
  pointsPerBatch: 500,
  logTailBytes: 32 * 1024,
  /** What the log operation answers at most: Ray returns logs whole, 30 MB was seen (facts.md §3). */
  logBytes: 256 * 1024,
  /** The live tail a snapshot carries, at most. */
  livePoints: 300,
  /** API Gateway passes 10 MB; no operation of ours needs more than this. */
  requestBytes: 256 * 1024,
  notificationDays: 30,
  telemetryDays: 90,
  idempotencyHours: 24,
  /** A downloaded file's URL: long enough for 5 GB at 12 Mbit/s, short enough to be useless tomorrow. */
  downloadUrlSeconds: 3600,
  uploadUrlSeconds: 3600,
} as const;
