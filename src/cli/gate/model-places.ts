import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseSource } from '../../config/read/source.js';
import { isList, isObject } from '../../domain/json.js';
import type { RowPlace } from './github.js';

/** Finds the lines of models in the main file; models of included files have the file only. `root` is the checkout. */
export async function modelPlaces(config: string, root: string): Promise<(id: string) => RowPlace | null> {
  const file = relative(root, resolve(config)).replaceAll('\\', '/');
  if (file === '' || file.startsWith('../')) return () => null;
  const { source } = parseSource(config, resolve(config), await readFile(config, 'utf8'));
  const models = isObject(source.value) && isList(source.value.models) ? source.value.models : [];
  const indexes = new Map(
    models.flatMap((model, index) => (isObject(model) ? [[model.id, index] as const] : [])),
  );
  return (id) => {
    const index = indexes.get(id);
    if (index === undefined) return { file, line: null };
    const place = source.message({ path: ['models', index, 'id'], message: '' }).slice(config.length);
    return { file, line: Number(/^:(\d+):/.exec(place)?.[1] ?? 1) };
  };
}
