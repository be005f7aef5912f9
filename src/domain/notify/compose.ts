import { addAll } from '../list.js';
import { isNews, isOver, type Due } from './due.js';
import type { Moment } from './intake.js';
import { keyOf, limitedAs, wasTold, type ChannelMemory, type Group, type Member } from './memory.js';
import { sharesOf, type Message, type MessageKind, type MessageMember } from './message.js';
import { isRemark, stateOf } from './notice.js';

/** A message to store. */
export interface Planned {
  readonly message: Message;
  /** Id of the message of the same group that was tried in vain, whose place it takes. */
  readonly supersedes: string | null;
}

/** Members listed in a message. */
const mostListed = 50;

function kindOf(group: Group, news: readonly Member[], ofState: readonly Member[]): MessageKind {
  if (ofState.length === 0)
    return news.some(({ ackNews }) => ackNews?.what === 'acknowledged') ? 'acknowledged' : 'reminder';
  const members = Object.values(group.members);
  if (members.every(({ what }) => isRemark(what))) return 'remark';
  const isFirst = members.every(({ told }) => told === 0);
  if (isOver(group, news)) return isFirst ? 'passed' : 'resolved';
  return isFirst ? 'problem' : 'update';
}

function listed(member: Member, isNewHere: boolean): MessageMember {
  const { ended, times, flapping, ackNews } = member;
  return {
    ...stateOf(member),
    ...{ ended, times },
    ...(ended !== null && member.confirmedBy !== undefined && { confirmedBy: member.confirmedBy }),
    ...(member.gone && { gone: member.gone }),
    ...(member.movedTo !== undefined && { movedTo: member.movedTo }),
    flapping: flapping === 'quiet' ? null : flapping,
    ...(isNewHere && ackNews !== undefined && { ackNews: { what: ackNews.what, of: ackNews.of } }),
    isNews: isNewHere,
  };
}

function divided(members: readonly Member[], isFirst: (member: Member) => boolean): [Member[], Member[]] {
  const parts: [Member[], Member[]] = [[], []];
  for (const member of members) parts[isFirst(member) ? 0 : 1].push(member);
  return parts;
}

/** The first `most` members of these lists in turn, in each by their beginning. */
function newestOf(lists: readonly (readonly Member[])[], most: number): Member[] {
  const found: Member[] = [];
  for (const list of lists) {
    if (found.length >= most) break;
    const sorted = list.toSorted((a, b) => b.since - a.since);
    addAll(found, sorted.slice(0, most - found.length));
  }
  return found;
}

/** What is told beside the news: what a reminder repeats, or what was told and lasts, unless all is about acknowledgements. */
function othersOf({ group, repeated }: Due, isNew: ReadonlySet<Member>, isOfState: boolean): Member[] {
  if (!isOfState) return [...repeated];
  return Object.values(group.members).filter(
    (member) => member.told > 0 && member.ended === null && !isNew.has(member),
  );
}

const isAllAcknowledged = (group: Group): boolean =>
  Object.values(group.members).every(
    (member) => member.ended !== null || member.acknowledged !== undefined || !wasTold(group, member),
  );

/** Makes the message of a group; changes the memory. */
export function compose(memory: ChannelMemory, due: Due, situation: Moment): Planned {
  const { group, news } = due;
  const { channel, now } = situation;
  const ofState = news.filter((member) => isNews(member, now));
  const kind = kindOf(group, news, ofState);
  const isNew = new Set(news);
  const others = othersOf(due, isNew, ofState.length > 0);
  memory.messages += 1;
  const id = `${memory.seed}-${memory.messages}`;
  const supersedes = group.flight?.id ?? null;
  const [open, ended] = divided(news, ({ ended: end }) => end === null);
  const count = news.length + others.length;
  const message: Message = {
    ...{ id, thread: group.thread, channel, kind, at: now, since: group.since, group: group.values },
    open: open.length + others.length,
    ended: ended.length,
    ...(kind === 'acknowledged' && isAllAcknowledged(group) && { allAcknowledged: true }),
    members: newestOf([open, ended, others], mostListed).map((member) => listed(member, isNew.has(member))),
    more: Math.max(0, count - mostListed),
    shares: sharesOf(news, others),
    heldBack: memory.heldBack,
  };
  if (news.length > 0 && ofState.length === 0) group.ackAt = now;
  // What is repeated begins the time to the next reminder; that somebody cares for it does not.
  if (kind !== 'acknowledged') group.lastAt = now;
  const told: NonNullable<Group['flight']>['told'] = {};
  for (const member of news) {
    const { version, times, ackNews } = member;
    told[keyOf(member)] = { version, times, ...(ackNews !== undefined && { ack: ackNews.version }) };
  }
  group.flight = { id, told, failed: false, heldBack: memory.heldBack };
  memory.heldBack = {};
  // What takes the place of a message that was never delivered is no further one.
  if (supersedes === null) {
    memory.sentAt.push(now);
    for (const member of ofState) (memory.sentOf[limitedAs(member)] ??= []).push(now);
  }
  return { message, supersedes };
}
