import { ephemeralKeys } from '../../../lambdas/runtime/dynamo-keys.ts';
import type { Row } from '../history/history.ts';

/** The trace of an older request of the same key, with another body, that should be gone by now. */
export function expiredRequest(owner: string, key: string, now: number): Row {
  return {
    ...ephemeralKeys.idempotency(owner, 'createTrainingJob', key),
    shape: 1,
    owner,
    operationId: 'createTrainingJob',
    key,
    requestHash: 'of another request',
    createdId: 'job_01JD0000000000000000000000',
    createdAt: new Date(now - 90_000_000).toISOString(),
    expiresAt: Math.floor(now / 1000) - 10,
  };
}
