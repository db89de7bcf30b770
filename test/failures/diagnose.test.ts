import { describe, expect, it, test } from '@jest/globals';
import { FAILURES, FailureClass, type FailureCode } from '../../contracts/failures.ts';
import { diagnose } from '../../lambdas/failures/diagnose.ts';
import { FAILURE_RULES } from '../../lambdas/failures/failure-rules.ts';
import { failureTexts } from './failure-texts.ts';

const texts = failureTexts(new URL('./texts/', import.meta.url));
const unseen = failureTexts(new URL('./unseen/', import.meta.url));
const crashed = (logTail: string) => diagnose({ code: 'trainer-crashed', logTail });

describe('the texts that the rules were written on', () => {
  it.each(texts)('$name is $class, by the right line', ({ log, class: expected, proof }) => {
    const told = crashed(log);
    expect({ class: told.class, evidence: told.evidence }).toEqual({
      class: expected,
      evidence: expect.stringContaining(proof),
    });
    expect(log).toContain(told.evidence);
  });

  it('are at least thirty, each with its source', () => {
    expect(texts.length).toBeGreaterThanOrEqual(30);
    for (const { source } of texts) expect(source).toMatch(/^(observed: |wording after https:\/\/)/);
  });
});

describe('the texts that were not looked at while the rules were written', () => {
  it.each(unseen)('$name is $class, by the right line', ({ log, class: expected, proof }) => {
    const told = crashed(log);
    expect({ class: told.class, evidence: told.evidence }).toEqual({
      class: expected,
      evidence: expect.stringContaining(proof),
    });
  });
});

const NOISE = [
  'INFO 10:00:00 loading shards',
  'UserWarning: CUDA out of memory was avoided by offloading',
  "{'loss': 1.2, 'grad_norm': nan, 'learning_rate': 0.0001}",
  '(raylet) file_system_monitor.cc:116: /tmp/ray is over 95% full, available space: 3 GB',
];

test('fewer GPUs than are paid for is a missing GPU, in the trainer’s own sentence', () => {
  const detail = 'The job pays for 8 GPUs and the trainer sees 7 on this machine, so it did not begin.';
  expect(diagnose({ code: 'gpus-missing', detail })).toMatchObject({
    class: 'gpu-missing',
    evidence: detail,
  });
});

describe('noise around a failure', () => {
  it.each(texts)('does not change what $name is', ({ log, class: expected }) => {
    // Symptoms of their own would be drowned by symptoms; everything else stands.
    const isSymptom = FAILURE_RULES.find((rule) => rule.class === expected)?.tier === 3;
    const noise = isSymptom || expected === 'disk-full' ? NOISE.slice(0, 2) : NOISE;
    expect(crashed([...noise, log, ...noise].join('\n')).class).toBe(expected);
  });

  it('is looked through: colours, progress bars and Ray’s guesses', () => {
    const told = crashed(
      '  3%|▎ | 3/100\r\u001b[31mRuntimeError: CUDA error: out of memory\u001b[0m\r  4%|▍ | 4/100',
    );
    expect(told).toMatchObject({
      class: 'gpu-out-of-memory',
      evidence: 'RuntimeError: CUDA error: out of memory',
    });
  });
});

describe('a failure nobody knows', () => {
  it.each([
    [
      'a traceback’s last exception',
      'Traceback (most recent call last):\n  File "a.py", line 1\nacme.OddError: 7 of 9\nbye',
      'acme.OddError: 7 of 9',
    ],
    ['else the last line like an error', 'fatal: engine stalled\nflushing buffers', 'fatal: engine stalled'],
    ['else the last line', 'reading\nhalf way', 'half way'],
  ])('is shown by %s', (_, log, line) => {
    expect(crashed(log)).toMatchObject({ class: 'unknown', evidence: line });
  });

  it('never lacks a line where anybody said anything', () => {
    expect(diagnose({ code: 'trainer-crashed', exitMessage: 'Ended oddly.' }).evidence).toBe('Ended oddly.');
    expect(diagnose({ code: 'trainer-crashed' }).evidence).toBeUndefined();
  });
});

describe('code and log together', () => {
  it('every code but those that say nothing has a class without any log', () => {
    const silent: FailureCode[] = ['trainer-crashed', 'attempts-spent', 'platform-fault'];
    const spoken = (Object.keys(FAILURES) as FailureCode[]).filter((code) => !silent.includes(code));
    expect(spoken.filter((code) => diagnose({ code }).class === 'unknown')).toEqual([]);
  });

  it('a log that proves the cause goes before the code', () => {
    const logTail = 'huggingface_hub.errors.GatedRepoError: 403 Client Error.';
    expect(diagnose({ code: 'base-model-not-found', logTail }).class).toBe('hub-gated');
  });

  it('a symptom does not overrule the trainer’s own word', () => {
    const logTail = 'Current thread: Fatal Python error: Aborted';
    expect(diagnose({ code: 'dataset-unreadable', logTail }).class).toBe('dataset-unreadable');
  });

  it('a cap that was reached stays one, whatever the log holds', () => {
    expect(diagnose({ code: 'cap-reached', logTail: 'CUDA out of memory' }).class).toBe('cap-reached');
  });
});

describe('the change of one click', () => {
  const choices = { batchSize: 32, maxSequenceTokens: 2048, learningRate: 2e-4 };
  const oom = { code: 'out-of-memory' as const, logTail: 'CUDA out of memory' };

  it('halves what goes through the GPU at once: 16,384 tokens become 4 rows of 2,048', () => {
    expect(diagnose({ ...oom, choices }).change?.hyperparameters).toEqual({ batchSize: 4 });
  });

  it('shortens rows where a single one is too much', () => {
    const long = { ...choices, batchSize: 2, maxSequenceTokens: 32_768 };
    expect(diagnose({ ...oom, choices: long }).change?.hyperparameters).toEqual({
      batchSize: 1,
      maxSequenceTokens: 16_384,
    });
  });

  it('is none where nothing is left to shorten, but that more memory would help is said', () => {
    const told = diagnose({ ...oom, choices: { ...choices, batchSize: 1, maxSequenceTokens: 300 } });
    expect(told.change).toBeUndefined();
    expect(told).toMatchObject({ needsMoreGpuMemory: true });
  });

  it('lowers the learning rate of a loss that ran away, and never below what learns', () => {
    const nan = (learningRate: number) =>
      diagnose({ code: 'loss-not-finite', choices: { ...choices, learningRate } }).change?.hyperparameters;
    expect(nan(2e-4)).toEqual({ learningRate: 0.000067 });
    expect(nan(2e-6)).toBeUndefined();
  });

  it('is offered for nothing that the run’s choices did not cause', () => {
    expect(diagnose({ code: 'disk-full', choices }).change).toBeUndefined();
  });
});

it('every class has a row with a cause and advice, and one row alone', () => {
  const classes = FAILURE_RULES.map((rule) => rule.class);
  expect([...classes, 'unknown'].toSorted()).toEqual(FailureClass.options.toSorted());
  for (const { cause, advice } of FAILURE_RULES) expect(cause && advice.length).toBeTruthy();
});
