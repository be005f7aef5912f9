import { endPassed } from './compare.js';
import { noteFlapping, settle, type Looks } from './flapping.js';
import { endGone, holdBack, keyOf, takeNotices, type Moment } from './intake.js';
import { copyOf, nameOf, type ChannelMemory, type Group, type Member } from './memory.js';
import type { Message, MessageKind, MessageMember } from './message.js';
import { stateOf, type StoredNotice } from './notice.js';
import type { Policy } from './policy.js';
import { takeRenames } from './renamed.js';

/** A message to store. */
export interface Planned {
  readonly message: Message;
  /** Id of the message of the same group that was tried in vain, whose place it takes. */
  readonly supersedes: string | null;
}

export interface Plan {
  readonly memory: ChannelMemory;
  readonly messages: readonly Planned[];
  /** Unix ms of the next look without another notice; null for none. */
  readonly nextAt: number | null;
  /** Changes that were held back, by cause. */
  readonly heldBack: Readonly<Record<string, number>>;
}

/** Members listed in a message. */
const mostListed = 50;

const isNews = (member: Member, now: number): boolean =>
  member.version > member.told && member.flapping !== 'quiet' && member.dueAt <= now;

/** News of a group that may be told now: not in a quiet time of their state. */
function tellable(memory: ChannelMemory, group: Group, { policy, now }: Moment, looks: Looks): Member[] {
  return Object.values(group.members).filter((member) => {
    if (member.version <= member.told || member.flapping === 'quiet') return false;
    if (!isNews(member, now)) {
      looks.at(member.dueAt);
      return false;
    }
    const until = policy.quietUntil(member.what, now);
    if (until === null) return true;
    looks.at(until);
    if (!member.held) holdBack(memory, 'quiet');
    member.held = true;
    return false;
  });
}

const isOver = ({ members }: Group): boolean =>
  Object.values(members).every(
    ({ ended, flapping }) => ended !== null && (flapping === null || flapping === 'settled'),
  );

/** Unix ms at which a message of the group is due, with this news. */
function dueAt(group: Group, news: readonly Member[], policy: Policy): number {
  const [since, newest] = news.reduce(
    ([least, most], { newsAt }) => [Math.min(least, newsAt ?? 0), Math.max(most, newsAt ?? 0)],
    [Infinity, 0],
  );
  if (group.lastAt === null) return since + policy.waitMs;
  // The end is told soon, and once: others of the group may end within the wait too.
  if (isOver(group)) return newest + policy.waitMs;
  return Math.max(group.lastAt + policy.updateMs, since + policy.waitMs);
}

function kindOf(group: Group, news: readonly Member[]): MessageKind {
  if (news.length === 0) return 'reminder';
  const members = Object.values(group.members);
  if (members.every(({ what }) => what === 'version' || what === 'certificate')) return 'remark';
  const wasTold = members.some(({ told }) => told > 0);
  if (isOver(group)) return wasTold ? 'resolved' : 'passed';
  return wasTold ? 'update' : 'problem';
}

function listed(member: Member, now: number): MessageMember {
  const { ended, times, flapping } = member;
  return {
    ...stateOf(member),
    ...{ ended, times },
    ...(member.gone && { gone: member.gone }),
    ...(member.movedTo !== undefined && { movedTo: member.movedTo }),
    flapping: flapping === 'quiet' ? null : flapping,
    isNews: isNews(member, now),
  };
}

