import type { Exclusion } from '../../domain/exclusion.js';
import { prepareAnnotating, prepareAnnotations } from './annotations.js';
import { requireFile } from './existing-file.js';
import { attempt } from './failure.js';
import { openLoneWriter } from './lone-writer.js';
import { prepareModels } from './model-row.js';
import type { ModelKey, StoredExclusion } from '../port.js';

/** Exclusions of a database that no daemon uses. */
export interface LoneExclusions {
  models(): readonly { readonly id: string; readonly key: ModelKey }[];
  all(): readonly StoredExclusion[];
  add(key: ModelKey, exclusion: Omit<Exclusion, 'id'>): Exclusion;
  close(): void;
}

/** Opens an existing database in the place of the daemon; throws StoreError, `locked` while one runs, `missing` without a file. */
export function openLoneExclusions(path: string, migrationsDir: string): LoneExclusions {
  attempt(path, () => {
    requireFile(path);
  });
  const { database, close } = openLoneWriter(path, migrationsDir);
  const models = prepareModels(database);
  const { exclusions } = prepareAnnotations(database);
  const { exclude } = prepareAnnotating(database);
  return {
    models: () => attempt(path, () => models.all()),
    all: () => attempt(path, exclusions),
    add: (key, exclusion) => attempt(path, () => exclude(key, exclusion)),
    close,
  };
}
