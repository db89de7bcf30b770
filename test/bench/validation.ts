/** The dataset check over 100 MB, beside the least that anybody must do with such a file. */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { print } from './figure.ts';

const BYTES = 100_000_000;
/** design.md §10. */
const MOST_MEMORY_MB = 256;

const Measured = z.object({
  bytes: z.number(),
  seconds: z.number(),
  peakRssBytes: z.number(),
  found: z.string(),
});

export async function benchValidation(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-bench-'));
  try {
    const file = join(folder, 'data.jsonl');
    await writeChats(file, BYTES);
    const measure = (what: 'check' | 'parse' | 'nothing') => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(import.meta.dirname, 'validation-process.ts'), what, file],
        { encoding: 'utf8' },
      );
      if (status !== 0) throw new Error(`The ${what} of 100 MB failed: ${stderr}`);
      return Measured.parse(JSON.parse(stdout));
    };
    const [check, parse, nothing] = [measure('check'), measure('parse'), measure('nothing')];
    const speed = ({ bytes, seconds }: typeof check) => bytes / 1e6 / seconds;
    print({
      figure: `validation of 100 MB (${check.found})`,
      value: speed(check),
      unit: 'MB/s',
      comparedTo: { what: 'JSON.parse of each line of the same file and nothing else', value: speed(parse) },
    });
    print({
      figure: 'validation of 100 MB, peak memory of the process',
      value: check.peakRssBytes / 1e6,
      unit: 'MB',
      comparedTo: {
        what: 'a process that loads the check and reads nothing',
        value: nothing.peakRssBytes / 1e6,
      },
      aim: '≤ 256 MB',
      meetsAim: check.peakRssBytes / 1e6 <= MOST_MEMORY_MB,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WORDS =
  'river stone lamp window market bread letter garden bridge winter summer coat boat tree road song paper glass'.split(
    ' ',
  );

/** Chats of 20 to 220 words, every one different, the same in every run. */
async function writeChats(file: string, bytes: number): Promise<void> {
  const stream = createWriteStream(file);
  let written = 0;
  let state = 20_261_123;
  const next = (below: number) => {
    // A linear congruential generator (Numerical Recipes): enough to vary words, and needs no library.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const words = (count: number) => Array.from({ length: count }, () => WORDS[next(WORDS.length)]).join(' ');
  for (let row = 0; written < bytes; row += 1) {
    const messages = [
      { role: 'user', content: `Question ${row}: ${words(10 + next(60))}?` },
      { role: 'assistant', content: `${words(10 + next(150))}.` },
    ];
    const line = `${JSON.stringify({ messages })}\n`;
    written += line.length;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}
