import type { Command } from 'commander';
import { readUptime } from '../app/uptime-refresh.js';
import { systemClock } from '../domain/clock.js';
import { stateAt } from '../domain/timeline.js';
import type { StoredExclusion, StoreReader, StoredModel } from '../store/port.js';
import { openStoreReader } from '../store/store-reader.js';
import { globalOptions } from './global-options.js';
import { loadFor } from './load.js';
import { packageFile } from './package-files.js';
import { pastOf } from './past.js';
import type { StatusRow } from './status-table.js';
import { terminalOf } from './terminal.js';

async function rowOf(
  store: StoreReader,
  stored: StoredModel,
  exclusions: readonly StoredExclusion[],
  now: number,
): Promise<StatusRow[]> {
  const past = pastOf(stored, exclusions);
  if (past === null || stored.retiredAt !== null) return [];
  const { state, since, reason } = stateAt(past.stored, now);
  const uptime = await readUptime(store, past, now);
  return [{ model: stored.id, state, since, reason, lastCheck: stored.latest?.slot ?? null, uptime }];
}

export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('what the daemon believes of each model, read from its database, running or not')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const store = openStoreReader(settings.storage.path, packageFile('migrations'));
      try {
        const now = systemClock.wall();
        const stored = await store.models();
        const exclusions = await store.exclusions();
        const rows = (await Promise.all(stored.map((model) => rowOf(store, model, exclusions, now)))).flat();
        if (json === true) {
          process.stdout.write(`${JSON.stringify(rows.map(shape), null, 2)}\n`);
        } else if (rows.length === 0) {
          process.stdout.write('no model has been checked yet\n');
        } else {
          const { statusTable } = await import('./status-table.js');
          process.stdout.write(`${statusTable(rows, now, terminalOf(process.stdout, process.env))}\n`);
        }
      } finally {
        await store.close();
      }
    });
}

function shape({ since, lastCheck, ...row }: StatusRow): object {
  return {
    ...row,
    since: new Date(since).toISOString(),
    last_check: lastCheck === null ? null : new Date(lastCheck).toISOString(),
  };
}
