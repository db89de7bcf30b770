/**
 * `npm test`: every layer in order, each with its time, then one line that counts them all. A layer that fails does
 * not hide the next. `npm test -- unit contracts` runs only those. Reports lie under .local/test-reports.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Counts, countsOf, type Layer, LAYERS } from './layers.ts';

const root = resolve(import.meta.dirname, '..');
const reports = resolve(root, '.local/test-reports');
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !LAYERS.some((layer) => layer.name === name));
if (unknown.length > 0) {
  console.error(
    `No layer is called ${unknown.join(', ')}. There are: ${LAYERS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

const results: { layer: Layer; counts: Counts; seconds: number }[] = [];
mkdirSync(reports, { recursive: true });
for (const layer of LAYERS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  console.log(`\n── ${layer.name}`);
  const began = performance.now();
  const report = resolve(reports, `${layer.name}.${layer.counts === 'junit' ? 'xml' : 'json'}`);
  rmSync(report, { force: true });
  const exitCode = await run(layer, report);
  results.push({
    layer,
    counts: countsOf(layer, report, exitCode),
    seconds: (performance.now() - began) / 1000,
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
console.log('\n── result');
for (const { layer, counts, seconds } of results) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  const verdict = counts.failed > 0 ? 'FAILED' : 'ok';
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(
    `${layer.name.padEnd(16)}${verdict.padEnd(8)}${counts.passed} passed, ${counts.failed} failed${skipped} in ${seconds.toFixed(1)} s`,
  );
}
if (asked.length === 0) {
  console.log(
    'gpu-trainer     skipped: it needs torch, 6 GB of packages; `npm run test:gpu-trainer` installs and runs it',
  );
}
writeFileSync(resolve(reports, 'total.json'), JSON.stringify(total));
console.log(`tests: ${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);

function run(layer: Layer, report: string): Promise<number> {
  const reporting: Record<Layer['counts'], string[]> = {
    jest: ['--json', '--outputFile', report],
    junit: ['--junitxml', report],
    'exit-code': [],
  };
  return new Promise((done) => {
    // stdout of a jest run with --json is the report itself; what people read goes to stderr.
    const child = spawn(process.execPath, [...layer.command, ...reporting[layer.counts]], {
      cwd: root,
      stdio: ['ignore', layer.counts === 'jest' ? 'ignore' : 'inherit', 'inherit'],
      env: { ...process.env, PATH: `${resolve(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
    });
    child.on('error', () => done(1));
    child.on('close', (code) => done(code ?? 1));
  });
}
