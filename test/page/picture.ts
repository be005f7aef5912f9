import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';

const folder = fileURLToPath(new URL('pictures/', import.meta.url));
/** px of a page that become one cell of the grid: letters vanish, blocks and gaps stay. */
const cellPx = 16;
/** Least difference of the brightness of a cell, of 255, that an eye would call another block. */
const visible = 40;
/** Share of such cells that another font or another version of the browser makes; a lost rule of the style makes more. */
const mostDiffering = 0.012;
/** Rows of cells by which a part may lie higher or lower, since other letters break lines elsewhere. */
const reach = 4;
/** By which share a page may be longer or shorter. */
const mostLonger = 0.1;

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** Brightness of each cell, row by row, 0 to 255. */
  readonly cells: readonly number[];
}

/** Reduces a PNG in the browser, which can read and write them, to brightnesses; `scale` px of it are one cell. */
async function reduced(page: Page, png: Buffer, scale: number): Promise<{ grid: Grid; png: Buffer }> {
  const { grid, url } = await page.evaluate<{ grid: Grid; url: string }>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const width = Math.max(1, Math.round(image.width / ${scale}));
    const height = Math.max(1, Math.round(image.height / ${scale}));
    const whole = new OffscreenCanvas(image.width, image.height);
    const brush = whole.getContext('2d', { willReadFrequently: true });
    brush.drawImage(image, 0, 0);
    const { data } = brush.getImageData(0, 0, image.width, image.height);
    const small = document.createElement('canvas');
    Object.assign(small, { width, height });
    const paper = small.getContext('2d');
    const out = paper.createImageData(width, height);
    const cells = [];
    for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
      let sum = 0, count = 0;
      for (let v = Math.floor(y * image.height / height); v < Math.floor((y + 1) * image.height / height); v += 1)
        for (let u = Math.floor(x * image.width / width); u < Math.floor((x + 1) * image.width / width); u += 1) {
          const at = (v * image.width + u) * 4;
          sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
          count += 1;
        }
      const brightness = Math.round(sum / Math.max(1, count));
      cells.push(brightness);
      out.data.set([brightness, brightness, brightness, 255], (y * width + x) * 4);
    }
    paper.putImageData(out, 0, 0);
    return { grid: { width, height, cells }, url: small.toDataURL('image/png') };
  })()`);
  return { grid, png: Buffer.from(url.slice(url.indexOf(',') + 1), 'base64') };
}

/** Share of the cells in which two grids differ visibly; a cell may have moved a little. */
export function differenceOf(one: Grid, other: Grid): number {
  const height = Math.min(one.height, other.height);
  const width = Math.min(one.width, other.width);
  const at = ({ cells, width: wide }: Grid, x: number, y: number): number => cells[y * wide + x] ?? 0;
  const nearest = (grid: Grid, x: number, y: number, value: number): number => {
    let least = Infinity;
    for (let v = Math.max(0, y - reach); v <= Math.min(grid.height - 1, y + reach); v += 1) {
      for (let u = Math.max(0, x - 1); u <= Math.min(grid.width - 1, x + 1); u += 1)
        least = Math.min(least, Math.abs(at(grid, u, v) - value));
    }
    return least;
  };
  let differing = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const there = nearest(other, x, y, at(one, x, y));
      const here = nearest(one, x, y, at(other, x, y));
      if (Math.max(there, here) >= visible) differing += 1;
    }
  }
  return differing / (width * height);
}

/** How a page differs from the committed picture: share of cells, and by which share it is longer or shorter. */
export interface Difference {
  readonly width: number;
  readonly cells: number;
  readonly length: number;
}

/** Compares a page with the committed picture of its blocks; with MODELPULSE_PICTURES=write that is made anew. */
export async function pictureDifference(browser: Browser, page: Page, name: string): Promise<Difference> {
  const shot = await page.screenshot({ fullPage: true, animations: 'disabled' });
  const desk = await browser.newPage();
  try {
    const now = await reduced(desk, shot, cellPx);
    const path = `${folder}${name}.png`;
    if (process.env.MODELPULSE_PICTURES === 'write') {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, now.png);
    }
    if (!existsSync(path)) throw new Error(`${name}.png is missing: make it with MODELPULSE_PICTURES=write`);
    const { grid: known } = await reduced(desk, readFileSync(path), 1);
    return {
      width: Math.abs(now.grid.width - known.width),
      cells: differenceOf(now.grid, known),
      length: Math.abs(now.grid.height / known.height - 1),
    };
  } finally {
    await desk.close();
  }
}

/** True for what another font makes, not for what a broken layout makes. */
export function isAlike({ width, cells, length }: Difference): boolean {
  return width === 0 && cells <= mostDiffering && length <= mostLonger;
}

/** Fails unless a page looks as its committed picture. Fonts differ between machines, so it tells a broken layout, not a letter. */
export async function matchesPicture(browser: Browser, page: Page, name: string): Promise<void> {
  const difference = await pictureDifference(browser, page, name);
  expect({ name, difference, alike: isAlike(difference) }).toEqual({ name, difference, alike: true });
}
