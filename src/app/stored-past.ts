import { healthFrom } from '../domain/health.js';
import type { Past } from '../store/history.js';
import type { StoredPeriod, StoredModel } from '../store/port.js';
import { readMemory } from './memory.js';

/** A model's past as stored; without a check all of it is unknown. */
export function pastOf(model: StoredModel, exclusions: readonly StoredPeriod[]): Past {
  const memory = readMemory(model.health, model.id);
  return {
    key: model.key,
    stored: healthFrom(memory?.health, model.firstSeen),
    exclusions: exclusions.filter(({ key }) => key === model.key),
  };
}
