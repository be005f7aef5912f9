import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folders of the root in which packages install a folder for each release, and where its programs are in that. */
const places: readonly (readonly [place: string, release: RegExp, programs: string])[] = [
  // Debian and Ubuntu.
  ['usr/lib/postgresql', /^\d+$/, 'bin'],
  // The packages of postgresql.org for Red Hat and SUSE.
  ['usr', /^pgsql-\d+$/, 'bin'],
  // Homebrew.
  ['opt/homebrew/opt', /^postgresql(?:@\d+)?$/, 'bin'],
  ['usr/local/opt', /^postgresql(?:@\d+)?$/, 'bin'],
];

const numberIn = (name: string): number => Number(/\d+/.exec(name)?.[0] ?? 0);

/** Folder with `initdb` and `postgres`: of the search path, else of the newest release where packages put them; null without one. */
export function findPostgres(searchPath: string | undefined, root = '/'): string | null {
  const packaged = places.flatMap(([place, release, programs]) => {
    const folder = join(root, place);
    return (existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => release.test(name))
      .sort((a, b) => numberIn(b) - numberIn(a))
      .map((name) => join(folder, name, programs));
  });
  const folders = [...(searchPath ?? '').split(delimiter).filter((folder) => folder !== ''), ...packaged];
  return (
    folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name)))) ?? null
  );
}
