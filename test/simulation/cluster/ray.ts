/**
 * A scripted Ray of one node: its Jobs REST API as it was seen to behave (facts.md §3), what really runs on it, and
 * who holds its GPU. What is observed of it by an invariant is `spans`: when which process held a GPU.
 */
import type { Clock } from '../time/clock.ts';
import type { DoorAnswer, DoorRequest } from './door.ts';

export type RayStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
const ENDED: readonly RayStatus[] = ['SUCCEEDED', 'FAILED', 'STOPPED'];

/** A process that a submission starts. */
export interface Process {
  /** SIGTERM; it may take its time, and SIGKILL follows. */
  terminate(): void;
  /** SIGKILL: nothing of it happens after. */
  kill(): void;
}

export interface Span {
  submissionId: string;
  from: number;
  to?: number;
}

interface Submitted {
  id: string;
  env: Record<string, string>;
  gpus: number;
  cpus: number;
  status: RayStatus;
  message: string;
  endTime?: number;
  log: string[];
  /** How many times it was asked to stop, and whether that was heard. */
  stops: number;
  isStopping: boolean;
}

/** What a fault does to an answer; the first that says anything decides. */
export type RayFault = (
  call: { method: string; path: string; id: string | undefined },
  real: () => DoorAnswer,
) => DoorAnswer | undefined;

export interface RayParts {
  clock: Clock;
  /** The key that the cluster takes now. */
  key: () => string;
  /** Starts the trainer; `end` is called once, when the process is gone by itself. */
  start: (
    run: { submissionId: string; env: Record<string, string>; log: (line: string) => void },
    end: (exitCode: number) => void,
  ) => Process;
  /** Milliseconds from the hand-over until the process runs. */
  startMs: (submissionId: string) => number;
  note: (what: string, submissionId: string) => void;
}

/** `RAY_JOB_STOP_WAIT_TIME_S` of a cluster that lets a trainer save (facts.md §3). */
const STOP_WAIT_MS = 15_000;
const START_TIMEOUT_MS = 15 * 60_000;
const GPUS = 8;

const json = (status: number, body: unknown): DoorAnswer => ({ status, body: JSON.stringify(body) });

export class ScriptedRay {
  readonly submissions = new Map<string, Submitted>();
  readonly processes = new Map<string, Process>();
  readonly spans: Span[] = [];
  readonly faults: RayFault[] = [];
  /** Every submission that was created, also one whose record is gone. */
  readonly created: { id: string; at: number }[] = [];
  /** GPUs that somebody else holds. */
  takenGpus = 0;
  /** Until then a stop is answered and does nothing (fault 37). */
  deafUntil = 0;
  /** Its clock stands so many milliseconds beside ours (fault 39). */
  clockOffsetMs = 0;
  readonly #parts: RayParts;

  constructor(parts: RayParts) {
    this.#parts = parts;
  }

  // The API ---------------------------------------------------------------

  answer = async (request: DoorRequest): Promise<DoorAnswer> => {
    const id = /^\/api\/jobs\/([^/]+)/.exec(request.path)?.[1];
    const call = { method: request.method, path: request.path, id: id && decodeURIComponent(id) };
    const real = () => this.#real(request, call.id);
    for (const fault of this.faults) {
      const answer = fault(call, real);
      if (answer !== undefined) return answer;
    }
    return real();
  };

  #real(request: DoorRequest, id: string | undefined): DoorAnswer {
    const given = /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (given === undefined) return json(401, {});
    if (given !== this.#parts.key()) return json(403, {});
    if (request.path === '/api/cluster_status') return this.#resources();
    if (request.method === 'POST' && request.path === '/api/jobs/') return this.#submit(request.body);
    const found = id === undefined ? undefined : this.submissions.get(id);
    if (!found) return json(404, {});
    if (request.path.endsWith('/logs')) return json(200, { logs: found.log.join('') });
    if (request.path.endsWith('/stop')) return this.#stop(found);
    if (request.method === 'DELETE') {
      if (!ENDED.includes(found.status)) return json(500, {});
      this.submissions.delete(found.id);
      return json(200, {});
    }
    return json(200, {
      submission_id: found.id,
      status: found.status,
      message: found.message,
      end_time: found.endTime ?? 0,
      runtime_env: { env_vars: found.env },
    });
  }

