import { afterEach, describe, expect } from '@jest/globals';
import { createReceiver } from '../../src/simulator/receiver/receiver.js';
import type { RunningSimulator } from '../../src/simulator/simulator.js';
import { hostile } from '../notify/sample-message.js';
import { inBrowserInFull, useBrowser } from '../page/browser.js';
import { tooWide, violationsOf } from '../page/page-audit.js';

const { open } = useBrowser();
const running: RunningSimulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function start() {
  const receiver = await createReceiver()!.listen(0, '127.0.0.1');
  running.push(receiver);
  const slack = (text: string) =>
    fetch(`${receiver.url}/slack`, { method: 'POST', body: JSON.stringify({ text }) });
  return { url: receiver.url, slack };
}

describe('the page of the receiver in a browser', () => {
  inBrowserInFull('is accessible, as wide as its window, and harmless, in both themes', async () => {
    const { url, slack } = await start();
    await slack(`<img src=x onerror=alert(1)><script>alert(2)</script>${hostile.repeat(20)}`);
    await slack('x'.repeat(3_000));
    for (const scheme of ['light', 'dark'] as const)
      for (const width of [390, 1_280]) {
        const { page, complaints } = await open(url, { scheme, width });
        await page.getByText('Live', { exact: true }).waitFor();
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await violationsOf(page)).toEqual([]);
        expect(await tooWide(page)).toEqual([]);
        expect(complaints).toEqual([]);
      }
  });

  inBrowserInFull('shows what arrives while it is open, and leaves open what was opened', async () => {
    const { url, slack } = await start();
    await slack('first');
    const { page } = await open(url);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Body of no. 1').click();
    // What has the focus is left alone.
    await page.locator('h1').click();
    await page.evaluate('document.activeElement.blur()');
    await slack('second');
    await page.getByText('second', { exact: true }).waitFor();
    expect(await page.locator('details[open] summary').allInnerTexts()).toEqual([
      expect.stringContaining('Body of no. 1,'),
    ]);
  });

  inBrowserInFull('works without scripts: loads itself again, and takes its form', async () => {
    const { url, slack } = await start();
    const { page } = await open(`${url}/?channel=slack`, { scripts: false });
    await page.getByText('Slack answers').click();
    await page.getByLabel('Answer').selectOption('gone');
    await page.getByRole('button', { name: 'Answer so' }).click();
    await page.getByText('Slack answers: gone').waitFor();
    expect((await slack('late')).status).toBe(410);
    await page.getByText('late', { exact: true }).waitFor();
  });
});
