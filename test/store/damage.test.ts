import { describe, expect, it } from '@jest/globals';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { batchOf, modelWrite, result, start, workplace, silent } from './samples.js';

const place = workplace();
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 10_000 };
const aside = 'store.db.corrupt-2026-03-01T00:00:00.000Z';

/** Overwrites every page but the first, as a broken disk would. */
function ruin(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(statSync(path).size - 4096, 0xa5), 0, undefined, 4096);
  closeSync(file);
}

/** A store with a result that has not left its -wal yet. */
async function inUse(onCorrupt: 'move' | 'stop' = 'move') {
  const directory = place.directory();
  const path = join(directory, 'store.db');
  const logged: string[] = [];
  const log = { ...silent, error: (_fields: object, message: string) => logged.push(message) };
  const store = place.open(path, { onCorrupt, log });
  const { key } = await store.register('gpt', start, null);
  const write = (slot: number) => store.write(batchOf(modelWrite(key, { results: [result(slot)] })));
  await write(start);
  return { directory, path, store, write, logged };
}

/** Another database, complete in its one file, whose first model is another one. */
async function backup(): Promise<string> {
  const path = join(place.directory(), 'backup.db');
  const store = place.open(path);
  const { key } = await store.register('other', start, null);
  await store.write(batchOf(modelWrite(key, { results: [result(start + 7)] })));
  await store.close();
  return path;
}

/** The files of such a database as a crash leaves them: its newest result is in its -wal alone. */
async function crashed(): Promise<string> {
  const path = join(place.directory(), 'backup.db');
  const store = place.open(path);
  const { key } = await store.register('other', start, null);
  await store.write(batchOf(modelWrite(key, { results: [result(start + 7)] })));
  const copy = join(place.directory(), 'copy.db');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

async function slotsIn(path: string): Promise<number[]> {
  const store = place.open(path);
  const [model] = await store.models();
  return (await store.results(model!.key, everything)).map(({ slot }) => slot);
}

describe('database file in use', () => {
  it('that is deleted is detected by the next write, logged and counted, and a new one is created', async () => {
    const { path, store, write, logged } = await inUse();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    await expect(write(start + 1)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('was deleted while') as unknown,
    });
    expect(store.corruptions).toBe(1);
    expect(logged).toEqual(['database was deleted or replaced: starting a new one']);
    await expect(write(start + 1)).rejects.toMatchObject({ kind: 'unknown_model' });
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start + 1)] })));
    expect(statSync(path).size).toBeGreaterThan(0);
    expect(await store.results(key, everything)).toHaveLength(1);
  });

  it('that is replaced is moved aside intact, without the old log', async () => {
    const { directory, path, store, write } = await inUse();
    const other = await backup();
    renameSync(other, path);
    await expect(write(start + 1)).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('was replaced') as unknown,
    });
    const moved = readdirSync(directory).filter((name) => name.includes('.replaced-'));
    expect(moved).toEqual(['store.db.replaced-2026-03-01T00:00:00.000Z']);
    await expect(write(start + 1)).rejects.toMatchObject({ kind: 'unknown_model' });
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start + 1)] })));
    await store.close();
    const whole = place.open(join(directory, moved[0]!));
    const models = await whole.models();
    expect(models.map(({ id }) => id)).toEqual(['other']);
    expect((await whole.results(models[0]!.key, everything)).map(({ slot }) => slot)).toEqual([start + 7]);
  });

  it.each(['move', 'stop'] as const)(
    'that is replaced with a -wal keeps what is in that: %s',
    async (onCorrupt) => {
      const { directory, path, store, write } = await inUse(onCorrupt);
      const other = await crashed();
      for (const suffix of ['', '-wal']) renameSync(other + suffix, path + suffix);
      await expect(write(start + 1)).rejects.toMatchObject({ kind: 'damaged' });
      await store.close();
      const [moved = 'store.db'] = readdirSync(directory).filter((name) => /\.replaced-.*Z$/.test(name));
      expect(moved === 'store.db').toBe(onCorrupt === 'stop');
      expect(await slotsIn(join(directory, moved))).toEqual([start + 7]);
    },
  );

  const memory = '/dev/shm/';
  (existsSync(memory) ? it : it.skip)('whose volume is gone for a while is waited for', async () => {
    const { directory, path, store, write } = await inUse();
    const elsewhere = `${directory}-unmounted`;
    renameSync(directory, elsewhere);
    const other = mkdtempSync(memory);
    symlinkSync(other, directory);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(write(start + 1)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining('the volume of its folder is not mounted') as unknown,
      });
    rmSync(directory);
    rmSync(other, { recursive: true });
    renameSync(elsewhere, directory);
    await write(start + 1);
    expect(store.corruptions).toBe(0);
    await store.close();
    expect(await slotsIn(path)).toEqual([start + 1, start]);
  });

  (existsSync(memory) ? it : it.skip)(
    'that is on another volume with the same content is written on to',
    async () => {
      const { directory, path, store, write } = await inUse();
      const other = mkdtempSync(memory);
      for (const name of ['store.db', 'store.db-wal']) copyFileSync(join(directory, name), join(other, name));
      renameSync(directory, `${directory}-unmounted`);
      symlinkSync(other, directory);
      await write(start + 1);
      await write(start + 2);
      expect(store.corruptions).toBe(0);
      await store.close();
      expect(await slotsIn(path)).toEqual([start + 2, start + 1, start]);
      rmSync(other, { recursive: true });
    },
  );

  (existsSync(memory) ? it : it.skip)('of another volume with other content is left as it is', async () => {
    const { directory, path, store, write } = await inUse();
    const other = mkdtempSync(memory);
    const found = await crashed();
    for (const suffix of ['', '-wal']) copyFileSync(found + suffix, join(other, `store.db${suffix}`));
    renameSync(directory, `${directory}-unmounted`);
    symlinkSync(other, directory);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(write(start + 1)).rejects.toMatchObject({ kind: 'displaced' });
    expect(store.corruptions).toBe(0);
    await store.close();
    expect(readdirSync(other).filter((name) => /corrupt|replaced/.test(name))).toEqual([]);
    expect(await slotsIn(path)).toEqual([start + 7]);
    rmSync(other, { recursive: true });
  });

  it('that is moved elsewhere takes along what its -wal held', async () => {
    const { directory, path, write } = await inUse();
    renameSync(path, join(directory, 'elsewhere.db'));
    await expect(write(start + 1)).rejects.toMatchObject({ kind: 'damaged' });
    expect(await slotsIn(join(directory, 'elsewhere.db'))).toEqual([start]);
  });

  it('that is replaced before a stop stays as it was put there', async () => {
    const { path, store } = await inUse();
    renameSync(await backup(), path);
    await store.close();
    expect(await slotsIn(path)).toEqual([start + 7]);
  });

  it('whose -wal is replaced first keeps that beside the database', async () => {
    const { directory, path, store, write } = await inUse();
    const other = await crashed();
    const log = readFileSync(`${other}-wal`);
    renameSync(`${other}-wal`, `${path}-wal`);
    await write(start + 1);
    renameSync(other, path);
    await expect(write(start + 2)).rejects.toMatchObject({ kind: 'damaged' });
    await store.close();
    const [moved] = readdirSync(directory).filter((name) => name.startsWith('store.db-wal.replaced-'));
    expect(readFileSync(join(directory, moved!)).equals(log)).toBe(true);
  });

  it('that is replaced stays in place if the operator prefers to stop', async () => {
    const { directory, path, store, write } = await inUse('stop');
    renameSync(await backup(), path);
    for (let turn = 0; turn < 2; turn += 1)
      await expect(write(start + 1)).rejects.toMatchObject({
        kind: 'damaged',
        message: expect.stringContaining('was replaced') as unknown,
      });
    await store.close();
    expect(readdirSync(directory).filter((name) => name.includes('.replaced-'))).toEqual([]);
    const models = await place.open(path).models();
    expect(models.map(({ id }) => id)).toEqual(['other']);
  });
});

