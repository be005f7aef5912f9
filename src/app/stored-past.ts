import { deadlinesOf, type Deadline } from '../domain/deadline.js';
import { healthFrom } from '../domain/health.js';
import type { Model } from '../domain/model.js';
import type { Past } from '../store/history.js';
import type { StoredPeriod, StoredModel } from '../store/port.js';
import { readMemory } from './memory.js';

/** A model's past as stored; without a check all of it is unknown. */
export function pastOf(model: StoredModel, exclusions: readonly StoredPeriod[]): Past {
  const memory = readMemory(model.health, model.id);
  return {
    key: model.key,
    stored: healthFrom(memory?.health, model.firstSeen),
    currency: memory?.cost?.currency ?? null,
    exclusions: exclusions.filter(({ key }) => key === model.key),
  };
}

/** What ends of a model: as its replies told, and as configured where it still is. */
export function storedDeadlines(
  stored: Pick<StoredModel, 'health' | 'id'>,
  configured: Model | null,
): Deadline[] {
  const { certificateExpiresAt = null, announced = null } = readMemory(stored.health, stored.id) ?? {};
  return deadlinesOf({ model: configured, certificateExpiresAt, announced });
}
