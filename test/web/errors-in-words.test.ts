/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { apiClient } from '../../contracts/client.ts';
import { createTrainingJob, getTrainingJob } from '../../contracts/training-jobs.ts';
import { authWords } from '../../web/src/features/account/auth-words.ts';
import { describeError, isTransient } from '../../web/src/lib/describe-error.ts';

const JOB = 'job_01M84H2MQ0S1HM9ZFZ32W1BV6W';

/** What a person reads when the API answers so. */
async function wordsFor(status: number, body: string, type: string, headers: Record<string, string> = {}) {
  const client = apiClient({
    baseUrl: 'https://app.example.com/v1',
    fetch: async () => new Response(body, { status, headers: { 'content-type': type, ...headers } }),
  });
  try {
    await client.call(getTrainingJob, { path: { jobId: JOB } });
  } catch (error) {
    return { ...describeError(error), transient: isTransient(error) };
  }
  throw new Error('The call should have failed.');
}

const problem = (fields: object) =>
  JSON.stringify({ type: 'about:blank', title: 't', status: 409, requestId: '8f3c', ...fields });

describe('an error that the API explains', () => {
  test('is told with its title, its figures and its request id', async () => {
    const words = await wordsFor(
      402,
      problem({
        code: 'budget-exceeded',
        status: 402,
        title: 'The cap is more than what is free in your budget of this month.',
        detail: '$40.00 asked, $12.50 free.',
      }),
      'application/problem+json',
    );
    expect(words).toEqual({
      title: 'The cap is more than what is free in your budget of this month.',
      sentence: '$40.00 asked, $12.50 free.',
      requestId: '8f3c',
      retryable: false,
      transient: false,
    });
  });

  test('names each field that was wrong', async () => {
    const client = apiClient({
      baseUrl: 'https://app.example.com/v1',
      fetch: async () =>
        new Response(
          problem({
            code: 'invalid-request',
            status: 400,
            title: 'The request does not have the form this operation takes.',
            issues: [{ path: 'hyperparameters.rank', message: 'at most 256' }],
          }),
          { status: 400 },
        ),
    });
    const failing = client.call(createTrainingJob, {
      body: {
        name: 'x',
        datasetId: 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W',
        datasetVersion: 1,
        baseModel: 'b',
        gpuType: 'g',
        capUsdMicros: 1,
      },
    });
    const words = describeError(await failing.catch((error: unknown) => error));
    expect(words.sentence).toBe('hyperparameters.rank: at most 256');
  });
});

describe('an error that only the gateway answers', () => {
  test.each([
    [401, 'Your session has ended', false],
    [413, 'Send less at once', false],
    [429, 'Wait a moment', true],
    [503, 'Nothing is lost', true],
  ])('%i becomes a sentence of ours', async (status, sentence, transient) => {
    const words = await wordsFor(status, '{"message":"Nope"}', 'application/json', {
      'apigw-requestid': 'gw-1',
    });
    expect(words.sentence).toContain(sentence);
    expect(words.title).not.toContain('Nope');
    expect(words.requestId).toBe('gw-1');
    expect(words.transient).toBe(transient);
  });

  test('an HTML page of a broken edge is never shown', async () => {
    const words = await wordsFor(502, '<html><h1>Bad gateway</h1></html>', 'text/html');
    expect(`${words.title} ${words.sentence}`).not.toContain('<');
    expect(words.retryable).toBe(true);
  });
});

test('no network and no answer is told as such, and may be asked again', async () => {
  const client = apiClient({
    baseUrl: 'https://app.example.com/v1',
    fetch: async () => {
      throw new TypeError('Failed to fetch');
    },
  });
  const error = await client
    .call(getTrainingJob, { path: { jobId: JOB } })
    .catch((thrown: unknown) => thrown);
  expect(isTransient(error)).toBe(true);
  expect(describeError(error).sentence).toContain('asks again by itself');
});

test('an unforeseen error shows no stack and no code', () => {
  const words = describeError(new Error('Cannot read properties of undefined (reading "x")'));
  expect(`${words.title} ${words.sentence}`).not.toMatch(/undefined|Cannot read/);
});

describe('what Cognito refuses', () => {
  const refusal = (name: string, message = '') => Object.assign(new Error(message), { name });

  test('a wrong password and an unknown address read the same', () => {
    expect(authWords(refusal('NotAuthorizedException', 'Incorrect username or password.'))).toBe(
      authWords(refusal('UserNotFoundException')),
    );
  });

  test.each([
    ['NotAuthorizedException', 'Password attempts exceeded', /Wait 15 minutes/],
    ['NotAuthorizedException', 'User is disabled.', /switched off/],
    ['ExpiredCodeException', '', /expired/],
    ['CodeMismatchException', '', /not the code/],
    ['LimitExceededException', '', /Wait/],
    ['UsernameExistsException', '', /account with this address/],
    [
      'InvalidPasswordException',
      'Password did not conform with policy: Password must have symbol characters',
      /^Password must have symbol characters\.$/,
    ],
    ['SomethingNew', 'stack', /Wait a moment/],
  ])('%s (%s) is a sentence with a way on', (name, message, words) => {
    expect(authWords(refusal(name, message))).toMatch(words);
  });
});
