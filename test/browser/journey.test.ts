import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { LIMITS } from '../../contracts/limits.ts';
import { launchBrowser } from './chromium.ts';
import { type StartedCopy, startCopy } from './copy.ts';
import { accessibilityViolations, complaintsOf, DESK, PHONE, pictures, scrollsSideways } from './looks.ts';

// Bringing everything up takes a minute on two cores, the run in the middle about two.
jest.setTimeout(8 * 60_000);

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const PERSON = { email: 'maren@example.test', password: 'A long pass phrase 1!' };

let copy: StartedCopy;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  copy = await startCopy('browser');
  browser = await launchBrowser();
  const context = await browser.newContext({
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: DESK,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  complaints = complaintsOf(page);
});

afterAll(async () => {
  await Promise.allSettled([browser?.close(), copy?.stop()]);
});

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const rail = (name: RegExp) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });

const findings: object[] = [];

/** Pictures of the page, and what a machine can say about it; told at the end, so that one page hides no other. */
async function look(name: string): Promise<void> {
  await pictures(page, name);
  for (const violation of await accessibilityViolations(page)) findings.push({ page: name, ...violation });
  await page.setViewportSize(PHONE);
  if (await scrollsSideways(page)) findings.push({ page: name, problem: 'scrolls sideways on a phone' });
  await page.setViewportSize(DESK);
}

let broken: string | undefined;
/** One step of the journey. Each stands on the one before, so that after a broken one the rest need not wait. */
function step(name: string, walk: () => Promise<void>): void {
  test(name, async () => {
    if (broken) throw new Error(`An earlier step broke off: ${broken}`);
    broken = name;
    await walk();
    broken = undefined;
  });
}

