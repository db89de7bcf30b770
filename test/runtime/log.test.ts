import { expect, jest, test } from '@jest/globals';
import { log, redact, redactText } from '../../lambdas/runtime/log.ts';

const TOKEN = 'eyJraWQiOiJhYmMifQ.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJl';
const URL =
  'https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F2026&X-Amz-Signature=abcdef0123&X-Amz-Security-Token=zzz';

test('no token and nothing that signs a URL reaches a log line, however deep it stands', () => {
  const line = JSON.stringify(
    redact({
      message: `GET ${URL} with Bearer ${TOKEN}`,
      nested: [{ url: URL, runToken: 'rt', headers: { Authorization: 'Bearer x', accept: 'json' } }],
      error: new Error(`failed: ${URL}`, { cause: new Error(TOKEN) }),
      GPU_CLUSTER_API_KEY: 'key',
      apiKey: 'key',
    }),
  );
  for (const secret of [TOKEN, 'abcdef0123', 'AKIAIOSFODNN7EXAMPLE', 'zzz', '"rt"', 'Bearer x', '"key"']) {
    expect(line).not.toContain(secret);
  }
  expect(line).toContain('"accept":"json"');
});

test('a line stays a line: long text is cut, deep objects end', () => {
  expect(redactText('x'.repeat(100_000)).length).toBeLessThan(5000);
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  expect(JSON.stringify(redact(loop)).length).toBeLessThan(500);
});

test('levels go to the console’s own methods as one object', () => {
  const warn = jest.spyOn(console, 'warn').mockReturnValue();
  log.warn('Something waits', { jobId: 'job_1' });
  expect(warn).toHaveBeenCalledWith({ message: 'Something waits', jobId: 'job_1' });
});