  #resources(): DoorAnswer {
    const usage = {
      CPU: [this.#used('cpus'), 96],
      GPU: [Math.min(GPUS, this.#used('gpus') + this.takenGpus), GPUS],
    };
    return json(200, { data: { clusterStatus: { loadMetricsReport: { usage } } } });
  }

  #used(what: 'cpus' | 'gpus'): number {
    let used = 0;
    for (const id of this.processes.keys()) used += this.submissions.get(id)?.[what] ?? 1;
    return used;
  }

  #submit(body: string): DoorAnswer {
    const asked = JSON.parse(body) as {
      submission_id: string;
      entrypoint_num_gpus: number;
      entrypoint_num_cpus: number;
      runtime_env: { env_vars: Record<string, string> };
    };
    const id = asked.submission_id;
    // No useful text: whoever asks must look (fault 24).
    if (this.submissions.has(id)) return { status: 500, body: 'Traceback' };
    const { clock } = this.#parts;
    this.created.push({ id, at: clock.now() });
    this.#parts.note('submitted', id);
    const submitted: Submitted = {
      id,
      env: asked.runtime_env.env_vars,
      gpus: asked.entrypoint_num_gpus,
      cpus: asked.entrypoint_num_cpus,
      status: 'PENDING',
      message: 'Job has not started yet. It may be waiting for resources',
      log: [],
      stops: 0,
      isStopping: false,
    };
    this.submissions.set(id, submitted);
    clock.after(this.#parts.startMs(id), () => this.begin(id));
    clock.after(START_TIMEOUT_MS, () => {
      if (submitted.status !== 'PENDING') return;
      this.#end(
        submitted,
        'FAILED',
        'Job supervisor actor failed to start within 900 seconds: start timeout.',
      );
    });
    return json(200, { job_id: id, submission_id: id });
  }

  /** The supervisor wakes: also after its record says FAILED (fault 33), but not once that was deleted. */
  begin(id: string): void {
    const submitted = this.submissions.get(id);
    if (!submitted || this.processes.has(id) || submitted.status === 'STOPPED') return;
    const { clock, start, note } = this.#parts;
    const span: Span = { submissionId: id, from: clock.now() };
    this.spans.push(span);
    if (submitted.status === 'PENDING') {
      submitted.status = 'RUNNING';
      submitted.message = 'Job is currently running.';
    }
    note('running', id);
    const process = start(
      { submissionId: id, env: submitted.env, log: (line) => void submitted.log.push(`${line}\n`) },
      (exitCode) => {
        if (this.processes.get(id) !== process) return;
        this.processes.delete(id);
        span.to = clock.now();
        note('gone', id);
        const isOver = ENDED.includes(submitted.status);
        if (isOver) return;
        if (submitted.isStopping) this.#end(submitted, 'STOPPED', 'Job was intentionally stopped.');
        else if (exitCode === 0) this.#end(submitted, 'SUCCEEDED', 'Job finished successfully.');
        else {
          const message = `Job entrypoint command failed with exit code ${exitCode}, last available logs (truncated)`;
          this.#end(submitted, 'FAILED', message);
        }
      },
    );
    this.processes.set(id, process);
  }

  #end(submitted: Submitted, status: RayStatus, message: string): void {
    submitted.status = status;
    submitted.message = message;
    submitted.endTime = this.#parts.clock.now() + this.clockOffsetMs;
  }

  #stop(submitted: Submitted): DoorAnswer {
    const { id } = submitted;
    submitted.stops += 1;
    this.#parts.note('stop', id);
    const process = this.processes.get(id);
    // A pending one says so too, and stays pending (facts.md §3).
    if (!process || this.#parts.clock.now() < this.deafUntil) return json(200, { stopped: true });
    if (!submitted.isStopping) {
      submitted.isStopping = true;
      process.terminate();
      this.#parts.clock.after(STOP_WAIT_MS, () => this.kill(id, 'STOPPED', 'Job was intentionally stopped.'));
    }
    return json(200, { stopped: true });
  }

  // What happens to it ------------------------------------------------------

  /** SIGKILL of a process by the cluster, or with its machine. */
  kill(
    id: string,
    status: RayStatus = 'FAILED',
    message = 'Job entrypoint command failed with exit code -9',
  ): void {
    const process = this.processes.get(id);
    if (!process) return;
    this.processes.delete(id);
    process.kill();
    const span = this.spans.findLast((one) => one.submissionId === id);
    if (span) span.to = this.#parts.clock.now();
    this.#parts.note('killed', id);
    const submitted = this.submissions.get(id);
    if (submitted && !ENDED.includes(submitted.status)) this.#end(submitted, status, message);
  }

  /** The head restarts: every record is gone, and what ran dies with its raylet. */
  restart(): void {
    for (const id of this.processes.keys()) this.kill(id);
    this.submissions.clear();
    this.#parts.note('restarted', '');
  }
}
