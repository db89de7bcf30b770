import { expect, test } from '@jest/globals';
import { getHealth } from '../../contracts/health.ts';
import { handler } from '../../lambdas/health/health.lambda.ts';
import { httpEvent } from '../runtime/http-event.ts';

test('health answers without a token and names the stage', async () => {
  process.env['STAGE'] = 'dev';
  const answer = await handler(httpEvent(getHealth));
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(String(answer.body))).toEqual({ status: 'ok', stage: 'dev' });
});
