/**
 * From a step that the trainer has measured to its place on the curve, in a real browser before a real run, with the
 * intervals of every stage: a report every 2 s while somebody watches, a look every 3 s, no wait shortened.
 */
import type { Page } from 'playwright-core';
import type { Client } from '../../contracts/client.ts';
import { listMetrics } from '../../contracts/metrics.ts';
import { exampleDataset } from '../../local/journey/example.ts';
import { signedInClient } from '../../local/journey/session.ts';
import { estimate, quickRunOn, startJob } from '../../local/journey/training.ts';
import { checkedVersion, uploadDataset } from '../../local/journey/upload.ts';
import { launchBrowser } from '../browser/chromium.ts';
import { type StartedCopy, startCopy } from '../browser/copy.ts';
import { print, quantile } from './figure.ts';

const AIM_SECONDS = 7;
/** lambdas/runs/run-calls.ts and web/src/features/training-jobs/use-job.ts. */
const INTERVALS = { report: 2, look: 3 };
/**
 * What the two intervals take by themselves: a point waits evenly between 0 and each. Of two such waits with the sum a + b
 * one in twenty is longer than a + b − √(2ab/20).
 */
const BY_INTERVALS =
  INTERVALS.report + INTERVALS.look - Math.sqrt((2 * INTERVALS.report * INTERVALS.look) / 20);
/** Enough steps of the tiny base model for a watch of four minutes on a fast machine; the rest is not waited for. */
const EPOCHS = 30;
/** From the job's acceptance to its first step: attempt, packages, base model, its evaluation. */
const START_MS = 5 * 60_000;
/** Eighty looks and a hundred reports. */
const WATCH_MS = 4 * 60_000;
/** A page that has just been opened is known to a run with its next report: what is measured before does not count. */
const SETTLES_MS = 10_000;
/** What is measured in the last half minute may come to the screen after the watch has ended: it does not count. */
const UNSEEN_MS = 30_000;

/** When so many measured steps were on the screen, epoch milliseconds. */
interface Shown {
  steps: number;
  at: number;
}

/** Reads the curve's own caption after each change of the page, once the frame that shows it is drawn. As text: the tests' types know no browser. */
const OBSERVER = `(() => {
  const shown = (globalThis.shownSteps = []);
  const now = () => performance.timeOrigin + performance.now();
  let waits = false;
  const look = () => {
    waits = false;
    const found = /Thin line:\\s([\\d,]+)\\smeasured\\sstep/.exec(document.querySelector('main')?.textContent ?? '');
    const steps = found ? Number(found[1].replaceAll(',', '')) : 0;
    if (steps > (shown.at(-1)?.steps ?? 0)) shown.push({ steps, at: now() });
  };
  new MutationObserver(() => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => setTimeout(look));
  }).observe(document, { childList: true, subtree: true, characterData: true });
})()`;

async function trainingJob(api: Client): Promise<string> {
  const dataset = await uploadDataset(api, exampleDataset());
  const { status } = await checkedVersion(api, dataset);
  if (status !== 'ready') throw new Error(`The example dataset is ${status}.`);
  const choices = {
    ...(await quickRunOn(api, dataset)),
    hyperparameters: { epochs: EPOCHS, evaluationsPerEpoch: 1 },
  };
  const { suggestedCapUsdMicros } = await estimate(api, choices);
  const { id } = await startJob(api, 'Bench: point to screen', choices, suggestedCapUsdMicros * 3);
  return id;
}

async function signIn(page: Page, { ready }: StartedCopy): Promise<void> {
  await page.goto(ready.url);
  await page.getByLabel('E-mail address').fill(ready.account.email);
  await page.getByLabel('Password', { exact: true }).fill(ready.account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
}

/** Seconds from each step that was measured while the page was watching to the screen, in their order. */
async function delaysOf(api: Client, jobId: string, shown: readonly Shown[]): Promise<number[]> {
  const first = shown[0]?.at ?? 0;
  const last = shown.at(-1)?.at ?? 0;
  const { body } = await api.call(listMetrics, { path: { jobId }, query: { points: 5000 } });
  const measured = body.points.filter(({ loss }) => loss !== undefined).map(({ at }) => Date.parse(at));
  return measured.flatMap((at, place) => {
    if (at < first + SETTLES_MS || at > last - UNSEEN_MS) return [];
    const seen = shown.find(({ steps }) => steps > place);
    if (!seen) throw new Error(`Step ${place + 1} never came to the screen.`);
    return [(seen.at - at) / 1000];
  });
}

export async function benchPointToScreen(): Promise<void> {
  const copy = await startCopy('point-to-screen');
  const browser = await launchBrowser();
  try {
    const api = await signedInClient(copy.ready, copy.ready.account);
    const page = await (await browser.newContext({ locale: 'en-US', timezoneId: 'UTC' })).newPage();
    await page.addInitScript(OBSERVER);
    await signIn(page, copy);
    const jobId = await trainingJob(api);
    await page.goto(`${copy.ready.url}/training-jobs/${jobId}`);
    await page.getByText(/Thin line:/).waitFor({ timeout: START_MS });
    await page.waitForTimeout(WATCH_MS);
    const delays = await delaysOf(api, jobId, await page.evaluate<Shown[]>('shownSteps'));
    const tell = (name: string, value: number) => ({
      figure: `from a measured step to the screen, ${name} of ${delays.length} steps`,
      value,
      unit: 's' as const,
      comparedTo: { what: 'p95 of the two intervals alone', value: BY_INTERVALS },
    });
    const p95 = quantile(delays, 0.95);
    print(tell('p50', quantile(delays, 0.5)));
    print({ ...tell('p95', p95), aim: `at most ${AIM_SECONDS} s`, meetsAim: p95 <= AIM_SECONDS });
    print(tell('longest', Math.max(...delays)));
  } finally {
    await browser.close();
    await copy.stop();
  }
}
