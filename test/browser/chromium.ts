/** A real headless Chromium from npm: no system package is needed on Linux; elsewhere an installed Chrome is taken. */
import { existsSync } from 'node:fs';
import { type Browser, chromium as playwright } from 'playwright-core';

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where the browser is; throws a sentence where there is none. */
async function executable(): Promise<string> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    // Makes the package unpack the libraries that a bare machine lacks, and point the loader at them.
    process.env['AWS_EXECUTION_ENV'] = 'AWS_Lambda_nodejs24.x';
    const { default: packaged } = await import('@sparticuz/chromium');
    return packaged.executablePath();
  }
  const found = INSTALLED.find((path) => existsSync(path));
  if (!found) throw new Error('The browser tests need Chrome or Chromium on this kind of machine.');
  return found;
}

/** Without its background calls the browser asks nobody but the pages under test. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await executable(),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
