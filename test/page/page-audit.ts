import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { amount, slow } from '../slow.js';
import { inBrowser, inBrowserInFull, useBrowser, type Look } from './browser.js';
import { matchesPicture } from './picture.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** What axe has against a page, one line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  // The policy of a page is for its own scripts.
  await page.evaluate(`${axe};0`);
  const options = JSON.stringify({ runOnly: rules, resultTypes: ['violations'] });
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, ${options}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** Elements that make a page wider than its window; empty where it is not. What scrolls by itself, or is cut, makes none. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const nameOf = (e) => [e.tagName.toLowerCase(), ...e.classList].join('.');
    const cuts = (e) => e !== null && (getComputedStyle(e).overflowX !== 'visible' || cuts(e.parentElement));
    const wide = [...document.querySelectorAll('body *')].filter((e) => {
      const { left, right } = e.getBoundingClientRect();
      return (right > clientWidth + 1 || left < -1) && !cuts(e.parentElement);
    });
    return [scrollWidth + ' px: ' + wide.slice(0, 20).map((e) => nameOf(e.parentElement) + ' > ' + nameOf(e)).join(', ')];
  })()`);
}

/** Texts that lie over a bar or a strip of states. */
export function covered(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const drawings = [...document.querySelectorAll('svg[role="img"]:not(.chart)')].map((e) => e.getBoundingClientRect());
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const { currentNode: text } = walker;
      const { parentElement: parent } = text;
      if (text.data.trim() === '' || !parent.checkVisibility() || parent.closest('svg, .vh, .skip') !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      // What is cut off is not seen.
      const sight = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
      const narrow = (to) => {
        for (const side of ['left', 'top']) sight[side] = Math.max(sight[side], to[side]);
        for (const side of ['right', 'bottom']) sight[side] = Math.min(sight[side], to[side]);
      };
      for (let e = parent; e !== null; e = e.parentElement)
        if (getComputedStyle(e).overflow !== 'visible') narrow(e.getBoundingClientRect());
      const seen = ({ left, top, right, bottom }) => ({
        left: Math.max(left, sight.left), top: Math.max(top, sight.top),
        right: Math.min(right, sight.right), bottom: Math.min(bottom, sight.bottom),
      });
      const over = (one) => drawings.some((other) => one.left < other.right - 1 && other.left < one.right - 1
        && one.top < other.bottom - 1 && other.top < one.bottom - 1);
      if ([...range.getClientRects()].map(seen).some(over)) found.push(text.data);
    }
    return found;
  })()`);
}

type AuditLook = Required<Pick<Look, 'scheme' | 'scripts'>>;
const looks: readonly AuditLook[] = (['light', 'dark'] as const).flatMap((scheme) =>
  [true, false].map((scripts) => ({ scheme, scripts })),
);
const scripted = looks.filter(({ scripts }) => scripts);
const quickLooks = scripted.slice(0, 1);
const widths = [1_280, 768, 390, 320];
/** Where axe looks, which takes over a second: once in each scheme. */
const axeWidths = { light: widths.at(0), dark: widths.at(-1) };

/** Looks that are compared with a picture, which takes seconds. */
const isPictured = ({ scheme, scripts }: AuditLook, width: number): boolean =>
  scripts && width === { light: 1_280, dark: 390 }[scheme];

const nothing = { complaints: [], violations: [], tooWide: [], covered: [] };

/** A page to look at. */
export interface AuditedPage {
  readonly name: string;
  readonly path: string;
  /** Name of its committed pictures; without one it is not compared. The data of the page has to be fixed. */
  readonly picture?: string;
  readonly cookies?: Look['cookies'];
  /** Looked at with scripts only: another page of the kind has all looks. */
  readonly once?: true;
  /** Looked at by default; the others only with MODELPULSE_SLOW=1. */
  readonly first?: true;
  /** Leads to what is looked at: opens what is folded, sends a form. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** Opens all that is folded, but the menus. */
export const unfold = (page: Page): Promise<unknown> =>
  page.evaluate(
    `for (const details of document.querySelectorAll('main details:not(.mon)')) details.open = true`,
  );

/**
 * Tests for pages of one server, on each width, light and dark, with scripts and without: nothing on the console, nothing from
 * elsewhere, nothing against the accessibility, one heading, no sideways scrolling, and the look of the committed picture.
 */
export function auditPages(
  title: string,
  serve: () => Promise<{ readonly url: string }>,
  pages: readonly AuditedPage[],
): void {
  const { open, browser } = useBrowser();
  describe(title, () => {
    for (const { name, path, picture, cookies = [], once, first, before } of pages) {
      // A page takes some seconds.
      (first === true ? inBrowser : inBrowserInFull)(
        `${name} is clean on every screen, and looks as it did`,
        async () => {
          const { url } = await serve();
          for (const look of amount(once === true ? scripted : looks, quickLooks)) {
            const { page, context, complaints } = await open(url + path, { ...look, cookies });
            await before?.(page);
            for (const width of widths) {
              await page.setViewportSize({ width, height: 900 });
              const found = {
                complaints,
                // Without scripts axe, which waits by timers, would never end.
                violations: look.scripts && width === axeWidths[look.scheme] ? await violationsOf(page) : [],
                tooWide: await tooWide(page),
                covered: await covered(page),
                headings: await page.locator('h1').count(),
                title: await page.title(),
              };
              expect([look, width, found]).toEqual([
                look,
                width,
                { ...nothing, headings: 1, title: expect.stringMatching(/\S/) },
              ]);
              if (slow && picture !== undefined && isPictured(look, width))
                await matchesPicture(await browser(), page, `${picture}-${width}`);
            }
            await context.close();
          }
        },
      );
    }
  });
}
