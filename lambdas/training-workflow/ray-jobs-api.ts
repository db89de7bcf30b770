/** The Ray Jobs REST API (2.60), with everything it was seen to do wrong (facts.md §3). */
import * as z from 'zod';
import { redactText } from '../runtime/log.ts';
import { ClusterSilent } from './circuit.ts';
import { plainHttp, type PlainHttp } from './plain-http.ts';
import type { ClusterResources, RayCluster, RunLook, Submission } from './ray-cluster.ts';

export interface RayAddress {
  /** Without a slash at its end. */
  url: string;
  /** Asked for at each call; `fresh` after the cluster refused the one before. */
  key: (fresh: boolean) => Promise<string>;
  http?: PlainHttp;
}

/** Fixed: Ray runs it in a shell, so nothing of a person's may ever be part of it. */
const ENTRYPOINT = 'brightrun-train';
/** An answer takes milliseconds; a step that has 60 s can afford three calls of this length. */
const CALL_MS = 15_000;
/** A job's record has a message of at most 20,000 characters; a page of 50 MB (fault 30) is cut off here. */
const ANSWER_BYTES = 256 * 1024;

/** The fields that are read, and no others: a newer Ray may say more. */
const JobDetails = z.object({
  status: z.string(),
  message: z.string().nullish(),
  end_time: z.number().nullish(),
});

/** `usage` maps a resource to [used, total]; memory and object store stand beside what is read. */
const ClusterStatus = z.object({
  data: z.object({
    clusterStatus: z
      .object({
        loadMetricsReport: z.object({ usage: z.record(z.string(), z.tuple([z.number(), z.number()])) }),
      })
      .nullish(),
  }),
});

/** Of what the run printed last: about 100 lines, as LIVE keeps them. */
const LAST_LOG_CHARACTERS = 8 * 1024;

/** The lines behind Ray's sentence. Redacted before it is cut, so that no half of a secret is left. */
function lastLogOf(message: string): string {
  const lines = message.split('\n').slice(1).map(redactText);
  return lines.join('\n').slice(-LAST_LOG_CHARACTERS).trim();
}

/** Ray's message is one sentence and then the log's end, up to 20,000 characters: the log is kept elsewhere. */
const sentenceOf = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/,? last available logs.*$/, '').slice(0, 300);

