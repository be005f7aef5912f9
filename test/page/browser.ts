import { existsSync } from 'node:fs';
import { afterAll, afterEach, it } from '@jest/globals';
import { slow } from '../slow.js';
import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core';

// The shell is Chromium without the windows, panels and extensions that `chromium --headless` starts, too: half the time.
const executable = ['chromium-headless-shell', 'chromium', 'chromium-browser']
  .map((name) => `/usr/bin/${name}`)
  .find((path) => existsSync(path));
/** Chromium of the machine; on CI its absence is a failure. */
export const hasBrowser = executable !== undefined || process.env.CI === 'true';
if (!hasBrowser)
  process.stderr.write('SKIPPED: chromium is not installed, so no page was opened in a browser\n');

/** A test that opens pages; its time is that of a busy machine. */
export const inBrowser = (name: string, test: () => Promise<unknown>, timeoutMs = 240_000): void =>
  (hasBrowser ? it : it.skip)(name, test, timeoutMs);

/** The same, only with MODELPULSE_SLOW=1. */
export const inBrowserInFull: typeof inBrowser = (name, test, timeoutMs) => {
  if (slow) inBrowser(name, test, timeoutMs);
  else it.skip(name, () => undefined);
};

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Runs the scripts of the page; the usual. */
  readonly scripts?: boolean;
  readonly cookies?: readonly Pick<Cookie, 'name' | 'value' | 'domain' | 'path'>[];
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Messages of the console, refusals of the content policy, uncaught errors, failed requests and requests to elsewhere. */
  readonly complaints: readonly string[];
}

function listen(page: Page, origin: string, complaints: string[]): void {
  page.on('console', (message) => {
    // Statuses that a test asks for are no complaints; the browser tells of each of 4xx and 5xx.
    if (
      ['error', 'warning'].includes(message.type()) &&
      !message.text().startsWith('Failed to load resource: the server responded with a status of')
    )
      complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) complaints.push(`elsewhere: ${url.href}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that is left ends its stream of events.
    if (why !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()} ${why}`);
  });
}

export interface Opener {
  /** Opens an address in a profile of its own, which ends with the test. */
  open(url: string, look?: Look): Promise<Opened>;
  browser(): Promise<Browser>;
}

const contexts: BrowserContext[] = [];
// Registered with the import, so that it runs before a server is closed: a page may be asking it for something just then.
afterEach(async () => {
  for (const context of contexts.splice(0)) {
    for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }
});

/** One browser for the tests of a file. */
export function useBrowser(): Opener {
  let running: Promise<Browser> | null = null;
  const launch = async (): Promise<Browser> => {
    // Loaded where a page is opened: it takes long, and most files open none by default.
    const { chromium } = await import('playwright-core');
    return chromium.launch({
      ...(executable === undefined ? {} : { executablePath: executable }),
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    });
  };
  const browser = (): Promise<Browser> => (running ??= launch());
  afterAll(async () => {
    await (await running)?.close();
  });
  return {
    browser,
    async open(url, look = {}) {
      const { width = 1_280, height = 900, scheme = 'light', scripts = true, cookies = [] } = look;
      const context = await (
        await browser()
      ).newContext({
        viewport: { width, height },
        colorScheme: scheme,
        javaScriptEnabled: scripts,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'UTC',
      });
      contexts.push(context);
      // Machines of tests are slow and shared.
      context.setDefaultTimeout(30_000);
      await context.addCookies([...cookies]);
      const page = await context.newPage();
      const complaints: string[] = [];
      listen(page, new URL(url).origin, complaints);
      await page.goto(url, { waitUntil: 'load' });
      return { page, context, complaints };
    },
  };
}
