import type { ApiError } from '../../../contracts/client.ts';

/** An error in words for a person. */
export interface ErrorWords {
  /** What happened. */
  title: string;
  /** What it means and the way on. */
  sentence: string;
  requestId: string | undefined;
  /** Whether asking again may help. */
  retryable: boolean;
}

/** By name, not by class: the client is loaded with the first call, not with the first page. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError';
}

/** The sentence for an answer that carried no `detail`, by what the status means for the person. */
const SENTENCES: Record<number, string> = {
  0: 'The network or the API is down. Nothing is lost; this page asks again by itself.',
  401: 'Your session has ended. Sign in again to go on where you were.',
  403: 'Ask whoever runs this installation if you need it.',
  404: 'It was deleted, or it belongs to somebody else, or the address has a typing error.',
  413: 'Send less at once.',
  429: 'Wait a moment; this page asks again by itself.',
  503: 'Nothing is lost. It is asked again in a moment.',
};

/** Turns whatever was thrown into a title, a sentence and a request id; never shows a code or a stack. */
export function describeError(error: unknown): ErrorWords {
  if (!isApiError(error)) {
    return {
      title: 'Something on this page failed.',
      sentence:
        'Your data is safe. Load the page again; if it happens again, tell whoever runs this installation.',
      requestId: undefined,
      retryable: true,
    };
  }
  const issues = error.issues.map((issue) =>
    issue.path ? `${issue.path}: ${issue.message}` : issue.message,
  );
  const fallback =
    SENTENCES[error.status] ??
    (error.status >= 500
      ? 'Nothing is lost. Try it again in a moment.'
      : 'Change what is named and try again.');
  return {
    title: error.message,
    sentence: [error.detail, ...issues].filter(Boolean).join(' ') || fallback,
    requestId: error.requestId,
    retryable: isTransient(error) || error.status === 409,
  };
}

/** Whether the same request may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  return isApiError(error) && (error.status === 0 || error.status === 429 || error.status >= 500);
}