/** Makes the message of a group; changes the memory. */
function compose(memory: ChannelMemory, group: Group, news: readonly Member[], situation: Moment): Planned {
  const { channel, now } = situation;
  const kind = kindOf(group, news);
  const all = Object.entries(group.members).filter(
    ([, member]) => news.includes(member) || (member.told > 0 && member.ended === null),
  );
  const rank = (member: Member): number => (news.includes(member) ? 0 : 2) + Number(member.ended !== null);
  const sorted = all.map(([, member]) => member).sort((a, b) => rank(a) - rank(b) || b.since - a.since);
  memory.messages += 1;
  const id = `${memory.seed}-${memory.messages}`;
  const supersedes = group.flight?.id ?? null;
  for (const [cause, count] of Object.entries(group.flight?.heldBack ?? {})) holdBack(memory, cause, count);
  const open = all.filter(([, { ended }]) => ended === null).length;
  const message: Message = {
    ...{ id, thread: group.thread, channel, kind, at: now, since: group.since, group: group.values },
    open,
    ended: all.length - open,
    members: sorted.slice(0, mostListed).map((member) => listed(member, now)),
    more: Math.max(0, sorted.length - mostListed),
    heldBack: memory.heldBack,
  };
  group.lastAt = now;
  const told = Object.fromEntries(
    Object.entries(group.members)
      .filter(([, member]) => news.includes(member))
      .map(([key, { version, times }]) => [key, { version, times }]),
  );
  group.flight = { id, told, failed: false, heldBack: memory.heldBack };
  memory.heldBack = {};
  // What takes the place of a message that was never delivered is no further one.
  if (supersedes === null) {
    memory.sentAt.push(now);
    for (const { model } of news) (memory.sentOf[nameOf(model)] ??= []).push(now);
  }
  return { message, supersedes };
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

interface Due {
  readonly group: Group;
  readonly news: readonly Member[];
  readonly at: number;
}

/** Groups with a message that is due, the longest due first. */
function dueGroups(memory: ChannelMemory, situation: Moment, looks: Looks): Due[] {
  const { policy, now } = situation;
  const due: Due[] = [];
  for (const group of Object.values(memory.byKey)) {
    if (group.flight !== null && !group.flight.failed) continue;
    const news = tellable(memory, group, situation, looks);
    if (news.length > 0) {
      const at = dueAt(group, news, policy);
      // The message that was tried in vain tells no less.
      const isNewer = group.flight === null || news.some((one) => isNewerThan(group.flight, one));
      if (!isNewer) continue;
      if (at <= now) due.push({ group, news, at });
      else looks.at(at);
      continue;
    }
    if (group.flight !== null || group.lastAt === null || group.repeatMs === null) continue;
    const open = Object.values(group.members).filter(
      ({ ended, told, flapping }) => ended === null && told > 0 && flapping === null,
    );
    if (open.length === 0) continue;
    const at = group.lastAt + group.repeatMs;
    const until = at > now ? at : policy.quietUntil(open[0]?.what ?? 'unhealthy', now);
    if (until === null) due.push({ group, news: [], at });
    else looks.at(until);
  }
  return due.sort((one, other) => one.at - other.at);
}

function isNewerThan(flight: Group['flight'], member: Member): boolean {
  return (flight?.told[keyOf(member)]?.version ?? 0) < member.version;
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
    due = dueGroups(memory, situation, looks);
  }
  for (const { group, news } of due) {
    const isRetry = group.flight !== null;
    if (!isRetry && memory.sentAt.length >= count) {
      looks.at((memory.sentAt[0] ?? now) + windowMs);
      const waiting = news.filter(({ held }) => !held);
      if (waiting.length > 0) holdBack(memory, 'channel_limit', waiting.length);
      for (const member of waiting) member.held = true;
      continue;
    }
    noteFlapping(memory, group, news, situation);
    const told = news.filter(({ flapping }) => flapping !== 'quiet');
    if (told.length > 0 || news.length === 0) planned.push(compose(memory, group, told, situation));
  }
  return planned;
}

/** Messages for a channel: takes notices, and tells what is due at `now`. Pure: the same for the same arguments. */
export function plan(before: ChannelMemory, notices: readonly StoredNotice[], situation: Moment): Plan {
  const memory = copyOf(before);
  const { policy, now, isKnown } = situation;
  let nextAt: number | null = null;
  const looks: Looks = {
    at(time) {
      nextAt = Math.min(nextAt ?? Infinity, time);
    },
  };
  memory.sentAt = within(memory.sentAt, policy.perChannel.windowMs, now);
  for (const [name, times] of Object.entries(memory.sentOf)) {
    const kept = within(times, policy.perModel.windowMs, now);
    if (kept.length > 0) memory.sentOf[name] = kept;
    else Reflect.deleteProperty(memory.sentOf, name);
  }
  takeRenames(memory, situation);
  takeNotices(memory, notices, situation);
  if (isKnown !== undefined) endGone(memory, isKnown, now);
  endPassed(memory, situation);
  settle(memory, situation, looks);
  const messages = tell(memory, situation, looks);
  const heldBack: Record<string, number> = {};
  for (const source of [memory.heldBack, ...messages.map(({ message }) => message.heldBack)])
    for (const [cause, count] of Object.entries(source)) heldBack[cause] = (heldBack[cause] ?? 0) + count;
  // These were counted before.
  const replaced = new Set(messages.map(({ supersedes }) => supersedes));
  const flights = Object.values(before.byKey).flatMap(({ flight }) => flight ?? []);
  const counted = flights.filter(({ id }) => replaced.has(id)).map((flight) => flight.heldBack);
  for (const source of [before.heldBack, ...counted])
    for (const [cause, count] of Object.entries(source)) heldBack[cause] = (heldBack[cause] ?? 0) - count;
  return { memory, messages, nextAt, heldBack };
}
