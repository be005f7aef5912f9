import { dirname, resolve } from 'node:path';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import type { Path } from './problem.js';
import type { Source } from './source.js';

/** A file that a member of the configuration names. */
export interface FileUse {
  readonly source: Source;
  readonly path: Path;
  /** Absolute. */
  readonly file: string;
}

/** The `tls` member with its files made absolute, and those files; relative ones start at the file that names them. */
export function tlsUses(
  tls: DefaultsEntry['tls'],
  source: Source,
  at: Path,
): { tls: DefaultsEntry['tls']; uses: FileUse[] } {
  if (tls === undefined) return { tls, uses: [] };
  const uses: FileUse[] = [];
  const absolute = { ...tls };
  for (const key of ['ca_file', 'cert_file', 'key_file'] as const) {
    const name = tls[key];
    if (name === undefined) continue;
    const file = resolve(dirname(source.absolute), name);
    absolute[key] = file;
    uses.push({ source, path: [...at, key], file });
  }
  return { tls: absolute, uses };
}
