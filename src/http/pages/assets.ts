import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { AssetUrls } from '../../page/shell.js';

/** A static file under a name that changes with its content, so that a browser may keep it for a year. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
}

export interface Assets {
  readonly urls: AssetUrls;
  /** By the last part of their address. */
  readonly files: ReadonlyMap<string, Asset>;
  /** Addresses of further style sheets, by their names. */
  readonly more: ReadonlyMap<string, string>;
}

/** The folder of the static files, beside src/page and in dist alike: modules lie one folder deep, chunks of the bundle too. */
const folder = new URL('../../page/assets/', import.meta.url);
const bundled = new URL('../page/assets/', import.meta.url);

function read(name: string): Buffer {
  try {
    return readFileSync(new URL(name, folder));
  } catch {
    return readFileSync(new URL(name, bundled));
  }
}

/** Reads the style sheet and the script, and further style sheets by their names, and packs them once. */
export function loadAssets(styles: readonly string[] = []): Assets {
  const files = new Map<string, Asset>();
  const add = (name: string, ending: string, type: string): string => {
    const plain = read(`${name}.${ending}`);
    const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12);
    const file = `${name}.${hash}.${ending}`;
    files.set(file, { type, plain, gzip: gzipSync(plain), brotli: brotliCompressSync(plain) });
    return `/assets/${file}`;
  };
  const style = (name: string): string => add(name, 'css', 'text/css; charset=utf-8');
  const css = style('page');
  const script = add('page', 'js', 'text/javascript; charset=utf-8');
  const more = new Map(styles.map((name) => [name, style(name)]));
  return { urls: { css, script }, files, more };
}