describe('damaged database file', () => {
  it('is moved aside at open, logged and counted, and a new one is created', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    writeFileSync(path, 'this is no database'.repeat(100));
    const logged: object[] = [];
    const store = place.open(path, { log: { ...silent, error: (fields) => logged.push(fields) } });
    expect(store.corruptions).toBe(1);
    expect(logged).toEqual([expect.objectContaining({ path, movedTo: join(directory, aside) })]);
    expect(readFileSync(join(directory, aside), 'utf8')).toContain('this is no database');
    expect((await store.register('gpt', start, null)).key).toBe(1);
  });

  it('stays in place if the operator prefers to stop', () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    writeFileSync(path, 'this is no database'.repeat(100));
    const open = () => place.open(path, { onCorrupt: 'stop' });
    expect(open).toThrow(
      expect.objectContaining({ kind: 'damaged', message: `${path} is damaged: file is not a database` }),
    );
    expect(readdirSync(directory).filter((file) => file.includes('corrupt'))).toEqual([]);
    writeFileSync(path, '');
    place.open(path);
  });

  it('is replaced in use: the call rejects as damaged, old keys are invalid, and models can be registered again', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const before = place.open(path);
    const old = await before.register('gpt', start, null);
    const results = Array.from({ length: 5000 }, (_, n) => result(start + n));
    await before.write(batchOf(modelWrite(old.key, { results })));
    await before.close();
    const store = place.open(path);
    await store.register('gpt', start, null);
    ruin(path);
    await expect(store.results(old.key, everything)).rejects.toMatchObject({ kind: 'damaged' });
    expect(store.corruptions).toBe(1);
    expect(readdirSync(directory)).toContain(aside);
    await expect(store.write(batchOf(modelWrite(old.key)))).rejects.toMatchObject({ kind: 'unknown_model' });
    const { key } = await store.register('gpt', start, null);
    expect(key).not.toBe(old.key);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    expect(await store.results(key, everything)).toHaveLength(1);
    expect(() => place.open(path)).toThrow('is in use');
  });

  it('keeps failing in use if the operator prefers to stop', async () => {
    const directory = place.directory();
    const path = join(directory, 'store.db');
    const before = place.open(path);
    const { key } = await before.register('gpt', start, null);
    await before.write(
      batchOf(modelWrite(key, { results: Array.from({ length: 5000 }, (_, n) => result(start + n)) })),
    );
    await before.close();
    const store = place.open(path, { onCorrupt: 'stop' });
    ruin(path);
    await expect(store.results(key, everything)).rejects.toMatchObject({ kind: 'damaged' });
    await expect(store.results(key, everything)).rejects.toMatchObject({ kind: 'damaged' });
    expect(readdirSync(directory)).not.toContain(aside);
  });
});
