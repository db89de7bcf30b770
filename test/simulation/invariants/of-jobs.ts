/** I1–I3, I6, I7, I9, I10: what becomes of a job and its runs. */
import { type Check, ENDED, jobWrites, lastJobs, rowsOf, spansOf } from './invariant.ts';

const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;

/** At most one live cluster attempt per job: no two processes of one job ever hold GPUs at the same time. */
export const oneLiveAttempt: Check = (evidence) =>
  lastJobs(evidence).flatMap(({ id }) => {
    const spans = spansOf(evidence, id).sort((a, b) => a.from - b.from);
    return spans.flatMap((span, place) => {
      const next = spans[place + 1];
      if (!next || (span.to ?? Infinity) <= next.from) return [];
      return [`${next.submissionId} started while ${span.submissionId} held its GPU`];
    });
  });

/** No accepted job is lost: each reaches its end, and nothing of it is left to do. */
export const nothingLost: Check = (evidence) => {
  const found: string[] = [];
  for (const { operation, status, answer } of evidence.history.of('answer')) {
    if (operation !== 'createTrainingJob' || status >= 300) continue;
    const { id } = answer as { id: string };
    if (!lastJobs(evidence).some((job) => job.id === id)) found.push(`${id} was accepted and is nowhere`);
  }
  for (const job of lastJobs(evidence)) {
    if (!ENDED.includes(job.status)) found.push(`${job.id} is ${job.status} at the end`);
    else if (!job.cleanedUpAt) found.push(`${job.id} was never cleaned up`);
    if ('unfinishedShard' in job && job.cleanedUpAt)
      found.push(`${job.id} stays in the index of unfinished work`);
  }
  const waiting = [...(evidence.tables['core']?.values() ?? [])].filter(
    (row) => String(row['pk']).startsWith('OUTBOX#') && !String(row['sk']).startsWith('poison'),
  );
  for (const row of waiting) found.push(`the outbox still holds ${String(row['sk'])}`);
  return found;
};

/** As design.md §4 has it; written down a second time on purpose: the checker does not ask the code. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  queued: ['submitting', 'failed', 'cancelled'],
  submitting: ['submitting', 'running', 'publishing', 'failed', 'cancelled'],
  running: ['submitting', 'publishing', 'failed', 'cancelled'],
  publishing: ['submitting', 'succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

export const allowedMoves: Check = (evidence) =>
  jobWrites(evidence).flatMap(({ before, after, sk }) => {
    if (!after) return [`${sk} was deleted`];
    if (!before) return after['status'] === 'queued' ? [] : [`${sk} begins as ${String(after['status'])}`];
    const [from, to] = [String(before['status']), String(after['status'])];
    const found: string[] = [];
    const isNewAttempt = before['attempt'] !== after['attempt'];
    if ((from !== to || isNewAttempt) && !(MOVES[from] ?? []).includes(to))
      found.push(`${sk}: ${from} → ${to}`);
    if (Number(after['revision']) !== Number(before['revision']) + 1) {
      found.push(`${sk}: revision ${String(before['revision'])} → ${String(after['revision'])}`);
    }
    const attempts = [before, after].map((row) => (row['attempts'] as unknown[]).length);
    if ((attempts[1] ?? 0) < (attempts[0] ?? 0)) found.push(`${sk}: an attempt went missing`);
    return found;
  });

/** The bytes trained are the bytes validated. */
export const sameBytes: Check = (evidence) => [
  ...evidence.history
    .of('trainer')
    .filter(({ what, fields }) => what === 'trained-on' && fields['sha256'] !== evidence.dataSha256)
    .map(({ submissionId }) => `${submissionId} trained on other bytes`),
  ...rowsOf(evidence, 'core', 'MODEL#')
    .filter((row) => (row['dataset'] as { sha256: string }).sha256 !== evidence.dataSha256)
    .map((row) => `${String(row['id'])} names other bytes`),
];

