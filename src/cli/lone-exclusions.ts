import type { StoragePlace } from '../config/settings.js';
import type { Exclusion } from '../domain/exclusion.js';
import type { ModelKey } from '../store/port.js';
import { packageFile } from './package-files.js';
import { postgresOptions } from './postgres-options.js';

type Soon<Result> = Result | Promise<Result>;

/** Exclusions of an existing store while no daemon runs. Its methods fail with StoreError. */
interface LoneExclusions {
  /** Models of the registry, and those of `ids` besides. */
  models(ids: readonly string[]): Soon<readonly { readonly id: string; readonly key: ModelKey }[]>;
  of(key: ModelKey): Soon<readonly Exclusion[]>;
  add(key: ModelKey, exclusion: Omit<Exclusion, 'id'>): Soon<Exclusion>;
  close(): Soon<void>;
}

/** Opens them at `place`. Rejects with StoreError: `locked` while a daemon runs, `missing` without a store. */
export async function openExclusions(place: StoragePlace): Promise<LoneExclusions> {
  if (place.kind === 'sqlite') {
    const { openLoneExclusions } = await import('../store/sqlite/lone-writer.js');
    return openLoneExclusions(place.path, packageFile('migrations'));
  }
  const { openLoneExclusions } = await import('../store/postgres/postgres-store.js');
  return openLoneExclusions(postgresOptions(place));
}
