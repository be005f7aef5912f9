import { endSnoozesOfFlappers } from './acknowledging.js';
import { takeBackFuture } from './clock-back.js';
import { endPassed } from './compare.js';
import { compose, type Planned } from './compose.js';
import { dueGroups, isNews } from './due.js';
import { membersByName, noteFlapping, settle } from './flapping.js';
import { endGone, holdBack, takeNotices, type Moment } from './intake.js';
import type { Looks } from './looks.js';
import type { ChannelMemory, Group } from './memory.js';
import type { StoredNotice } from './notice.js';
import { takeRenames } from './renamed.js';
import { takeReturned } from './returned.js';

export interface Plan {
  /** The memory that was given, with what changed. */
  readonly memory: ChannelMemory;
  /** False where the memory is as it was, but for what time alone changes. */
  readonly isChanged: boolean;
  readonly messages: readonly Planned[];
  /** Unix ms of the next look without another notice; null for none. */
  readonly nextAt: number | null;
  /** Changes that were held back, by cause. */
  readonly heldBack: Readonly<Record<string, number>>;
}

/** Joins groups that were never told: the limit of the channel leaves room for few messages. */
function joined(memory: ChannelMemory, groups: readonly Group[]): Group | null {
  const [first, ...rest] = groups;
  if (first === undefined || rest.length === 0) return null;
  for (const group of rest) {
    for (const [key, member] of Object.entries(group.members)) first.members[key] ??= member;
    if (group.repeatMs !== null) first.repeatMs = Math.min(first.repeatMs ?? Infinity, group.repeatMs);
    Reflect.deleteProperty(memory.byKey, group.key);
  }
  const former = new Set(rest.map(({ key }) => key));
  for (const flapper of Object.values(memory.flapping))
    if (former.has(flapper.group)) Object.assign(flapper, { group: first.key });
  return first;
}

function within(times: readonly number[], windowMs: number, now: number): number[] {
  return times.filter((at) => at > now - windowMs);
}

/** Tells what is due, within the limits; changes the memory. */
function tell(memory: ChannelMemory, situation: Moment, looks: Looks): Planned[] {
  const { policy, now } = situation;
  const { count, windowMs } = policy.perChannel;
  const planned: Planned[] = [];
  let due = dueGroups(memory, situation, looks);
  const fresh = due.filter(({ group, news }) => group.lastAt === null && news.length > 0);
  if (due.length > count - memory.sentAt.length && fresh.length > 1) {
    joined(
      memory,
      fresh.map(({ group }) => group),
    );
    looks.changed();
    due = dueGroups(memory, situation, looks);
  }
  // Most often no model is near its limit, and none of thousands is looked up.
  const mayFlap = Object.values(memory.sentOf).some(
    ({ length }) => length + due.length > policy.perModel.count,
  );
  let found: ReturnType<typeof membersByName> | null = null;
  const places = () => (found ??= membersByName(memory));
  for (const one of due) {
    const { group, news } = one;
    const isRetry = group.flight !== null;
    if (!isRetry && memory.sentAt.length >= count) {
      looks.at((memory.sentAt[0] ?? now) + windowMs);
      const waiting = news.filter(({ held }) => !held);
      if (waiting.length > 0) {
        holdBack(memory, 'channel_limit', waiting.length);
        looks.changed();
      }
      for (const member of waiting) member.held = true;
      continue;
    }
    if (mayFlap) {
      const ofState = news.filter((member) => isNews(member, now));
      noteFlapping(memory, group, ofState, { ...situation, places });
    }
    const told = news.filter(({ flapping }) => flapping !== 'quiet');
    if (told.length < news.length) looks.changed();
    // What the message that was tried in vain says of changes held back, this one says.
    for (const [cause, held] of Object.entries(group.flight?.heldBack ?? {})) {
      if (told.length > 0) holdBack(memory, cause, held);
    }
    if (told.length > 0 || news.length === 0)
      planned.push(compose(memory, { ...one, news: told }, situation));
  }
  return planned;
}

/** Forgets messages that no limit counts any longer. */
function forgetSent(memory: ChannelMemory, { policy, now }: Moment): void {
  memory.sentAt = within(memory.sentAt, policy.perChannel.windowMs, now);
  for (const [name, times] of Object.entries(memory.sentOf)) {
    if ((times[0] ?? 0) > now - policy.perModel.windowMs) continue;
    const kept = within(times, policy.perModel.windowMs, now);
    if (kept.length > 0) memory.sentOf[name] = kept;
    else Reflect.deleteProperty(memory.sentOf, name);
  }
}

const sumOf = (counts: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const one of counts)
    for (const [cause, count] of Object.entries(one)) sum[cause] = (sum[cause] ?? 0) + count;
  return sum;
};

/**
 * Messages for a channel: takes notices, and tells what is due at `now`. Changes the memory, since a copy for each look would cost
 * more than the look; the same for the same memory and arguments.
 */
export function plan(memory: ChannelMemory, notices: readonly StoredNotice[], situation: Moment): Plan {
  const { now, isKnown } = situation;
  let nextAt: number | null = null;
  let isChanged = notices.length > 0;
  const looks: Looks = {
    at(time) {
      nextAt = Math.min(nextAt ?? Infinity, time);
    },
    changed() {
      isChanged = true;
    },
  };
  const before = { ...memory.heldBack };
  const flights = new Map(Object.values(memory.byKey).map(({ flight }) => [flight?.id, flight?.heldBack]));
  takeBackFuture(memory, situation.policy, now);
  forgetSent(memory, situation);
  const compares = situation.compares ?? true;
  if (compares && takeRenames(memory, situation)) looks.changed();
  takeNotices(memory, notices, situation);
  if (compares && isKnown !== undefined && endGone(memory, isKnown, now)) looks.changed();
  if (compares && takeReturned(memory, situation)) looks.changed();
  if (compares && endPassed(memory, situation)) looks.changed();
  settle(memory, situation, looks);
  endSnoozesOfFlappers(memory, now, looks);
  const messages = tell(memory, situation, looks);
  if (messages.length > 0) looks.changed();
  const heldBack = sumOf([memory.heldBack, ...messages.map(({ message }) => message.heldBack)]);
  // These were counted before.
  const replaced = messages.map(({ supersedes }) => flights.get(supersedes ?? undefined) ?? {});
  for (const [cause, count] of Object.entries(sumOf([before, ...replaced])))
    heldBack[cause] = (heldBack[cause] ?? 0) - count;
  return { memory, isChanged, messages, nextAt, heldBack };
}
