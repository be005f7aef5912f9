import { changed, keyOf, takeNotices, type Moment } from './intake.js';
import { nameOf, type ChannelMemory, type Flapper, type Group, type Member } from './memory.js';
import { stateOf } from './notice.js';

/** Times (Unix ms) of further looks of a plan. */
export interface Looks {
  at(time: number): void;
}

/** Makes members flapping whose model has had its messages; their state is told when it has settled. */
export function noteFlapping(
  memory: ChannelMemory,
  group: Group,
  news: readonly Member[],
  { policy, now, isKnown }: Moment,
): void {
  for (const member of news) {
    const { model, what } = member;
    if (isKnown?.(model) === false) continue;
    if (what === 'version' || what === 'certificate' || member.flapping !== null) continue;
    const name = nameOf(model);
    if ((memory.sentOf[name]?.length ?? 0) < policy.perModel.count) continue;
    if (memory.flapping[name] !== undefined) {
      // Another state of the model is told as flapping already.
      member.flapping = 'quiet';
      continue;
    }
    member.flapping = 'began';
    const began = { ...stateOf(member), kind: 'began' as const, at: now };
    const open = member.ended === null ? { [what]: began } : {};
    memory.flapping[name] = { group: group.key, member: keyOf(member), lastAt: now, open };
  }
}

/** Brings what was told of the model up to date; what lasts and was never told is left in `open`. */
function catchUp(memory: ChannelMemory, flapper: Flapper, name: string, now: number): void {
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      if (nameOf(member.model) !== name || member.what === 'version' || member.what === 'certificate')
        continue;
      const isHome = group.key === flapper.group && key === flapper.member;
      const lasts = flapper.open[member.what];
      Reflect.deleteProperty(flapper.open, member.what);
      if (!isHome && member.told === 0 && lasts === undefined) {
        Reflect.deleteProperty(group.members, key);
        continue;
      }
      if (!isHome) member.flapping = null;
      if (!isHome && (lasts === undefined) === (member.ended !== null)) continue;
      if (lasts === undefined) member.ended ??= flapper.lastAt;
      else {
        const { since, reason, blame, detail, failures } = lasts;
        Object.assign(member, { since, reason, blame, detail, failures, ended: null });
      }
      if (isHome) member.flapping = 'settled';
      changed(member, now);
    }
    if (Object.keys(group.members).length === 0) Reflect.deleteProperty(memory.byKey, group.key);
  }
}

/** Ends the flapping of models that have been steady for the window of their limit; changes the memory. */
export function settle(memory: ChannelMemory, moment: Moment, looks: Looks): void {
  const { policy, now } = moment;
  for (const [name, flapper] of Object.entries(memory.flapping)) {
    const settledAt = flapper.lastAt + policy.perModel.windowMs;
    // Until it is told that the model is flapping, there is nothing to take back.
    const isTelling = (memory.byKey[flapper.group]?.flight ?? null) !== null;
    if (now < settledAt || isTelling) {
      looks.at(Math.max(settledAt, now + 1_000));
      continue;
    }
    Reflect.deleteProperty(memory.flapping, name);
    catchUp(memory, flapper, name, now);
    takeNotices(
      memory,
      Object.values(flapper.open).map((notice) => ({ id: 0, notice })),
      moment,
    );
  }
}
