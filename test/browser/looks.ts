/** What is looked at on each page: its picture at several widths, its accessibility, what the browser complained of. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const OUTPUT = resolve(import.meta.dirname, 'output');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Keeps a whole-page picture under test/browser/output. */
async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(OUTPUT, { recursive: true });
  // A page that still waits for its values has quiet bars in their place; a busy machine gets ten seconds for them.
  const waiting = page.locator('[data-quiet]:visible');
  for (let tenths = 0; tenths < 100 && (await waiting.count()) > 0; tenths += 1)
    await page.waitForTimeout(100);
  // As high as the page, so that what keeps to the window (rail, bottom bar) stands where it ends and covers nothing.
  const { width } = page.viewportSize() ?? DESK;
  const height = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: resolve(OUTPUT, `${name}.png`), fullPage: true });
}

/** Pictures at desk and phone width, light and dark; leaves the page as it was found. */
export async function pictures(page: Page, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize(DESK);
    await picture(page, `${name}-${scheme}`);
    await page.setViewportSize(PHONE);
    await picture(page, `${name}-phone-${scheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(DESK);
}

export interface Violation {
  rule: string;
  help: string;
  nodes: string[];
}

/** WCAG 2.2 A and AA by axe-core. Evaluated over the debugging protocol, so the page's own CSP stays in force. */
export async function accessibilityViolations(page: Page): Promise<Violation[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    interface AxeResult {
      violations: { id: string; help: string; nodes: { html: string }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    const result = await axe.run({
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    });
    return result.violations.map(({ id, help, nodes }) => ({
      rule: id,
      help,
      nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)),
    }));
  });
}

/** Whether anything sticks out to the right: a page that scrolls sideways on a phone is broken. */
export function scrollsSideways(page: Page): Promise<boolean> {
  // As text, because the tests' types know no browser.
  return page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth + 1',
  );
}

/** Collects everything the browser complains of: script errors, refused content (CSP), failed requests of our own. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (at ${page.url()})`);
  });
  return complaints;
}