/** Succeeded if and only if the manifest is complete; one model a job. */
export const manifestDecides: Check = (evidence) => {
  const manifests = evidence.history.of('trainer').filter(({ what }) => what === 'manifest');
  const models = rowsOf(evidence, 'core', 'MODEL#');
  return lastJobs(evidence).flatMap((job) => {
    const own = manifests.filter(({ fields }) => fields['jobId'] === job.id);
    const newest = job.attempts.at(-1)?.attempt;
    const right = own.filter(({ fields }) => fields['isRight'] === true && fields['attempt'] === newest);
    const made = models.filter((model) => model['jobId'] === job.id);
    const found: string[] = [];
    if (job.status === 'succeeded') {
      if (right.length === 0) found.push(`${job.id} succeeded without a right manifest of attempt ${newest}`);
      if (made.length !== 1) found.push(`${job.id} has ${made.length} models`);
    } else {
      if (made.length > 0) found.push(`${job.id} is ${job.status} and has a model`);
      const endedAt = 'endedAt' in job ? Date.parse(job.endedAt) : Infinity;
      const isWhole = right.some(({ at }) => at < endedAt - 1000);
      if (isWhole && ENDED.includes(job.status))
        found.push(`${job.id} is ${job.status} although its manifest is right`);
    }
    return found;
  });
};

const FREE_WITHIN_MS = 5 * 60_000;
/** Evaluating, exporting and uploading after *stop and keep*: as long again. */
const KEEP_MS = 15 * 60_000;

/** Cancel converges: the GPU is free within five minutes of the cluster being reachable. */
export const cancelConverges: Check = (evidence) =>
  lastJobs(evidence).flatMap((job) => {
    if (!job.cancelRequestedAt) return [];
    const asked = Date.parse(job.cancelRequestedAt);
    return spansOf(evidence, job.id).flatMap((span) => {
      const to = span.to ?? evidence.endedAt;
      if (to <= asked) return [];
      let from = Math.max(asked, span.from);
      for (const { from: silentFrom, until } of evidence.silences) {
        if (silentFrom <= from + FREE_WITHIN_MS && until > from) from = until;
      }
      const within = FREE_WITHIN_MS + (job.keepModel ? KEEP_MS : 0);
      return to - from > within
        ? [`${span.submissionId} held its GPU ${minutes(to - from)} after it could be freed`]
        : [];
    });
  });

const HISTORY_EVENTS = 25_000;
const ITEM_BYTES = 400 * 1024;
const ATTEMPTS = 5;

/** Retries, memory, logs and history are bounded. */
export const bounded: Check = (evidence) => {
  const found: string[] = [];
  for (const { name, events } of evidence.history.of('execution')) {
    if (events >= HISTORY_EVENTS) found.push(`${name} has ${events} history events`);
  }
  for (const job of lastJobs(evidence)) {
    if (job.attempts.length > ATTEMPTS) found.push(`${job.id} had ${job.attempts.length} attempts`);
    const submitted = new Set(
      evidence.history
        .of('cluster')
        .filter(({ what, submissionId }) => what === 'submitted' && submissionId.startsWith(job.id))
        .map(({ submissionId }) => submissionId),
    );
    if (submitted.size > ATTEMPTS) found.push(`${job.id} was handed over ${submitted.size} times`);
  }
  for (const rows of Object.values(evidence.tables)) {
    for (const [key, row] of rows) {
      const bytes = Buffer.byteLength(JSON.stringify(row));
      if (bytes > ITEM_BYTES) found.push(`${key} has ${bytes} bytes`);
    }
  }
  const hours =
    1 + evidence.spans.reduce((sum, { from, to }) => sum + ((to ?? evidence.endedAt) - from), 0) / 3_600_000;
  const logged = evidence.history.of('log').reduce((sum, { text }) => sum + text.length, 0);
  // A job of an hour writes about 20 KB; with every call failing, stacks make megabytes of it, and more is a loop.
  if (logged > 20_000_000 * hours) found.push(`${logged} characters were logged`);
  return found;
};
