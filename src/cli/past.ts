import type { Memory } from '../app/tracked.js';
import type { Past } from '../store/history.js';
import type { StoredExclusion, StoredModel } from '../store/port.js';

/** What the database says of a model's past; null before its first check. */
export function pastOf(model: StoredModel, exclusions: readonly StoredExclusion[]): Past | null {
  const memory = model.health as Memory | null;
  if (memory === null) return null;
  return {
    key: model.key,
    stored: memory.health,
    exclusions: exclusions.filter(({ key }) => key === model.key),
  };
}
