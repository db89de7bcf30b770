/** I5, I8, I11, I12: what people see. */
import { type Check, ENDED, jobWrites, lastJobs, rowsOf } from './invariant.ts';

/** Nobody reads, writes or learns of another owner's things. */
export const ownersApart: Check = (evidence) => {
  const found: string[] = [];
  const ids = lastJobs(evidence)
    .filter(({ owner }) => owner === evidence.owner)
    .map(({ id }) => id);
  for (const { operation, owner, status, answer } of evidence.history.of('answer')) {
    if (owner === evidence.owner) continue;
    if (status > 0 && status < 400) found.push(`${operation} answered a stranger ${status}`);
    const text = JSON.stringify(answer);
    for (const id of ids) if (text.includes(id)) found.push(`${operation} told a stranger of ${id}`);
  }
  for (const { pk, after } of evidence.history.of('write')) {
    const said = /^USER#([^#]+)/.exec(pk)?.[1];
    if (said && after && after['owner'] !== undefined && after['owner'] !== said) {
      found.push(`a row of ${said} says that it is ${String(after['owner'])}’s`);
    }
  }
  return found;
};

/** Events that a person is told of away from the page. */
const WARNINGS: readonly string[] = ['plateau', 'divergence', 'overfitting'];

/** One visible notification per job and transition. */
export const toldOnce: Check = (evidence) => {
  const found: string[] = [];
  const notes = rowsOf(evidence, 'ephemeral', 'NOTE#').filter(
    (note) => note['kind'] !== 'expired-for-a-test',
  );
  for (const job of lastJobs(evidence)) {
    const expected = new Map<string, number>([['job-queued', 1]]);
    const expect = (kind: string) => expected.set(kind, (expected.get(kind) ?? 0) + 1);
    for (const { before, after } of jobWrites(evidence)) {
      if (after?.['id'] !== job.id || after['status'] !== 'running' || before?.['status'] === 'running')
        continue;
      expect(after['attempt'] === 1 ? 'job-started' : 'job-resumed');
    }
    for (const event of rowsOf(evidence, 'telemetry', 'EVENT#')) {
      if (event['jobId'] === job.id && WARNINGS.includes(String(event['kind']))) expect('job-warned');
    }
    if (ENDED.includes(job.status)) {
      const isLanded = job.status === 'succeeded' && job.stopReason === 'budget';
      expect(isLanded ? 'job-landed-on-budget' : `job-${job.status}`);
    }
    const modelId = 'modelId' in job ? job.modelId : undefined;
    const told = new Map<string, number>();
    for (const note of notes) {
      const { id } = note['target'] as { id: string };
      if (id !== job.id && id !== modelId) continue;
      told.set(String(note['kind']), (told.get(String(note['kind'])) ?? 0) + 1);
    }
    for (const kind of new Set([...expected.keys(), ...told.keys()])) {
      const [want, have] = [expected.get(kind) ?? 0, told.get(kind) ?? 0];
      if (want !== have) found.push(`${job.id}: ${have} notifications of ${kind}, not ${want}`);
    }
  }
  return found;
};

const SIGNED = /X-Amz-(?:Signature|Credential|Security-Token)=(?!\[redacted\])/i;
const BEARER = /Bearer (?!\[redacted\])[A-Za-z0-9._~+/=-]{12}/;

/** No secret and no presigned URL in a log. */
export const logsClean: Check = (evidence) => {
  const found = new Set<string>();
  for (const { text } of evidence.history.of('log')) {
    if (SIGNED.test(text)) found.add(`a presigned URL was logged: ${text.slice(0, 120)}`);
    if (BEARER.test(text)) found.add(`a bearer token was logged: ${text.slice(0, 120)}`);
    for (const secret of evidence.secrets)
      if (text.includes(secret)) found.add(`a secret was logged: ${text.slice(0, 120)}`);
  }
  return [...found];
};

/** The same idempotency key gives the same answer, and another body is refused. */
export const sameKeySameAnswer: Check = (evidence) => {
  const found: string[] = [];
  const first = new Map<string, { body: string; id: unknown }>();
  for (const { operation, owner, key, body, status, answer } of evidence.history.of('answer')) {
    if (!key || operation !== 'createTrainingJob') continue;
    const name = `${owner} ${key}`;
    const text = JSON.stringify(body);
    const known = first.get(name);
    if (status >= 200 && status < 300) {
      const { id } = answer as { id: unknown };
      if (known && known.body !== text) found.push(`${name} was accepted with another body`);
      else if (known && known.id !== id) found.push(`${name} made ${String(known.id)} and ${String(id)}`);
      first.set(name, known ?? { body: text, id });
    } else if (known && known.body !== text && status !== 422 && status < 500 && status !== 0) {
      found.push(`${name} with another body was answered ${status}`);
    }
  }
  const keys = new Set(
    evidence.history.of('answer').flatMap(({ key, owner }) => (key && owner === evidence.owner ? [key] : [])),
  );
  const jobs = lastJobs(evidence).filter((job) => !job.retryOf);
  if (jobs.length > keys.size) found.push(`${keys.size} keys made ${jobs.length} jobs`);
  return found;
};
