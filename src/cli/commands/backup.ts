import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../domain/clock.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { makeFile } from '../new-file.js';
import { sqlitePath } from '../sqlite-path.js';

export function backupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy the SQLite database to a new file, with the daemon running or stopped')
    .argument('<file>', 'destination; must not exist')
    .action(async (file: string, _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const path = sqlitePath(settings, 'make a backup with pg_dump');
      const { copyDatabase } = await import('../../store/sqlite/file/backup.js');
      const started = systemClock.monotonic();
      await makeFile(file, (partial) => {
        copyDatabase(path, partial);
        return Promise.resolve();
      });
      const seconds = ((systemClock.monotonic() - started) / 1_000).toFixed(1);
      process.stdout.write(`${file}: ${statSync(file).size} bytes in ${seconds} s\n`);
    });
}
