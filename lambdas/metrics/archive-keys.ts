/** Where a job's telemetry lies beside its model once it has ended (design.md §4). */
export const archiveKeys = (owner: string, jobId: string) => ({
  events: `models/${owner}/${jobId}/events.jsonl`,
  metrics: `models/${owner}/${jobId}/metrics.jsonl`,
  log: `models/${owner}/${jobId}/log.gz`,
});
