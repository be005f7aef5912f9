import { keysKnown } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import type { StoredModel } from '../store/port.js';
import type { KeyDigests } from './key-digests.js';
import { follow, note, type Tracked } from './tracked.js';

/** Unix ms of a model's next check for its view; null when none is planned. */
export type NextDue = (id: string) => number | null;

/** A model with its stored memory, where the health of keys that were replaced meanwhile is unknown. */
export function restored(
  model: Model,
  stored: StoredModel,
  nextDue: NextDue,
  digestsOf: KeyDigests,
): Tracked {
  const tracked = follow(model, stored, nextDue);
  const { keys } = tracked.memory;
  if (keys !== null) note(tracked, { keys: keysKnown(keys, digestsOf(model)) });
  return tracked;
}

export function rememberDigests(tracked: Tracked, digestsOf: KeyDigests): void {
  const { memory, view } = tracked;
  if (memory.keys !== null) note(tracked, { keys: { ...memory.keys, digests: digestsOf(view.model) } });
}
