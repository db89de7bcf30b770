/** The whole journey, `npm start -- --once`, by step: set-up, upload, validation, training, download. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { print } from './figure.ts';

/** What `--once` leaves behind for this bench (local/journey/once.ts). */
const Journey = z.object({
  steps: z.array(z.object({ title: z.string(), seconds: z.number() })).min(1),
  forecast: z.object({
    seconds: z.object({ expected: z.number() }),
    costUsdMicros: z.object({ expected: z.number() }),
  }),
  model: z.object({ training: z.object({ phases: z.record(z.string(), z.number()) }) }),
});

export function benchJourney(): void {
  const state = mkdtempSync(join(tmpdir(), 'brightrun-bench-'));
  try {
    const began = performance.now();
    const { status } = spawnSync(
      process.execPath,
      ['local/start.ts', '--once', '--fresh', '--no-pages', '--state', state],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    if (status !== 0) throw new Error(`The journey ended with ${status}.`);
    const whole = (performance.now() - began) / 1000;
    const { steps, forecast, model } = Journey.parse(
      JSON.parse(readFileSync(join(state, 'once.json'), 'utf8')),
    );
    for (const { title, seconds } of steps) {
      print({
        figure: `--once: ${title}`,
        value: seconds,
        unit: 's',
        comparedTo: { what: 'the whole journey', value: whole },
      });
    }
    const ran = Object.values(model.training.phases).reduce((sum, seconds) => sum + seconds, 0);
    print({
      figure: '--once: all phases of the run together',
      value: ran,
      unit: 's',
      comparedTo: { what: 'the estimate before it started', value: forecast.seconds.expected },
    });
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
