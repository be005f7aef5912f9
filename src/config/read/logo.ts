import { dirname, resolve } from 'node:path';
import type { StatusPageEntry } from '../schema/status-page-schema.js';
import type { Logo } from '../page-settings.js';
import type { Inputs } from './inputs.js';
import type { Source } from './source.js';

const logoLimit = 256 * 2 ** 10;

/** Media type of a picture by its first bytes, since a name proves nothing; null when it is none of those served. */
export function pictureType(bytes: Buffer): string | null {
  const starts = (text: string, at = 0): boolean => bytes.toString('latin1', at, at + text.length) === text;
  if (starts('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (starts('\xff\xd8\xff')) return 'image/jpeg';
  if (starts('GIF87a') || starts('GIF89a')) return 'image/gif';
  if (starts('RIFF') && starts('WEBP', 8)) return 'image/webp';
  const text = bytes
    .toString('utf8', 0, 4_096)
    .replace(/^\ufeff/, '')
    .trimStart();
  return /^<(?:svg|\?xml|!--|!doctype svg)/i.test(text) && text.includes('<svg') ? 'image/svg+xml' : null;
}

/** Reads the logos of the pages, in their order; relative names start at the file that names them. */
export async function readLogos(
  source: Source,
  entries: readonly StatusPageEntry[],
  inputs: Inputs,
): Promise<{ logos: readonly (Logo | null)[]; problems: string[] }> {
  const problems: string[] = [];
  const logos: (Logo | null)[] = [];
  for (const [index, { logo }] of entries.entries()) {
    if (logo === undefined) {
      logos.push(null);
      continue;
    }
    const file = resolve(dirname(source.absolute), logo);
    const found = await inputs.readBytes(file, logoLimit);
    const type = 'bytes' in found ? pictureType(found.bytes) : null;
    if ('bytes' in found && type !== null) logos.push({ file, type, bytes: found.bytes });
    else {
      const reason = 'problem' in found ? found.problem : 'is no SVG, PNG, JPEG, GIF or WebP picture';
      problems.push(source.message({ path: ['status_pages', index, 'logo'], message: `${file}: ${reason}` }));
      logos.push(null);
    }
  }
  return { logos, problems };
}
