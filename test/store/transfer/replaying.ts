import { checkRollups, replayTimelines } from '../../../src/store/transfer/rebuild.js';
import { modelMemory } from '../../../src/cli/model-memory.js';
import { openExisting } from '../../../src/store/sqlite/file/database.js';
import type { Replayed, ReplayFailure, TimelineDifference } from '../../../src/store/transfer/replay.js';
import { migrationsDir } from '../samples.js';

/** Number of wrong hours and days, and of differences between time line and replay and of models without a replay. */
export function wrongIn(path: string): number {
  const nothing = (): void => undefined;
  const options = {
    path,
    migrationsDir,
    memory: modelMemory,
    found: nothing,
    differs: nothing,
    fails: nothing,
  };
  const { wrong, replayed } = checkRollups(options);
  return wrong + replayed.different + replayed.failed;
}

/** Replays the time lines of the database at `path`. */
export function replayed(path: string): Replayed & { readonly differences: readonly TimelineDifference[] } {
  const database = openExisting(path, migrationsDir);
  try {
    const differences: TimelineDifference[] = [];
    const differs = (difference: TimelineDifference): void => void differences.push(difference);
    const fails = ({ message }: ReplayFailure): never => {
      throw new Error(message);
    };
    return { ...replayTimelines(database, { memory: modelMemory, differs, fails }), differences };
  } finally {
    database.close();
  }
}
