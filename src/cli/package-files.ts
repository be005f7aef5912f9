import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { memberOf, parseJson } from '../domain/json.js';

const root = new URL('../../', import.meta.url);

/** Absolute path of a file that is shipped with the package. */
export function packageFile(name: string): string {
  return fileURLToPath(new URL(name, root));
}

export function packageVersion(): string {
  return String(memberOf(parseJson(readFileSync(packageFile('package.json'), 'utf8')), 'version'));
}