interface Answer {
  /** 0 when there was none. */
  status: number;
  text: string;
  truncated: boolean;
  reason: string;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads at most so many bytes; of a log the end is kept, of everything else the beginning. */
async function read(response: Response, bytes: number, keep: 'beginning' | 'end') {
  const parts: Buffer[] = [];
  let size = 0;
  let truncated = false;
  for await (const part of response.body ?? []) {
    parts.push(Buffer.from(part as Uint8Array));
    size += part.length;
    if (size <= bytes) continue;
    truncated = true;
    if (keep === 'beginning') break;
    while (size - (parts[0]?.length ?? size) >= bytes) size -= parts.shift()?.length ?? 0;
  }
  const all = Buffer.concat(parts);
  const cut = keep === 'end' ? all.subarray(Math.max(0, all.length - bytes)) : all.subarray(0, bytes);
  return { text: cut.toString('utf8'), truncated };
}

export function rayJobsApi(address: RayAddress): RayCluster {
  const send = address.http ?? plainHttp;

  async function once(method: string, path: string, key: string, body?: unknown, logBytes?: number) {
    try {
      const response = await send(address.url + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_MS),
      });
      const kept =
        logBytes === undefined
          ? await read(response, ANSWER_BYTES, 'beginning')
          : await read(response, logBytes, 'end');
      return { status: response.status, ...kept, reason: `it answered ${response.status}` };
    } catch (error) {
      const reason =
        error instanceof ClusterSilent
          ? error.message
          : error instanceof Error
            ? error.name
            : 'it did not answer';
      return { status: 0, text: '', truncated: false, reason };
    }
  }

  const isRefused = (answer: Answer) => answer.status === 401 || answer.status === 403;

  /** One call; with a fresh key once more when the key was refused, because a secret may have been rotated. */
  async function call(method: string, path: string, body?: unknown, logBytes?: number): Promise<Answer> {
    const answer = await once(method, path, await address.key(false), body, logBytes);
    if (!isRefused(answer)) return answer;
    return once(method, path, await address.key(true), body, logBytes);
  }

  const jobPath = (submissionId: string, rest = '') => `/api/jobs/${encodeURIComponent(submissionId)}${rest}`;

  return {
    async look(submissionId): Promise<RunLook> {
      const answer = await call('GET', jobPath(submissionId));
      if (answer.status === 404) return { state: 'absent' };
      if (answer.status !== 200) {
        return { state: 'unreachable', refused: isRefused(answer), reason: answer.reason };
      }
      const details = JobDetails.safeParse(json(answer.text));
      if (!details.success) {
        return { state: 'unreachable', refused: false, reason: 'its answer is not a job' };
      }
      const { status, message, end_time: endTime } = details.data;
      const lastLog = lastLogOf(message ?? '');
      const ended = (how: 'succeeded' | 'failed' | 'stopped'): RunLook => ({
        state: 'ended',
        how,
        endedAt: typeof endTime === 'number' && endTime > 0 ? new Date(endTime) : undefined,
        message: sentenceOf(message ?? ''),
        ...(lastLog ? { lastLog } : {}),
      });
      switch (status) {
        case 'PENDING':
          return { state: 'pending' };
        case 'RUNNING':
          return { state: 'running' };
        case 'SUCCEEDED':
          return ended('succeeded');
        case 'FAILED':
          return ended('failed');
        case 'STOPPED':
          return ended('stopped');
        default:
          return { state: 'unreachable', refused: false, reason: 'its status is not known here' };
      }
    },

    async submit(run): Promise<Submission> {
      const { numCpus, numGpus, memoryBytes } = run.resources;
      const answer = await call('POST', '/api/jobs/', {
        entrypoint: ENTRYPOINT,
        submission_id: run.submissionId,
        runtime_env: { env_vars: run.environment },
        metadata: run.metadata,
        // Without resources the driver would sit on the head node.
        entrypoint_num_cpus: numCpus,
        entrypoint_num_gpus: numGpus,
        entrypoint_memory: memoryBytes,
      });
      if (answer.status === 200) return { state: 'accepted' };
      // What the request itself is to blame for stays so; 408 and 429 say only *not now*.
      const isOurs = answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status);
      if (isOurs) return { state: 'rejected', reason: answer.reason };
      // A duplicate id answers 500 with no useful text, and a timeout may have created it.
      return { state: 'in-doubt', reason: answer.reason };
    },

    async stop(submissionId) {
      await call('POST', jobPath(submissionId, '/stop'));
    },

    async forget(submissionId) {
      const { status } = await call('DELETE', jobPath(submissionId));
      return status === 200 || status === 404;
    },

    async log(submissionId, bytes) {
      // The answer is JSON around the text: escapes at most double it in practice.
      const answer = await call('GET', jobPath(submissionId, '/logs'), undefined, 2 * bytes);
      if (answer.status !== 200) return undefined;
      const whole = z.object({ logs: z.string() }).safeParse(json(answer.text));
      const text = whole.success ? whole.data.logs : unescaped(answer.text);
      const buffer = Buffer.from(text);
      return {
        text: buffer.subarray(Math.max(0, buffer.length - bytes)).toString('utf8'),
        truncated: answer.truncated || buffer.length > bytes,
      };
    },

    async resources(): Promise<ClusterResources | undefined> {
      const answer = await call('GET', '/api/cluster_status');
      const status = ClusterStatus.safeParse(json(answer.text));
      const usage = status.data?.data.clusterStatus?.loadMetricsReport.usage;
      if (!usage) return undefined;
      const of = (name: string) => ({ used: usage[name]?.[0] ?? 0, total: usage[name]?.[1] ?? 0 });
      return { cpus: of('CPU'), gpus: of('GPU') };
    },
  };
}

/** The end of a JSON document whose beginning was cut off: from its first whole line to its closing quote. */
function unescaped(text: string): string {
  const body = text.slice(text.indexOf('\\n') + 2).replace(/"\s*\}\s*$/, '');
  const parsed = json(`"${body}"`);
  return typeof parsed === 'string' ? parsed : body;
}
