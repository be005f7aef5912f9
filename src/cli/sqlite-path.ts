import type { Settings } from '../config/settings.js';
import { UsageError } from './failure.js';

/** The file of the history. Throws UsageError, which says what to do with `instead`, where it is in PostgreSQL. */
export function sqlitePath({ storage: { place } }: Settings, instead: string): string {
  if (place.kind === 'sqlite') return place.path;
  throw new UsageError(`the history is in PostgreSQL ("storage.url"): ${instead}`);
}
