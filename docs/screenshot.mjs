// Pictures of the overview for the README, and of the receiver of messages for docs/notifications.md: `npm run build`, then
// `node docs/screenshot.mjs`. They show the demo in a fresh folder. Needs Chromium, by the name of CHROMIUM or as `chromium`, and the
// ports of the demo.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** A picture as WebP, a third of the size. */
async function webpOf(browser, png) {
  const page = await browser.newPage();
  const url = await page.evaluate(
    async (source) => {
      const image = Object.assign(new Image(), { src: source });
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), {
        width: image.width,
        height: image.height,
      });
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', 0.8);
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  await page.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-picture-'));
const demo = spawn(process.execPath, [at('../dist/main.cjs'), 'demo'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [url, receiver] = await new Promise((resolve, reject) => {
    const addresses = [];
    createInterface({ input: demo.stdout }).on('line', (line) => {
      const [address] = /http:\/\/\S+/.exec(line.startsWith('  http') ? line : '') ?? [];
      if (address !== undefined) addresses.push(address);
      if (addresses.length === 2) resolve(addresses);
    });
    demo.once('close', () => reject(new Error('the demo ended')));
  });
  // Every model has a result by then.
  await wait(8_000);
  const program = process.env.CHROMIUM ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1500 }, colorScheme });
    await page.goto(`${url}/?group=label:team`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.screenshot({ path: at(`overview-${colorScheme}.png`) });
  }
  // An outage of the demo, and its end, take at most so long to be told.
  await wait(45_000);
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
    await page.goto(receiver);
    await page.getByText('Live', { exact: true }).waitFor();
    const picture = await page.screenshot();
    writeFileSync(at(`receiver-${colorScheme}.webp`), await webpOf(browser, picture));
  }
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  await once(demo, 'close');
  rmSync(folder, { recursive: true });
}
