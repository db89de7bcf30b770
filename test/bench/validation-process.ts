/**
 * One measurement in a process of its own, so that its peak memory is its own: `<what> <file>`, where what is `check`
 * (all but near duplicates and exact tokens), `near` (those too), `exact` (everything), `rows` (a container turned into
 * JSON Lines) or `nothing` (all is loaded and nothing read). Prints one JSON document.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { checkDataset } from '../../lambdas/datasets/check/check-dataset.ts';
import { detectContainer } from '../../lambdas/datasets/containers/detect-container.ts';
import type { FileSource } from '../../lambdas/datasets/containers/file-source.ts';
import { jsonLines } from '../../lambdas/datasets/containers/json-lines.ts';

/** As a stream from S3 has them. */
const CHUNK_BYTES = 64 * 1024;

const [what, path] = process.argv.slice(2);
if (path === undefined) throw new Error('Say what to measure and on which file.');

const source: FileSource = {
  bytes: statSync(path).size,
  async *chunks() {
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
        const length = readSync(file, chunk, 0, CHUNK_BYTES, null);
        if (length === 0) return;
        yield chunk.subarray(0, length);
      }
    } finally {
      closeSync(file);
    }
  },
  async range(from, length) {
    const file = openSync(path, 'r');
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, this.bytes - from)));
    readSync(file, buffer, 0, buffer.length, from);
    closeSync(file);
    return buffer;
  },
};

async function check(nearDuplicates: boolean, exactTokens: boolean) {
  const { summary, issues } = await checkDataset({
    data: source,
    validation: undefined,
    models: [{ tokenizer: 'llama-3', contextLength: 8192 }],
    nearDuplicates,
    exactTokens,
    onProgress: () => Promise.resolve(),
  });
  return {
    rows: summary.rows,
    tokens: summary.tokens?.total ?? 0,
    tokensBy: summary.tokens?.method ?? '',
    counts: Object.fromEntries(summary.issues.map(({ code, count }) => [code, count])),
    lines: issues.map(({ code, line }) => [code, line ?? 0]),
  };
}

async function rows() {
  let bytes = 0;
  for await (const lines of jsonLines(source, await detectContainer(source), {})) bytes += lines.length;
  return { bytes };
}

const WAYS: Record<string, () => Promise<object>> = {
  nothing: async () => ({}),
  check: () => check(false, false),
  near: () => check(true, false),
  exact: () => check(true, true),
  rows,
};
const measured = WAYS[what ?? ''];
if (!measured) throw new Error(`${what} is nothing that is measured.`);
const began = performance.now();
const found = await measured();
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    bytes: source.bytes,
    seconds,
    // Of the whole process: its start, and every thread.
    cpuSeconds: (user + system) / 1e6,
    // ru_maxrss is in kibibytes.
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    found,
  }),
);
