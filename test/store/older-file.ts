import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listMigrations } from '../../src/store/migration-files.js';
import { Database } from '../../src/store/sqlite/file/sqlite.js';
import { migrationsDir } from './samples.js';

/** What the store of today uses of later migrations in each file that it opens. */
const used = ['0007-acknowledgements.sql', '0009-speed.sql', '0010-costs.sql'];

/** Makes a folder with the first `count` migrations, which the store of today can write with. */
export function olderMigrations(folder: string, count: number): string {
  const older = join(folder, 'migrations');
  cpSync(migrationsDir, older, { recursive: true });
  const all = listMigrations(older);
  for (const { file, version } of all) if (version > count) rmSync(join(older, file));
  const newest = all.find(({ version }) => version === count)!;
  for (const later of used)
    appendFileSync(join(older, newest.file), readFileSync(join(migrationsDir, later)));
  return older;
}

/** Takes from a file with these migrations what their release did not have. */
export function withoutLater(path: string): void {
  const database = new Database(path);
  database.exec('DROP TABLE acknowledgements');
  for (const table of ['checks', 'hours', 'days'])
    for (const column of ['speed', 'cost']) database.exec(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  database.close();
}
