/** One measurement in a process of its own, so that its peak memory is its own: `check|parse|nothing <file>`. */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkDataset } from '../../lambdas/datasets/check/check-dataset.ts';
import { stageCounter } from '../../lambdas/datasets/tokens/stage-counter.ts';

const [what, file] = process.argv.slice(2);
if (file === undefined) throw new Error('Say what to measure and on which file.');
const { size } = statSync(file);
const began = performance.now();
let found = 'nothing';

if (what === 'check') {
  const { summary } = await checkDataset({
    data: { bytes: size, chunks: () => createReadStream(file, { highWaterMark: 256 * 1024 }) },
    validation: undefined,
    declaredFormat: undefined,
    counter: stageCounter(['brightrun/tiny-base']),
    onProgress: () => Promise.resolve(),
  });
  found =
    `${summary.usableRows} rows, ${summary.tokens?.total ?? 0} tokens ${summary.tokens?.method ?? ''}`.trim();
}
if (what === 'parse') {
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (typeof JSON.parse(line) === 'object') rows += 1;
  }
  found = `${rows} rows`;
}

const seconds = (performance.now() - began) / 1000;
// ru_maxrss is in kibibytes.
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ bytes: size, seconds, peakRssBytes, found }));