describe('a person in a browser', () => {
  step('signs up, confirms, and signs in', async () => {
    await page.goto(copy.ready.url);
    await heading('Sign in').waitFor();
    await look('sign-in');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await heading('Sign up').waitFor();
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await look('sign-up');
    await page.getByRole('button', { name: 'Sign up, and send the code' }).click();
    await heading('Confirm your address').waitFor();
    await page.getByLabel('Code').fill('123456');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await heading('Sign in').waitFor();

    await page.getByLabel('Password', { exact: true }).fill('not the password 1!');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PERSON.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await heading('Dashboard').waitFor();
    await look('dashboard-empty');
    // The refused password is the one error a browser may tell: Cognito answers it with 400.
    expect(complaints.splice(0).filter((complaint) => !/400/.test(complaint))).toEqual([]);
  });

  step('sees empty pages that say what belongs there', async () => {
    for (const [name, title] of [
      ['Datasets', 'Datasets'],
      ['Jobs', 'Jobs'],
      ['Models', 'Models'],
      ['Costs', 'Costs'],
      ['Notifications', 'Notifications'],
    ] as const) {
      await rail(new RegExp(`^${name}`)).click();
      await heading(title).waitFor();
      await page.waitForLoadState('networkidle');
      await look(`${name.toLowerCase()}-empty`);
    }
    expect(complaints).toEqual([]);
  });

  step('is told what is wrong with a file, line by line', async () => {
    await rail(/^Datasets/).click();
    await uploadFiles('with-problems.jsonl');
    await page
      .getByText(/^Can’t be used/)
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await look('dataset-with-problems');
    expect(complaints).toEqual([]);
  });

  step('opens the row a problem names, repairs what can be, and sees each row that changed', async () => {
    await page
      .getByRole('button', { name: /^Show line/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 2, name: /^Row \d/ }).waitFor();
    // The whole repair by keys: it opens on its first cure, Esc gives the focus back, Tab leads from cure to start.
    const opens = page.getByRole('button', { name: /^Repair .*, as v2/ });
    const dialog = page.getByRole('dialog', { name: 'Repair v1, as v2' });
    await opens.press('Enter');
    await focused(dialog.getByRole('checkbox').first());
    await page.keyboard.press('Escape');
    await focused(opens);
    await page.keyboard.press('Enter');
    const first = dialog.getByRole('checkbox').first();
    await focused(first);
    await page.keyboard.press('Space');
    await dialog.getByRole('checkbox', { checked: false }).waitFor();
    await page.keyboard.press('Space');
    await dialog.getByRole('checkbox', { checked: false }).waitFor({ state: 'detached' });
    await page.waitForLoadState('networkidle');
    await look('dataset-repair');
    const start = dialog.getByRole('button', { name: 'Make v2, and check it' });
    await first.focus();
    const isAtStart = () => start.and(page.locator(':focus')).count();
    for (let stops = 0; stops < 30 && (await isAtStart()) === 0; stops += 1) {
      await page.keyboard.press('Tab');
    }
    await focused(start);
    await page.keyboard.press('Enter');
    await page.waitForURL(/version=2/);
    await page.getByRole('link', { name: 'See what changed' }).click({ timeout: 120_000 });
    await page.getByRole('heading', { name: 'Changed rows' }).waitFor();
    await page.getByText(/^Line/).first().waitFor();
    await page.waitForLoadState('networkidle');
    await look('dataset-compare');
    await page.getByRole('link', { name: 'Back to v2' }).click();
    await page.waitForLoadState('networkidle');
    await look('dataset-repaired');
    expect(complaints).toEqual([]);
  });

  step('finishes an upload that a reload interrupted; what had arrived is not sent twice', async () => {
    const figures = (row: number) =>
      Array.from({ length: 120 }, (_, at) => (row * 7919 + at * 104_729) % 99_991).join(' ');
    const file = {
      name: 'figures.jsonl',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(
        Array.from(
          { length: 24_000 },
          (_, row) => `${JSON.stringify({ prompt: `Figures of ${row}?`, completion: `${figures(row)}.` })}\n`,
        ).join(''),
      ),
    };
    const parts = Math.ceil(file.buffer.length / LIMITS.uploadPartBytes);
    expect(parts).toBeGreaterThan(1);
    // One part gets through, the others stay in the air until the page is gone.
    let sent = 0;
    let isCut = true;
    await page.route(
      (url) => url.searchParams.has('partNumber'),
      async (route) => {
        if (route.request().method() !== 'PUT') return route.continue();
        sent += 1;
        if (isCut && sent > 1) return;
        await route.continue();
      },
    );
    await rail(/^Datasets/).click();
    await heading('Datasets').waitFor();
    await page
      .getByRole('button', { name: /^Upload dataset/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Upload a dataset' });
    await dialog.locator('input[type=file]').first().setInputFiles(file);
    const arrived = page.waitForResponse(
      (response) =>
        response.request().method() === 'PUT' &&
        new URL(response.url()).searchParams.has('partNumber') &&
        response.ok(),
    );
    await dialog.getByRole('button', { name: /^Upload .*, and check it$/ }).click();
    await arrived;
    await look('dataset-upload-running');

    page.once('dialog', (ask) => void ask.accept());
    await page.reload();
    isCut = false;
    sent = 0;
    // What the reload broke off is no complaint of the pages.
    complaints.splice(0);
    // The list is there at once, and no dialog lies over it: a link under one could not be clicked.
    await page.getByText('Upload unfinished').first().waitFor();
    await page.getByRole('link', { name: 'figures' }).click();
    await page.locator('input[type=file]').first().setInputFiles(file);
    await page.waitForLoadState('networkidle');
    await look('dataset-upload-unfinished');
    await page.getByRole('button', { name: 'Go on with the upload' }).click();
    await page
      .getByText(/^Ready/)
      .first()
      .waitFor({ timeout: 120_000 });
    expect(sent).toBe(parts - 1);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expect(complaints).toEqual([]);
  });

  step('uploads a dataset with its validation file and sees its verdict', async () => {
    await rail(/^Datasets/).click();
    await heading('Datasets').waitFor();
    await uploadFiles('country-guide.jsonl', 'country-guide.validation.jsonl');
    await heading(/country-guide/).waitFor();
    await page
      .getByText(/^Ready/)
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await look('dataset');
    expect(complaints).toEqual([]);
  });

  step('sees the price before the start, and starts a job under a cap', async () => {
    await page
      .getByRole('link', { name: /Train|New training job/ })
      .first()
      .click();
    await heading('New training job').waitFor();
    const start = page.getByRole('button', { name: /^Start, and spend up to \$/ }).first();
    await start.waitFor();
    await page.waitForLoadState('networkidle');
    await look('new-training-job');
    await start.click();
    await page.waitForURL(/\/training-jobs\/job_/);
    expect(complaints).toEqual([]);
  });

  step('watches the curve grow, also after a reload', async () => {
    await page.getByText('Running', { exact: true }).first().waitFor({ timeout: 120_000 });
    const chart = page.getByRole('img', { name: /loss/i }).first();
    await chart.waitFor({ timeout: 120_000 });
    await page.reload();
    await chart.waitFor();
    await page
      .getByText(/^Validation loss .* at step/)
      .first()
      .waitFor({ timeout: 120_000 });
    await look('job-monitor-running');
    await rail(/^Dashboard/).click();
    await heading('Dashboard').waitFor();
    await page.getByText('Running', { exact: true }).first().waitFor();
    await look('dashboard-running');
    await page.goBack();
    await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 240_000 });
    await look('job-monitor');
    expect(complaints).toEqual([]);
  });

  step('downloads a model that is better than its base, with the SHA-256 that is shown', async () => {
    await rail(/^Models/).click();
    await heading('Models').waitFor();
    await page.waitForLoadState('networkidle');
    await look('models');
    await page
      .getByRole('link', { name: /country-guide/ })
      .first()
      .click();
    await page.getByText(/Ship/).first().waitFor();
    await look('model');
    const row = page.getByRole('row').filter({ hasText: 'adapter_model.safetensors' });
    const downloading = page.waitForEvent('download');
    await row.getByRole('button', { name: /Download/ }).click();
    const file = await (await downloading).path();
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(await row.innerText()).toContain(sha256.slice(0, 8));
    expect(complaints).toEqual([]);
  });

  step('finds what it cost, what happened and what can be set', async () => {
    for (const [name, title] of [
      ['Costs', 'Costs'],
      ['Jobs', 'Jobs'],
      ['Datasets', 'Datasets'],
      ['Notifications', 'Notifications'],
      ['Settings', 'Settings'],
      ['Dashboard', 'Dashboard'],
    ] as const) {
      await rail(new RegExp(`^${name}`)).click();
      await heading(title).waitFor();
      await page.waitForLoadState('networkidle');
      await look(name.toLowerCase());
    }
    expect(complaints).toEqual([]);
  });

  test('met no page that fails WCAG 2.2 AA or scrolls sideways on a phone', () => {
    expect(findings).toEqual([]);
  });
});

/** Waits until it has the focus. */
const focused = (what: Locator) => what.and(page.locator(':focus')).waitFor();

async function uploadFiles(data: string, validation?: string): Promise<void> {
  await page
    .getByRole('button', { name: /^Upload dataset/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Upload a dataset' });
  await dialog.locator('input[type=file]').first().setInputFiles(join(EXAMPLES, data));
  if (validation) {
    await dialog.getByRole('button', { name: 'Choose them yourself, in a file' }).click();
    await dialog.locator('input[type=file]').nth(1).setInputFiles(join(EXAMPLES, validation));
  }
  await dialog.getByRole('button', { name: /^Upload .*, and check it$/ }).click();
}
