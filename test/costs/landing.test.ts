import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { capEndsAt, landingOf, mustLand } from '../../lambdas/costs/landing.ts';
import { costOf } from '../../lambdas/costs/money.ts';
import { decideAttempt, decideRunning } from '../../lambdas/training-jobs/attempts.ts';
import { decideBilling } from '../../lambdas/training-jobs/billing.ts';
import { at, queuedJob, runningJob, submittingJob } from '../training-jobs/example-job.ts';

const estimate = (landingSeconds: number) => ({ ...queuedJob().estimate, landingSeconds });
/** A dollar at a thousandth of a dollar a second, running since second 10: the cap ends at second 1,010. */
const job = (more: Partial<TrainingJobRecord> = {}) => runningJob({ estimate: estimate(30), ...more });

describe('landBy', () => {
  test('is the end of the cap less what landing is estimated to take, as a moment and as spans from now', () => {
    expect(landingOf(job(), at(20))).toEqual({
      landBy: at(980).toISOString(),
      landInSeconds: 960,
      capInSeconds: 990,
    });
  });

  test('moves earlier when the run measures that its landing takes longer, and later when it takes less', () => {
    expect(landingOf(job(), at(20), 100)).toMatchObject({
      landBy: at(910).toISOString(),
      landInSeconds: 890,
    });
    expect(landingOf(job(), at(20), 4)).toMatchObject({ landBy: at(1006).toISOString() });
  });

  test('counts what earlier attempts have spent', () => {
    const billed = decideBilling(runningJob(), at(410).toISOString(), at(410))!.job;
    const next = decideAttempt(billed, at(500), { at: at(410).toISOString(), outcome: 'lost' }).job as never;
    const second = decideRunning(next, at(600).toISOString(), at(600)).job;
    // 400 of 1,000 seconds are spent: the second attempt has 600, from second 600 on.
    expect(capEndsAt(second)).toBe(at(1200).getTime());
  });

  test('stays where it is however often the run is billed', () => {
    let billed: TrainingJobRecord = job();
    for (const second of [33.333, 100, 310.7]) {
      billed = decideBilling(billed, at(second).toISOString(), at(second))!.job;
      expect(capEndsAt(billed)).toBe(at(1010).getTime());
    }
  });

  test('is nothing before the attempt costs anything, and where nothing is paid', () => {
    const none = { landBy: null, landInSeconds: null, capInSeconds: null };
    expect(landingOf(submittingJob(), at(20))).toEqual(none);
    expect(landingOf(job({ usdMicrosPerHour: 0 }), at(20))).toEqual(none);
    expect(mustLand(job({ usdMicrosPerHour: 0 }), at(10_000_000))).toBe(false);
  });
});

describe('the ledger of a job', () => {
  test('never passes its cap, however late the run ends and however it was billed', () => {
    const money = fc.record({
      usdMicrosPerHour: fc.integer({ min: 1, max: 80_000_000 }),
      gpuCount: fc.integer({ min: 1, max: 8 }),
      capUsdMicros: fc.integer({ min: 1, max: 5_000_000 }),
    });
    fc.assert(
      fc.property(
        money,
        fc.array(fc.integer({ min: 1, max: 40_000_000 }), { maxLength: 12 }),
        (price, steps) => {
          let billed: TrainingJobRecord = { ...job(), ...price };
          let milliseconds = 10_000;
          let written = 0;
          for (const step of steps) {
            milliseconds += step;
            const until = at(milliseconds / 1000);
            const billing = decideBilling(billed, until.toISOString(), until);
            written += billing?.records.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0) ?? 0;
            billed = billing?.job ?? billed;
            expect(billed.costUsdMicros).toBe(written);
            const used = costOf((milliseconds - 10_000) / 1000, price.usdMicrosPerHour, price.gpuCount);
            const perMillisecond = costOf(0.001, price.usdMicrosPerHour, price.gpuCount);
            expect(billed.costUsdMicros).toBeLessThanOrEqual(Math.min(used, price.capUsdMicros));
            // And nothing is given away: up to the cap it is the whole use, to the millisecond.
            const least = Math.min(used, price.capUsdMicros - perMillisecond);
            expect(billed.costUsdMicros).toBeGreaterThanOrEqual(least);
          }
        },
      ),
    );
  });
});
