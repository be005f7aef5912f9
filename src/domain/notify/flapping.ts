import { dropAcknowledgement } from './acknowledging.js';
import { changed, takeNotices, type Moment } from './intake.js';
import type { Looks } from './looks.js';
import {
  forget,
  keyOf,
  limitedAs,
  type ChannelMemory,
  type Flapper,
  type Group,
  type Member,
} from './memory.js';
import { isRemark, stateOf } from './notice.js';

/** Members by what they are limited as: an index, since there may be as many flappers as models. */
export function membersByName({ byKey }: ChannelMemory) {
  const found = new Map<string, { readonly group: Group; readonly key: string; readonly member: Member }[]>();
  for (const group of Object.values(byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      const name = limitedAs(member);
      const place = { group, key, member };
      const others = found.get(name);
      if (others === undefined) found.set(name, [place]);
      else others.push(place);
    }
  }
  return found;
}

type MembersByName = () => ReturnType<typeof membersByName>;

/** The states of a model that last beside one that flaps: they rest with it, and are known once it settles. */
function restBeside(places: ReturnType<MembersByName>, flaps: Member): Flapper['open'] {
  const open: Flapper['open'] = {};
  for (const { member } of places.get(limitedAs(flaps)) ?? []) {
    if (member === flaps || member.ended !== null) continue;
    member.flapping = 'quiet';
    delete member.ackNews;
    open[member.what] = { ...stateOf(member), kind: 'began', at: member.at };
  }
  return open;
}

/** Makes members flapping that have had their messages; what they are is told when it has settled. */
export function noteFlapping(
  memory: ChannelMemory,
  group: Group,
  news: readonly Member[],
  { policy, now, isKnown, places }: Moment & { readonly places: MembersByName },
): void {
  for (const member of news) {
    const { model, what } = member;
    if (isKnown?.(model) === false) continue;
    if (member.flapping !== null) continue;
    const name = limitedAs(member);
    if ((memory.sentOf[name]?.length ?? 0) < policy.perModel.count) continue;
    if (memory.flapping[name] !== undefined) {
      // Another state of the model is told as flapping already.
      member.flapping = 'quiet';
      delete member.ackNews;
      continue;
    }
    member.flapping = 'began';
    delete member.ackNews;
    const began = { ...stateOf(member), kind: 'began' as const, at: now };
    const open = {
      ...restBeside(places(), member),
      ...(member.ended === null && { [what]: began }),
    };
    memory.flapping[name] = { group: group.key, member: keyOf(member), lastAt: now, open };
  }
}

/** Brings a member up to date with what lasts, or with its newest remark; false where nobody was told of it. */
function catchUpOne(flapper: Flapper, group: Group, key: string, member: Member, now: number): boolean {
  const isHome = group.key === flapper.group && key === flapper.member;
  const lasts = flapper.open[member.what];
  Reflect.deleteProperty(flapper.open, member.what);
  dropAcknowledgement(member);
  delete member.confirmedBy;
  if (lasts?.acknowledged !== undefined) member.acknowledged = lasts.acknowledged;
  if (!isHome && member.told === 0 && lasts === undefined) return false;
  if (!isHome) member.flapping = null;
  const isSame = lasts?.since === member.since && lasts.reason === member.reason;
  if (!isHome && (lasts === undefined ? member.ended !== null : member.ended === null && isSame)) return true;
  if (lasts === undefined) member.ended ??= flapper.endedAt?.[member.what] ?? flapper.lastAt;
  else {
    const { since, reason, blame, detail, failures } = lasts;
    const ended = isRemark(member.what) ? lasts.at : null;
    Object.assign(member, { since, reason, blame, detail, failures, ended });
  }
  if (isHome) member.flapping = 'settled';
  changed(member, now);
  return true;
}

/** Ends the flapping of what has been steady for the window of its limit; changes the memory. */
export function settle(memory: ChannelMemory, moment: Moment, looks: Looks): void {
  const { policy, now } = moment;
  const settled: [string, Flapper][] = [];
  for (const [name, flapper] of Object.entries(memory.flapping)) {
    const settledAt = flapper.lastAt + policy.perModel.windowMs;
    if (now < settledAt) looks.at(settledAt);
    // Until it is told that the model is flapping, there is nothing to take back; the end of the attempt brings the next look.
    else if ((memory.byKey[flapper.group]?.flight ?? null) === null) settled.push([name, flapper]);
  }
  if (settled.length === 0) return;
  looks.changed();
  const members = membersByName(memory);
  for (const [name, flapper] of settled) {
    Reflect.deleteProperty(memory.flapping, name);
    for (const { group, key, member } of members.get(name) ?? [])
      if (!catchUpOne(flapper, group, key, member, now)) forget(memory, group, key);
  }
  // Of what lasts and was never told.
  const lasting = settled.flatMap(([, { open }]) => Object.values(open));
  takeNotices(
    memory,
    lasting.map((notice) => ({ id: 0, notice })),
    moment,
  );
}
