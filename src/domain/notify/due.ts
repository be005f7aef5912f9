import { lowest } from '../list.js';
import { endSnooze, hasAckNews } from './acknowledging.js';
import { holdBack, type Moment } from './intake.js';
import type { Looks } from './looks.js';
import { keyOf, wasTold, type ChannelMemory, type Group, type Member } from './memory.js';
import type { Policy } from './policy.js';
import { dueReminder, restLookMs } from './reminder.js';

/** A group with a message that is due. */
export interface Due {
  readonly group: Group;
  readonly news: readonly Member[];
  /** What a reminder repeats. */
  readonly repeated: readonly Member[];
  /** Unix ms since when. */
  readonly at: number;
}

/** News of the state itself. */
export const isNews = (member: Member, now: number): boolean =>
  member.version > member.told && member.flapping !== 'quiet' && member.dueAt <= now;

/** True for news of an acknowledgement that may be told now. */
function isAckNews(member: Member, { now, isResting }: Moment, looks: Looks): boolean {
  if (!hasAckNews(member)) return false;
  if (member.ackNews?.what !== 'snooze_ended' || isResting?.(member.model) !== true) return true;
  looks.at(now + restLookMs);
  return false;
}

/** News of a group that may be told now: not in a quiet time of their state. */
function tellable(memory: ChannelMemory, group: Group, situation: Moment, looks: Looks): Member[] {
  const { policy, now } = situation;
  return Object.values(group.members).filter((member) => {
    endSnooze(group, member, now, looks);
    const isOfState = member.version > member.told && member.flapping !== 'quiet';
    if (!isOfState && member.ackNews === undefined) return false;
    if (!isNews(member, now)) {
      if (isOfState) looks.at(member.dueAt);
      if (!isAckNews(member, situation, looks)) return false;
    }
    const until = policy.quietUntil(member.what, now);
    if (until === null) return true;
    looks.at(until);
    if (!member.held) {
      holdBack(memory, 'quiet');
      looks.changed();
    }
    member.held = true;
    return false;
  });
}

/** True where nothing lasts that was told, or is told with this news: what was never told may pass without a word. */
export function isOver(group: Group, news: readonly Member[]): boolean {
  const told = new Set(news);
  return Object.values(group.members).every((member) => {
    const { ended, flapping } = member;
    if (ended !== null && (flapping === null || flapping === 'settled')) return true;
    return !told.has(member) && !wasTold(group, member);
  });
}

/** Unix ms at which a message of the group is due, with this news. */
function dueAt(group: Group, news: readonly Member[], { policy, now }: Moment): number {
  const ofState = news.filter((member) => isNews(member, now));
  const at = ofState.length === 0 ? Infinity : stateDueAt(group, ofState, policy);
  if (ofState.length === news.length) return at;
  // Who acknowledges is told sooner than other updates, so that nobody else begins; yet not more often.
  const since = lowest(news.map(({ ackNews }) => ackNews?.newsAt ?? Infinity));
  return Math.min(at, Math.max(since + policy.waitMs, (group.ackAt ?? -Infinity) + policy.updateMs));
}

function stateDueAt(group: Group, news: readonly Member[], policy: Policy): number {
  let since = Infinity;
  let newest = 0;
  for (const { newsAt } of news) {
    since = Math.min(since, newsAt ?? 0);
    newest = Math.max(newest, newsAt ?? 0);
  }
  if (group.lastAt === null) return since + policy.waitMs;
  // The end is told soon, and once: others of the group may end within the wait too.
  if (isOver(group, news)) return newest + policy.waitMs;
  return Math.max(group.lastAt + policy.updateMs, since + policy.waitMs);
}

function isNewerThan(flight: Group['flight'], member: Member): boolean {
  const told = flight?.told[keyOf(member)];
  return (told?.version ?? 0) < member.version || (told?.ack ?? 0) < (member.ackNews?.version ?? 0);
}

/** Groups with a message that is due, the longest due first. */
export function dueGroups(memory: ChannelMemory, situation: Moment, looks: Looks): Due[] {
  const { now } = situation;
  const due: Due[] = [];
  for (const group of Object.values(memory.byKey)) {
    if (group.flight !== null && !group.flight.failed) continue;
    const news = tellable(memory, group, situation, looks);
    if (news.length > 0) {
      const at = dueAt(group, news, situation);
      // The message that was tried in vain tells no less.
      const isNewer = group.flight === null || news.some((one) => isNewerThan(group.flight, one));
      if (!isNewer) continue;
      if (at <= now) due.push({ group, news, repeated: [], at });
      else looks.at(at);
      continue;
    }
    const reminder = dueReminder(group, situation, looks);
    if (reminder !== null) due.push({ group, news: [], ...reminder });
  }
  return due.sort((one, other) => one.at - other.at);
}
