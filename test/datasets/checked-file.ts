/** Files as they come from S3, in chunks that end anywhere, and what the check says of them. */
import { checkDataset, type CheckRequest } from '../../lambdas/datasets/check/check-dataset.ts';
import { type DatasetFormat } from '../../contracts/dataset-format.ts';
import { DatasetIssue } from '../../contracts/dataset-issues.ts';
import { CheckSummary } from '../../contracts/dataset-versions.ts';

export const source = (content: string | Uint8Array, chunkBytes: number, statedBytes?: number) => {
  const bytes = Buffer.from(content);
  return {
    bytes: statedBytes ?? bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += chunkBytes)
        yield new Uint8Array(bytes.subarray(at, at + chunkBytes));
    },
  };
};

/** A file of this size is looked at by threads, whatever it holds. */
const MANY_BYTES = 8_000_000;

export interface CheckOptions {
  validation?: string;
  declaredFormat?: DatasetFormat;
  chunkBytes?: number;
  /** Left out, this thread does everything. */
  threads?: number;
  models?: CheckRequest['models'];
  exactTokens?: boolean;
  statedBytes?: number;
}

export async function check(data: string | Uint8Array, options: CheckOptions = {}) {
  const { chunkBytes = 65_536, threads, validation, declaredFormat, exactTokens } = options;
  const result = await checkDataset({
    data: source(data, chunkBytes, options.statedBytes ?? (threads === undefined ? undefined : MANY_BYTES)),
    validation: validation === undefined ? undefined : source(validation, chunkBytes),
    declaredFormat,
    models: options.models ?? [{ tokenizer: 'brightrun/tiny-base', contextLength: 256 }],
    threads,
    exactTokens,
    onProgress: async () => undefined,
  });
  for (const issue of result.issues) DatasetIssue.parse(issue);
  CheckSummary.parse({ ...result.summary, checkedAt: '2026-11-23T00:00:00Z', checkMilliseconds: 1 });
  return result;
}

/** What was found, each as code, line and path, as far as it has them. */
export const found = async (...args: Parameters<typeof check>) =>
  (await check(...args)).issues.map(({ code, line, path }) =>
    [code, line, path].filter((each) => each !== undefined),
  );

/** Words that no two rows share, so that no row is nearly another. */
const wordsOf = (at: number) =>
  Array.from({ length: 8 }, (_, place) => `w${((at + 1) * 7919 * (place + 3)) % 100_003}`).join(' ');

export const row = (at: number, answer = `The answer ${at} is ${wordsOf(at)}.`) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `What about ${at}, with ${wordsOf(at + 1e6)}?` },
      { role: 'assistant', content: answer },
    ],
  });
export const rows = (count: number, from = 0) => Array.from({ length: count }, (_, at) => row(from + at));
export const file = (...lines: string[]) => `${lines.join('\n')}\n`;
