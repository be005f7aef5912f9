// Pictures of the overview for the README: `npm run build`, then `node docs/screenshot.mjs`. They show the demo in a fresh folder. Needs
// Chromium, by the name of CHROMIUM or as `chromium`, and the ports of the demo.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-picture-'));
const demo = spawn(process.execPath, [at('../dist/main.cjs'), 'demo'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).on('line', (line) => {
      const [address] = /http:\/\/\S+/.exec(line.startsWith('  http') ? line : '') ?? [];
      if (address !== undefined) resolve(address);
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
  await browser.close();
} finally {
  demo.kill('SIGTERM');
  await once(demo, 'close');
  rmSync(folder, { recursive: true });
}
