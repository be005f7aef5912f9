import { takeNotices, type Moment } from './intake.js';
import { keyOf, limitedAs, type ChannelMemory } from './memory.js';
import type { Notice } from './notice.js';
import { dayMs } from '../period.js';

/** ms for which it is known that a model left: a longer absence is told like that of a new model. */
const knownForMs = 90 * dayMs;

/** What lasts of models that left and are back; null for one that is still away, or has no result since then. */
function* backAgain(
  { left = {} }: ChannelMemory,
  { isKnown, lastingOf }: Pick<Moment, 'isKnown' | 'lastingOf'>,
): Generator<{ readonly model: string; readonly lasting: readonly Notice[] }> {
  for (const [model, at] of Object.entries(left)) {
    const lasting = isKnown?.(model) === true ? (lastingOf?.(model, at) ?? null) : null;
    if (lasting !== null) yield { model, lasting };
  }
}

/** Keys of states that are open in the memory, apart from those that flap. */
function openKeys({ byKey }: ChannelMemory): Set<string> {
  const members = Object.values(byKey).flatMap((group) => Object.entries(group.members));
  return new Set(members.flatMap(([key, { ended }]) => (ended === null ? [key] : [])));
}

/** Those of states that are not open in the memory. */
export function notOpen(memory: ChannelMemory, lasting: readonly Notice[]): readonly Notice[] {
  const open = openKeys(memory);
  return lasting.filter(
    (notice) =>
      !open.has(keyOf(notice)) && memory.flapping[limitedAs(notice)]?.open[notice.what] === undefined,
  );
}

/** True where a model is back of which the channel was told that it was removed. */
export const hasReturned = (memory: ChannelMemory, present: Pick<Moment, 'isKnown' | 'lastingOf'>): boolean =>
  backAgain(memory, present).next().done !== true;

/**
 * Begins what lasts of models that were removed from the registry and are back, since no notice tells what lasted all the time. Changes
 * the memory; true where there are such models.
 */
export function takeReturned(memory: ChannelMemory, moment: Moment): boolean {
  const { left } = memory;
  if (left === undefined) return false;
  const back = [...backAgain(memory, moment)];
  for (const { model } of back) Reflect.deleteProperty(left, model);
  for (const [model, at] of Object.entries(left))
    if (at < moment.now - knownForMs) Reflect.deleteProperty(left, model);
  if (back.length === 0) return false;
  const fresh = notOpen(
    memory,
    back.flatMap(({ lasting }) => lasting),
  );
  takeNotices(
    memory,
    fresh.map((notice) => ({ id: 0, notice })),
    moment,
  );
  return true;
}
