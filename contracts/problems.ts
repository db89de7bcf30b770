/**
 * Every error the API answers with: a code, its HTTP status and one public sentence.
 * An answer is `application/problem+json` (RFC 9457) with these as `code`, `status` and `title`.
 */
import * as z from 'zod';

export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request does not have the form this operation takes.' },
  'idempotency-key-missing': { status: 400, title: 'This operation needs an Idempotency-Key header.' },
  unauthenticated: {
    status: 401,
    title: 'Sign in first: the token is missing, expired or not an access token.',
  },
  forbidden: { status: 403, title: 'Your account may not do this.' },
  'not-found': { status: 404, title: 'There is nothing here under this id.' },
  'no-such-operation': { status: 404, title: 'The API has no such operation.' },
  'body-too-large': { status: 413, title: 'The request body is larger than this operation takes.' },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used before with another body. Use a new key for a new request.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests in a short time. Try again in a minute.' },
  'request-in-progress': {
    status: 409,
    title: 'The same request is still being worked on. Ask again in a few seconds with the same key.',
  },
  'name-taken': { status: 409, title: 'Something of yours already has this name.' },

  'dataset-too-large': { status: 400, title: 'The file is larger than a dataset may be.' },
  'dataset-archived': { status: 409, title: 'The dataset is archived. Restore it first.' },
  'dataset-in-use': { status: 409, title: 'A job that has not ended uses this dataset. Cancel it or wait.' },
  'dataset-not-ready': { status: 409, title: 'This version of the dataset has not passed its check.' },
  'version-not-uploading': {
    status: 409,
    title: 'This version no longer takes parts: its upload has ended.',
  },
  'upload-incomplete': { status: 409, title: 'Some parts of the file have not arrived.' },
  'upload-size-differs': {
    status: 409,
    title:
      'The parts do not add up to the size that was declared. Nothing was stored; upload the file again.',
  },
  'version-not-retryable': {
    status: 409,
    title: 'Only a version whose check itself failed can be checked again.',
  },
  'version-not-repairable': {
    status: 409,
    title: 'Only a version whose check has ended can be repaired.',
  },
  'version-not-repaired': { status: 409, title: 'This version was uploaded, not made by a repair.' },
  'too-many-versions': { status: 409, title: 'The dataset has as many versions as one may have.' },
  'format-not-trainable': { status: 400, title: 'Rows of this form cannot be trained here.' },
  'tools-not-supported': {
    status: 400,
    title: 'The dataset has tool calls, which the chat template of this base model does not know.',
  },
  'report-not-ready': { status: 409, title: 'The check has not ended yet, so there is no report.' },

  'base-model-unknown': { status: 400, title: 'There is no such base model in this installation.' },
  'gpu-type-unknown': { status: 400, title: 'There is no such GPU type in this installation.' },
  'preset-unknown': { status: 400, title: 'There is no such preset.' },
  'does-not-fit': {
    status: 400,
    title: 'The model with these settings does not fit into the memory of this GPU type.',
  },
  'cap-too-small': {
    status: 400,
    title: 'The cap cannot pay for loading the model, one checkpoint and publishing.',
  },
  'cap-too-large': { status: 400, title: 'The cap is more than 14 days of this GPU type can cost.' },
  'budget-exceeded': {
    status: 402,
    title: 'The cap is more than what is free in your budget of this month.',
  },
  'platform-budget-exceeded': {
    status: 402,
    title: 'The platform’s budget of this month is used up. Ask an admin.',
  },
  'job-changed': { status: 409, title: 'The job has moved on in the meantime. Look again.' },
  'job-ended': { status: 409, title: 'The job has already ended.' },
  'job-not-retryable': { status: 409, title: 'Only a job that failed or was cancelled can be tried again.' },
  'job-not-continuable': {
    status: 409,
    title: 'Only a job that ended before its last step and left a checkpoint can be continued.',
  },
  'model-deleted': { status: 409, title: 'The model has been deleted.' },
  'logs-unavailable': { status: 404, title: 'There is no log yet.' },

  'run-token-invalid': { status: 401, title: 'The run token is missing, expired or not ours.' },
  'run-superseded': { status: 409, title: 'This attempt is no longer the live one. Stop.' },
  'run-already-claimed': { status: 409, title: 'Another process has claimed this attempt.' },
  'batch-too-large': {
    status: 400,
    title: 'The progress batch carries more points or log than one call takes.',
  },
  'manifest-invalid': { status: 400, title: 'The manifest does not describe what lies in the bucket.' },

  'cluster-unavailable': {
    status: 503,
    title: 'The GPU cluster does not answer. Nothing is lost; try again.',
  },
  'internal-error': { status: 500, title: 'Something of ours failed. The request id helps us find it.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** What was wrong with one field: `path` as in `hyperparameters.rank`, empty for the whole body. */
export const ProblemIssue = z.object({ path: z.string(), message: z.string() });

/** RFC 9457 body of every error. `detail` adds the figures of this case to `title`. */
export const Problem = z.object({
  type: z.string(),
  code: z.enum(PROBLEM_CODES as [ProblemCode, ...ProblemCode[]]),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  requestId: z.string(),
  issues: z.array(ProblemIssue).optional(),
});
export type Problem = z.infer<typeof Problem>;
export type ProblemIssue = z.infer<typeof ProblemIssue>;

/** Thrown by rules and stores to end a request with a problem; `serve` turns it into the answer. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly issues: ProblemIssue[] | undefined;
  constructor(code: ProblemCode, detail?: string, issues?: ProblemIssue[]) {
    super(detail ? `${code}: ${detail}` : code);
    this.name = 'ProblemError';
    this.code = code;
    this.detail = detail;
    this.issues = issues;
  }
}
