import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { findPostgres } from '../../src/cli/fleet/postgres-programs.js';
import { describeMounted } from '../app/mounting.js';
import { createFolder } from '../app/process.js';

const folder = createFolder();
afterAll(() => folder.clean());

function install(root: string, ...folders: readonly string[]): void {
  for (const each of folders)
    for (const name of ['initdb', 'postgres']) {
      const path = join(root, each, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
}

describe('the programs of PostgreSQL', () => {
  it('are found on the search path, else the newest release where packages put them', () => {
    const root = join(folder.path, 'root');
    expect(findPostgres('/nowhere', root)).toBe(null);
    install(root, 'opt/homebrew/opt/postgresql@17/bin');
    expect(findPostgres(undefined, root)).toBe(join(root, 'opt/homebrew/opt/postgresql@17/bin'));
    install(root, 'usr/lib/postgresql/9/bin', 'usr/lib/postgresql/15/bin');
    // A client alone is no server.
    mkdirSync(join(root, 'usr/lib/postgresql/18/bin'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/postgresql/18/bin/psql'), '');
    expect(findPostgres('', root)).toBe(join(root, 'usr/lib/postgresql/15/bin'));
    install(root, 'own');
    expect(findPostgres(`/nowhere:${join(root, 'own')}`, root)).toBe(join(root, 'own'));
  });
});

describeMounted('modelpulse demo --fleet without PostgreSQL', () => {
  it('ends with exit code 2, and says how to install it and what else there is', () => {
    const empty = join(folder.path, 'empty');
    mkdirSync(empty);
    // A namespace of mounts ends with its process.
    const script = `[ ! -d /usr/lib/postgresql ] || mount --bind ${empty} /usr/lib/postgresql; exec "$@"`;
    const program = [process.execPath, 'dist/main.cjs', 'demo', '--fleet'];
    const env = { PATH: dirname(execFileSync('which', ['mount'], { encoding: 'utf8' })) };
    const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', ...program], {
      env,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^demo --fleet needs PostgreSQL.*apt-get install postgresql.*DATABASE_URL.*\n$/);
  });
});
