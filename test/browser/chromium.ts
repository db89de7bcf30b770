/** A real headless Chromium from npm: no system package is needed on Linux; elsewhere an installed Chrome is taken. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/**
 * The packaged browser brings one font, without a monospaced one and without ⁻ and →: the machine's own fill in, where
 * it has any. Answers the file that fontconfig reads.
 */
function fontsOfTheMachine(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'brightrun-fonts-')), 'fonts.conf');
  const prefer = (family: string, font: string) =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  writeFileSync(
    file,
    `<?xml version="1.0"?><fontconfig><dir>/tmp/fonts</dir><dir>/usr/share/fonts</dir>${[
      prefer('system-ui', 'Open Sans'),
      prefer('sans-serif', 'Open Sans'),
      prefer('monospace', 'DejaVu Sans Mono'),
    ].join('')}</fontconfig>`,
  );
  return file;
}

/** Without its background calls the browser asks nobody but the pages under test. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await executable();
  return playwright.launch({
    executablePath,
    ...(INSTALLED.includes(executablePath)
      ? {}
      : { env: { ...process.env, FONTCONFIG_FILE: fontsOfTheMachine() } }),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
