import { describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMigrations } from '../../src/store/migration-files.js';
import { openStoreReader } from '../../src/store/sqlite/store-reader.js';
import { olderMigrations, withoutLater } from './older-file.js';
import { batchOf, migrationsDir, modelWrite, result, start, workplace } from './samples.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';

const place = workplace();
const known = listMigrations(migrationsDir).length;
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1000 };

function edit(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

describe('opening a store', () => {
  it('creates the directory and a file with the committed schema', async () => {
    const path = join(place.directory(), 'a/b/store.db');
    await place.open(path).close();
    const database = new Database(path, { readonly: true });
    const rows = database
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
      .pluck();
    const dump = `-- What the migrations amount to; compared in a test.\n${rows.all().join(';\n\n')};\n`;
    const expected = {
      application_id: 0x6d70756c,
      user_version: known,
      auto_vacuum: 2,
      journal_mode: 'wal',
    };
    for (const [name, value] of Object.entries(expected)) {
      expect([name, database.pragma(name, { simple: true })]).toEqual([name, value]);
    }
    database.close();
    expect(dump).toBe(readFileSync(join(migrationsDir, 'schema.sql'), 'utf8'));
  });

  it('keeps existing data', async () => {
    const path = join(place.directory(), 'store.db');
    const first = place.open(path);
    await first.register('gpt', start, null);
    await first.close();
    expect(await place.open(path).models()).toHaveLength(1);
  });

  it('refuses a newer database with advice, and does not change it', async () => {
    const path = join(place.directory(), 'store.db');
    await place.open(path).close();
    edit(path, 'PRAGMA user_version = 99');
    const before = readFileSync(path);
    const message = `${path} was written by a newer modelpulse (schema 99, this one knows ${known}); upgrade modelpulse, or restore a backup from before`;
    expect(() => place.open(path)).toThrow(expect.objectContaining({ kind: 'newer', message }));
    expect(() => openStoreReader(path, migrationsDir)).toThrow(message);
    expect(readFileSync(path)).toEqual(before);
  });

  it('refuses the database of another program, and does not change it', () => {
    const path = join(place.directory(), 'store.db');
    edit(path, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    const before = readFileSync(path);
    const error = {
      kind: 'foreign',
      message: `${path} is the database of another program; set another storage.path`,
    };
    expect(() => place.open(path)).toThrow(expect.objectContaining(error));
    expect(readFileSync(path)).toEqual(before);
  });

  it('reports why the file cannot be opened', () => {
    const directory = place.directory();
    writeFileSync(join(directory, 'file'), '');
    mkdirSync(join(directory, 'store.db'));
    for (const path of [join(directory, 'file/store.db'), join(directory, 'store.db')]) {
      expect(() => place.open(path)).toThrow(expect.objectContaining({ kind: 'unavailable' }));
      expect(() => place.open(path)).toThrow(`cannot use ${path}: `);
    }
  });

  it('rolls back a migration that fails half way, and continues once it is repaired', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const migrations = join(directory, 'migrations');
    cpSync(migrationsDir, migrations, { recursive: true });
    const more = join(migrations, `${String(known + 1).padStart(4, '0')}-more.sql`);
    await place.open(path, { migrationsDir: migrations }).close();
    writeFileSync(more, 'CREATE TABLE more (x); CREATE TABLE more (x);');
    expect(() => place.open(path, { migrationsDir: migrations })).toThrow('table more already exists');
    writeFileSync(more, 'CREATE TABLE more (x);');
    await place.open(path, { migrationsDir: migrations }).close();
    expect(() => place.open(path)).toThrow('written by a newer modelpulse');
  });

  it('derives the reasons of unknown times in an older file where possible', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const store = place.open(path, { migrationsDir: olderMigrations(directory, 2) });
    const { key } = await store.register('gpt', start, null);
    const unknown = (from: number) => ({ from, state: 'unknown' as const, reason: null });
    const healthy = (from: number) => ({ from, state: 'healthy' as const, reason: 'ok' as const });
    const points = [
      unknown(start),
      healthy(start + 1),
      unknown(start + 2),
      healthy(start + 3),
      unknown(start + 4),
    ];
    await store.write(batchOf(modelWrite(key, { points, gaps: [start + 2] })));
    await store.close();
    withoutLater(path);
    const upgraded = place.open(path);
    const found = await upgraded.points(key, 0, start + 9);
    expect(found.map(({ reason }) => reason)).toEqual(['not_yet', 'ok', 'not_watched', 'ok', null]);
  });

  it('rejects migrations with a missing number', () => {
    const directory = place.directory();
    writeFileSync(join(directory, '0002-late.sql'), '');
    const open = () => place.open(join(directory, 'store.db'), { migrationsDir: directory });
    expect(open).toThrow('0002-late.sql: expected number 1');
  });
});

describe('reader', () => {
  it('sees the data of the daemon while it runs and afterwards', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    const reader = openStoreReader(path, migrationsDir);
    expect(await reader.results(key, everything)).toHaveLength(1);
    await store.write(batchOf(modelWrite(key, { results: [result(start + 1)] })));
    expect(await reader.results(key, everything)).toEqual(await store.results(key, everything));
    expect(await reader.sizeBytes()).toBe(statSync(path).size + statSync(`${path}-wal`).size);
    await store.close();
    expect(await reader.models()).toHaveLength(1);
    await reader.close();
    const late = openStoreReader(path, migrationsDir);
    expect(await late.results(key, everything)).toHaveLength(2);
    await late.close();
    expect(await place.open(path).models()).toHaveLength(1);
  });

  it('reports a missing file, and creates none', () => {
    const path = join(place.directory(), 'none.db');
    expect(() => openStoreReader(path, migrationsDir)).toThrow(
      expect.objectContaining({
        kind: 'missing',
        message: `there is no database at ${path}; start the daemon first`,
      }),
    );
    expect(existsSync(path)).toBe(false);
  });

  it('reports that the daemon must upgrade an older file', async () => {
    const path = join(place.directory(), 'store.db');
    await place.open(path).close();
    edit(path, 'PRAGMA user_version = 0');
    expect(() => openStoreReader(path, migrationsDir)).toThrow(expect.objectContaining({ kind: 'older' }));
  });
});

describe('write-ahead log', () => {
  it('shrinks again after a reader has blocked it, with a warning', async () => {
    const path = join(place.directory(), 'store.db');
    const told: string[] = [];
    const tell = (_fields: object, message: string) => told.push(message);
    const store = place.open(path, { log: { error: tell, warn: tell, info: tell } });
    const { key } = await store.register('gpt', start, null);
    const reader = new Database(path, { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM models').get();
    const text = 'x'.repeat(4000);
    let slot = start;
    const write = async () => {
      const results = Array.from({ length: 100 }, () =>
        result((slot += 1), { outcome: 'unhealthy', reason: 'timeout', detail: text, response: text }),
      );
      await store.write(batchOf(modelWrite(key, { results })));
    };
    for (let n = 0; n < 90; n += 1) await write();
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(64 * 1024 * 1024);
    for (const minute of [0, 1, 2]) await store.prune(start + minute * 60_000);
    expect(told).toEqual([expect.stringContaining('keeps a transaction open')]);
    reader.close();
    for (let n = 0; n < 3; n += 1) await write();
    expect(statSync(`${path}-wal`).size).toBeLessThanOrEqual(16_777_216);
    await store.prune(start + 3 * 60_000);
    expect(told).toHaveLength(2);
  });
});
