import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { type BlockTask } from '../../lambdas/datasets/check/blocks/block.ts';
import { BlockBuffers } from '../../lambdas/datasets/check/blocks/block-cutter.ts';
import { WorkerThreads } from '../../lambdas/datasets/check/blocks/block-threads.ts';
import { check, file, row, rows } from './checked-file.ts';

/** Threads start from source here, on a machine that may be busy. */
jest.setTimeout(120_000);

/** Four blocks: something of everything, the form of the file told only in its second block, a line that is too long. */
const LONG = `{"text":"${'x'.repeat(1_100_000)}"}`;
const BROKEN = Array.from({ length: 30_000 }, (_, at) => `{"broken ${at}": ${'['.repeat(at % 40)}`);
const PLAIN = Array.from(
  { length: 3000 },
  (_, at) => `{"text":"Plain text of its own, number ${at} of 3,000."}`,
);
const mixed = file(
  ...BROKEN,
  ...rows(1500),
  LONG,
  '',
  row(7),
  ...PLAIN,
  row(8, 'Another answer.'),
  ...rows(1500, 5000),
  row(9, `Write to ${'anna.kowalski'}@firma-nord.de.`),
);
const validation = file(row(7), row(60_000), '{');

describe('how a file is read makes no difference to what is found', () => {
  test('with one, two and three threads, and with none', async () => {
    const alone = await check(mixed, { validation });
    expect(new Set(alone.summary.issues.map(({ code }) => code)).size).toBeGreaterThanOrEqual(8);
    expect(alone.summary.format).toBe('chat');
    for (const threads of [1, 2, 3]) {
      const together = await check(mixed, { validation, threads });
      expect(together).toEqual(alone);
    }
  });

  test('in chunks of any size', async () => {
    const text = Buffer.from(file(...BROKEN.slice(0, 50), ...rows(120), LONG, ...PLAIN.slice(0, 20), row(3)));
    const whole = await check(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 50, max: 3_000_000 }), async (chunkBytes) => {
        expect(await check(text, { chunkBytes })).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a thread that dies', () => {
  const buffers = new BlockBuffers();
  const block = (text: string): BlockTask => {
    const bytes = buffers.take();
    const { written } = new TextEncoder().encodeInto(text, bytes);
    return {
      kind: 'check',
      bytes: bytes.subarray(0, written),
      isFirstOfFile: true,
      format: undefined,
      enough: [],
      countOneIn: 1,
      languageOneIn: 1,
      mostLanguages: 1,
      endingsOneIn: 1,
      mostEndTexts: 1,
    };
  };

  test('ends every block that waits, and every one after it', async () => {
    // A tokenizer without tables that claims to have them: the thread fails as it starts.
    const broken = { tokenizer: 'llama-3', contextLength: 10, tables: {} as never };
    const threads = new WorkerThreads({ models: [broken], nearDuplicates: false, issuesPerCode: 10 }, 2);
    const waiting = [block('{}\n'), block('{}\n')].map((task) => threads.answer(task));
    const ended = await Promise.allSettled(waiting);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(threads.answer(block('{}\n'))).rejects.toThrow(/./);
    await threads.close();
  });
});
