import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { became, useSite } from './registry.js';
import { start } from './process.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';

const site = useSite();

/** Overwrites the first page of a table, which is read only when somebody asks for it. */
function damage(path: string, table: string): void {
  const database = new Database(path);
  const page = database
    .prepare<[string], number>("SELECT rootpage FROM sqlite_schema WHERE name = ? AND type = 'table'")
    .pluck()
    .get(table);
  const size = database.pragma('page_size', { simple: true }) as number;
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size, 0xa5), 0, size, ((page ?? 1) - 1) * size);
  closeSync(file);
}

describe('damage to the database', () => {
  it.each(['models', 'totals', 'exclusions', 'missed'])(
    'in its %s at the start moves the file aside, and the daemon continues with a new one',
    async (table) => {
      const { model, configure, daemon, folder } = site();
      const config = configure([model('healthy')]);
      const first = await daemon(config);
      await first.line(became('healthy', 'healthy'));
      first.child.kill('SIGTERM');
      expect(await first.ended).toBe(0);
      damage(`${folder.path}/pulse.db`, table);

      const second = start(['run', '--config', config]);
      await second.line(({ msg }) => msg === 'started');
      await second.line(became('healthy', 'healthy'));
      second.child.kill('SIGTERM');
      expect(await second.ended).toBe(0);
      expect(second.lines.map(({ msg }) => msg)).toContain(
        'database is corrupt: moved aside, starting a new one',
      );
      expect(readdirSync(folder.path).filter((name) => name.includes('corrupt'))).not.toEqual([]);
    },
  );
});
