import type { Model } from '../domain/model.js';
import type { Store } from '../store/port.js';

/** Models with a former id, and which of the ids of both kinds have a history. */
async function readRenamed(store: Pick<Store, 'names'>, models: readonly Model[]) {
  const renamed = models.filter(({ renameFrom }) => renameFrom !== null);
  const asked = renamed.flatMap(({ id, renameFrom }) => [id, ...(renameFrom === null ? [] : [renameFrom])]);
  const names = asked.length === 0 ? [] : await store.names(asked);
  return { renamed, known: new Set(names.map(({ id }) => id)) };
}

/** Warnings on renamed models whose new id already has history. */
export async function lateRenames(store: Pick<Store, 'names'>, models: readonly Model[]): Promise<string[]> {
  const { renamed, known } = await readRenamed(store, models);
  return renamed.flatMap(({ id, renameFrom }) =>
    renameFrom !== null && known.has(id) && known.has(renameFrom)
      ? [
          `"rename_from" of "${id}" has no effect: "${id}" has a history already, and that of "${renameFrom}" stays under its own id`,
        ]
      : [],
  );
}

/** Models of which the former name has a history, and the new one none. */
export async function renamesOf(store: Pick<Store, 'names'>, models: readonly Model[]): Promise<Set<Model>> {
  const { renamed, known } = await readRenamed(store, models);
  return new Set(
    renamed.filter(({ id, renameFrom }) => renameFrom !== null && known.has(renameFrom) && !known.has(id)),
  );
}

/** Why such a model is left out. */
export const postponedRename = ({ id, renameFrom }: Model): string =>
  `"${id}" is not checked yet: it is renamed from "${renameFrom}" once all instances have the same models`;

/** Models that are in the registry now: all that an instance has while another one has a newer configuration. */
export async function registeredOf(store: Pick<Store, 'names'>, models: readonly Model[]): Promise<Model[]> {
  const names = await store.names([]);
  const registered = new Set(names.filter(({ retiredAt }) => retiredAt === null).map(({ id }) => id));
  return models.filter(({ id }) => registered.has(id));
}

const mostNamed = 20;

/** The warning on models that are left out for this. */
export function leftOut(written: readonly Model[], kept: readonly Model[]): string[] {
  const known = new Set(kept);
  const ids = written.filter((model) => !known.has(model)).map(({ id }) => `"${id}"`);
  if (ids.length === 0) return [];
  const more = ids.length > mostNamed ? ` and ${ids.length - mostNamed} more` : '';
  return [
    `not checked, since an instance with a higher "generation" does not have them: ${ids.slice(0, mostNamed).join(', ')}${more}`,
  ];
}

/**
 * The id that a model has now which had the asked one; null for one that was removed. A rename that is postponed, since other
 * instances have the model under its former id, is none yet, nor is one whose configuration is not in force yet.
 */
export function nameIn(
  roster: { readonly get: (id: string) => unknown },
  configured: () => readonly Pick<Model, 'id' | 'renameFrom'>[],
): (model: string) => string | null {
  let read: ReturnType<typeof configured> | null = null;
  const byFormer = new Map<string | null, string>();
  return (model) => {
    if (roster.get(model) !== undefined) return model;
    const models = configured();
    if (models !== read) {
      read = models;
      byFormer.clear();
      for (const { id, renameFrom } of models) byFormer.set(renameFrom, id);
      for (const { id } of models) byFormer.set(id, id);
    }
    const next = byFormer.get(model);
    if (next === undefined) return null;
    return roster.get(next) === undefined ? model : next;
  };
}
