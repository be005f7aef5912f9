import type { Acknowledgement } from '../incident.js';
import type { Blame, StateReason } from '../reason.js';
import { isRemark, type Notice } from './notice.js';

/**
 * `problem` is the first message of a group, `update` a later one, `resolved` its end; `passed` tells what began and ended before it
 * was ever told; `reminder` repeats what is open; `acknowledged` tells that somebody cares for it; `remark` has no end; `test` is a sample.
 */
export const messageKinds = [
  'problem',
  'update',
  'resolved',
  'passed',
  'reminder',
  'acknowledged',
  'remark',
  'test',
] as const;
export type MessageKind = (typeof messageKinds)[number];

/** One model in a message. */
export interface MessageMember {
  readonly model: string;
  readonly provider: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly what: Notice['what'];
  /** Unix ms. */
  readonly since: number;
  /** Unix ms; null while it lasts. */
  readonly ended: number | null;
  /** How many checks in a row confirm that it ended. */
  readonly confirmedBy?: number;
  /** The model was removed from the registry in this state. */
  readonly gone?: true;
  /** The model has this id now. */
  readonly movedTo?: string;
  readonly reason: StateReason | null;
  readonly blame: Blame | null;
  readonly detail: string | null;
  readonly failures: number | null;
  /** How often it began since it was told last. */
  readonly times: number;
  /** `began`: messages about the model stop until it settles; `settled`: they go on. */
  readonly flapping: 'began' | 'settled' | null;
  /** The acknowledgement in force. */
  readonly acknowledged?: Acknowledgement;
  /** What happened to its acknowledgement since the last message. */
  readonly ackNews?: {
    readonly what: 'acknowledged' | 'snooze_ended' | 'taken_back';
    readonly of: Acknowledgement;
  };
  /** False for what is repeated from earlier messages. */
  readonly isNews: boolean;
}

/** What some members have in common, for a title: those that last, those that ended, or the remarks. */
export interface Share {
  readonly count: number;
  /** How many are, or were, in each state. */
  readonly states: Partial<Record<Notice['what'], number>>;
  /** Null where they differ. */
  readonly provider: string | null;
  readonly reason: StateReason | null;
  readonly blame: Blame | null;
  /** Unix ms: the earliest beginning. */
  readonly since: number;
  /** Unix ms: the latest end; null while one lasts. */
  readonly until: number | null;
  /** How many were removed from the registry, and how many have another id now. */
  readonly gone: number;
  readonly moved: number;
  /** How many are news, and how many of these begin to flap or have settled. */
  readonly news: number;
  readonly began: number;
  readonly settled: number;
}

/** Members by what is to be said of them; null for none. */
export interface Shares {
  readonly lasting: Share | null;
  readonly over: Share | null;
  readonly remarks: Share | null;
}

/** What a channel is told, without any of its markup; stored until it is delivered. */
export interface Message {
  /** Stable over retries. */
  readonly id: string;
  /** The same for all messages of a group, from its first to its end: the key by which receivers join them. */
  readonly thread: string;
  readonly channel: string;
  readonly kind: MessageKind;
  /** Unix ms. */
  readonly at: number;
  /** Unix ms of the beginning of the group. */
  readonly since: number;
  readonly group: Readonly<Record<string, string>>;
  /** Members that it tells of: how many are open, and how many ended. */
  readonly open: number;
  readonly ended: number;
  /** All that is open in the group is acknowledged; set only where the kind is `acknowledged`. */
  readonly allAcknowledged?: true;
  /** The first of them: news first, then those that are open. */
  readonly members: readonly MessageMember[];
  /** How many are not listed. */
  readonly more: number;
  /** Of all members, also of those that are not listed; absent in messages of an earlier release. */
  readonly shares?: Shares;
  /** Changes held back since the last message of the channel, by cause. */
  readonly heldBack: Readonly<Record<string, number>>;
  /** Unix ms at which somebody asked to send it again. */
  readonly againAt?: number;
}

type Counted = Pick<MessageMember, 'what' | 'provider' | 'reason' | 'blame' | 'since' | 'ended'> & {
  readonly gone?: true;
  readonly movedTo?: string;
  readonly flapping: string | null;
};

type Counting = { -readonly [Key in keyof Share]: Share[Key] } & {
  states: Partial<Record<Notice['what'], number>>;
};

/** Adds a member to a share; in one pass, since there may be tens of thousands. */
function add(share: Counting | null, member: Counted, isNews: boolean): Counting {
  const { what, provider, reason, blame, since, ended, gone, movedTo, flapping } = member;
  const counts: Counting = share ?? {
    ...{ count: 0, states: {}, provider, reason, blame, since, until: ended },
    ...{ gone: 0, moved: 0, news: 0, began: 0, settled: 0 },
  };
  counts.count += 1;
  counts.states[what] = (counts.states[what] ?? 0) + 1;
  if (counts.provider !== provider) counts.provider = null;
  if (counts.reason !== reason) counts.reason = null;
  if (counts.blame !== blame) counts.blame = null;
  counts.since = Math.min(counts.since, since);
  counts.until = counts.until === null || ended === null ? null : Math.max(counts.until, ended);
  if (gone === true) counts.gone += 1;
  if (movedTo !== undefined) counts.moved += 1;
  if (isNews) counts.news += 1;
  if (flapping === 'began') counts.began += 1;
  if (flapping === 'settled') counts.settled += 1;
  return counts;
}

/** The counts of a message; of one that was made without them, such as a sample, those of the members that it lists. */
export function sharesIn({ shares, members }: Pick<Message, 'shares' | 'members'>): Shares {
  return (
    shares ??
    sharesOf(
      members.filter(({ isNews }) => isNews),
      members.filter(({ isNews }) => !isNews),
    )
  );
}

/** Counts the members of a message: its news, and what is repeated. */
export function sharesOf(news: readonly Counted[], others: readonly Counted[]): Shares {
  let [lasting, over, said]: (Counting | null)[] = [null, null, null];
  for (const [members, isNews] of [
    [news, true],
    [others, false],
  ] as const) {
    for (const member of members) {
      if (isRemark(member.what)) said = add(said ?? null, member, isNews);
      else if (member.ended === null) lasting = add(lasting ?? null, member, isNews);
      else over = add(over ?? null, member, isNews);
    }
  }
  return { lasting: lasting ?? null, over: over ?? null, remarks: said ?? null };
}
