import type { Command } from 'commander';
import type { Settings } from '../config/settings.js';
import { systemClock } from '../domain/clock.js';
import type { StoreReader } from '../store/port.js';
import { globalOptions } from './options.js';
import { loadFor } from './load.js';
import { openReader } from './open-reader.js';

/** Input of a command that reads the database. */
export interface Database {
  readonly store: StoreReader;
  readonly settings: Settings;
  /** Unix ms; the time that all output refers to. */
  readonly now: number;
  /** True when a daemon uses the database; null where that cannot be told. */
  isRunning(): Promise<boolean | null>;
}

/**
 * Opens the database of a command's configuration, with the daemon running or not, and prints the text that `tell`
 * returns. Throws ConfigError, UsageError and StoreError.
 */
export async function readDatabase(
  command: Command,
  tell: (database: Database) => Promise<string>,
): Promise<void> {
  const { settings } = await loadFor(globalOptions(command).config);
  const { store, isRunning } = await openReader(settings.storage.place);
  try {
    process.stdout.write(await tell({ store, settings, now: systemClock.wall(), isRunning }));
  } finally {
    await store.close();
  }
}
