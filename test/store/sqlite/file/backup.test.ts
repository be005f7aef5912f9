import { closeSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeFile } from '../../../../src/cli/new-file.js';
import { copyDatabase } from '../../../../src/store/sqlite/file/backup.js';
import { writers } from '../../compiled.js';
import { start, workplace } from '../../samples.js';
import { Database } from '../../../../src/store/sqlite/file/sqlite.js';

const place = workplace();
const startWriter = writers(place);
const backUp = (path: string, file: string): Promise<void> =>
  makeFile(file, (partial) => {
    copyDatabase(path, partial);
    return Promise.resolve();
  });

describe('backup', () => {
  it('is a consistent snapshot of a database in use, and can be opened by a daemon', async () => {
    const directory = place.directory();
    const [path, file] = [join(directory, 'store.db'), join(directory, 'copy.db')];
    const writer = startWriter(path);
    await writer.line('written');
    await backUp(path, file);
    // It was not held up, and does not end.
    const written = writer.lines.length;
    await writer.line('written');
    expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
    const copy = new Database(file, { readonly: true });
    const one = (sql: string): unknown => copy.prepare(sql).pluck().get();
    expect(one('SELECT count(*) FROM checks')).toBeGreaterThan(0);
    expect(one('SELECT count(*) FROM checks')).toBe(one('SELECT sum(healthy + unhealthy) FROM hours'));
    expect(one('SELECT count(*) FROM checks')).toBe(one('SELECT input_tokens FROM models'));
    expect(one('SELECT max(starts) + 60000 FROM states')).toBe(one('SELECT watermark FROM models'));
    copy.close();
    const store = place.open(file);
    expect((await store.models()).map(({ id }) => id)).toEqual(['gpt']);
    await store.register('other', start, null);
    expect(new Database(file, { readonly: true }).pragma('auto_vacuum', { simple: true })).toBe(2);
    expect(writer.lines.length).toBeGreaterThanOrEqual(written);
  });

  it('never overwrites a file or a backup that is being written', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    await place.open(path).close();
    writeFileSync(join(directory, 'precious'), 'mine');
    await expect(backUp(path, join(directory, 'precious'))).rejects.toThrow(
      /precious exists; it is not overwritten$/,
    );
    await makeFile(join(directory, 'other'), async () => {
      await expect(backUp(path, join(directory, 'other'))).rejects.toThrow(
        /other\.partial exists: .* is being written$/,
      );
    });
    await expect(backUp(path, join(directory, 'no', 'where'))).rejects.toThrow(
      /^cannot write .*no\/where: ENOENT/,
    );
    expect(statSync(join(directory, 'precious')).size).toBe(4);
    expect(readdirSync(directory).sort()).toEqual(['other', 'precious', 'store.db', 'store.db.lock']);
  });

  it('replaces what a process left that was killed', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    await place.open(path).close();
    for (const left of ['copy.db.partial', 'copy.db.partial.lock']) writeFileSync(join(directory, left), '');
    await backUp(path, join(directory, 'copy.db'));
    expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  });

  it('leaves no file behind if it fails', async () => {
    const directory = place.directory();
    const [path, file] = [join(directory, 'store.db'), join(directory, 'copy.db')];
    await expect(backUp(path, file)).rejects.toMatchObject({ kind: 'missing' });
    const foreign = new Database(path);
    foreign.exec('CREATE TABLE other (a)');
    foreign.close();
    await expect(backUp(path, file)).rejects.toMatchObject({ kind: 'foreign' });
    const damaged = join(directory, 'damaged.db');
    await place.open(damaged).close();
    const handle = openSync(damaged, 'r+');
    writeSync(handle, Buffer.alloc(statSync(damaged).size - 4096, 0xa5), 0, undefined, 4096);
    closeSync(handle);
    await expect(backUp(damaged, file)).rejects.toMatchObject({ kind: 'damaged' });
    expect(readdirSync(directory).filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  it('can be made of an older database version', async () => {
    const directory = place.directory();
    const [path, file] = [join(directory, 'store.db'), join(directory, 'copy.db')];
    await place.open(path).close();
    const database = new Database(path);
    database.pragma('user_version = 1');
    database.close();
    await backUp(path, file);
    expect(new Database(file, { readonly: true }).pragma('user_version', { simple: true })).toBe(1);
  });
});
