import { describe, expect } from '@jest/globals';
import { inBrowser, useBrowser } from './browser.js';
import { serveScene } from './model-scene.js';
import { isAlike, pictureDifference } from './picture.js';

const { open, browser } = useBrowser();
/** Rules that are added to the style sheet, and whether the page then still looks alike. */
const changes: readonly (readonly [string, boolean, string])[] = [
  ['nothing', true, ''],
  [
    'another font',
    true,
    'body { font-family: "DejaVu Sans Condensed", "Liberation Sans", Arial, sans-serif }',
  ],
  ['a font with serifs', true, 'body { font-family: "DejaVu Serif", "Liberation Serif", serif }'],
  ['letters that are a little larger', true, 'body { letter-spacing: 0.01em }'],
  ['rows without their columns', false, '.r { display: block !important }'],
  ['no bars', false, '.b { display: none !important }'],
  ['no style', false, '* { all: revert !important }'],
  ['the other scheme', false, ':root { color-scheme: dark !important }'],
  ['a column that covers another', false, '.r .bar { margin-inline-start: -200px !important }'],
  ['no frame around what has to be done', false, '.causes { display: none !important }'],
];

describe('picture of the overview', () => {
  inBrowser('tells a broken layout, not another font', async () => {
    const { url } = await serveScene();
    const { page } = await open(url, { width: 1_280 });
    const seen: unknown[] = [];
    for (const [name, expected, rule] of changes) {
      const at = await page.evaluate<number>(
        rule === ''
          ? '-1'
          : `document.styleSheets[0].insertRule(${JSON.stringify(rule)}, document.styleSheets[0].cssRules.length)`,
      );
      const difference = await pictureDifference(await browser(), page, 'overview-1280');
      if (isAlike(difference) !== expected) seen.push([name, difference]);
      if (process.env.MODELPULSE_PICTURES === 'tell')
        process.stderr.write(`${name} ${JSON.stringify(difference)}\n`);
      if (at >= 0) await page.evaluate(`document.styleSheets[0].deleteRule(${at})`);
    }
    expect(seen).toEqual([]);
  });
});
