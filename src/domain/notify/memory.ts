import type { Acknowledgement } from '../incident.js';
import type { Blame, StateReason } from '../reason.js';
import { isRemark, type Notice } from './notice.js';

/** A state of one model in a group. */
export interface Member {
  readonly model: string;
  readonly provider: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly what: Notice['what'];
  /** Unix ms. */
  since: number;
  /** Unix ms of the newest change that is known of it. */
  at: number;
  ended: number | null;
  /** How many checks in a row confirm that it ended. */
  confirmedBy?: number;
  /** It ended because the model was removed from the registry, whose state is not known. */
  gone?: true;
  /** It ended because the model has this id now, under which it may last. */
  movedTo?: string;
  reason: StateReason | null;
  blame: Blame | null;
  detail: string | null;
  failures: number | null;
  /** Grows with each change; what was told is `told`. */
  version: number;
  told: number;
  /** How often it began since it was told last. */
  times: number;
  /** Unix ms of the first change that is not told; null for none. */
  newsAt: number | null;
  /** Unix ms before which it is not told. */
  dueAt: number;
  flapping: 'began' | 'quiet' | 'settled' | null;
  /** It was counted as held back. */
  held: boolean;
  /** The acknowledgement in force: nothing is repeated. */
  acknowledged?: Acknowledgement;
  /** What happened to its acknowledgement and is not told. */
  ackNews?: {
    readonly what: 'acknowledged' | 'snooze_ended' | 'taken_back';
    readonly of: Acknowledgement;
    /** Grows with each of them, as long as one is not told. */
    readonly version: number;
    /** Unix ms. */
    readonly newsAt: number;
  };
}

/** Members that one message tells of, from the first of them to the end of the last. */
export interface Group {
  readonly key: string;
  readonly thread: string;
  readonly values: Readonly<Record<string, string>>;
  readonly since: number;
  members: Record<string, Member>;
  /** Unix ms of the newest message; null before the first. */
  lastAt: number | null;
  /** Unix ms of the newest message that told of acknowledgements alone. */
  ackAt?: number;
  repeatMs: number | null;
  /**
   * The message that is not delivered yet, and what it tells of each member: its version, how often it began, and the version of the
   * news of its acknowledgement.
   */
  flight: {
    readonly id: string;
    readonly told: Record<string, { version: number; times: number; ack?: number }>;
    failed: boolean;
    /** What it says of changes held back. */
    readonly heldBack: Readonly<Record<string, number>>;
  } | null;
}

/** A model whose states, or whose remarks of one kind, are not told until they have been steady. */
export interface Flapper {
  /** Where it is told. */
  readonly group: string;
  readonly member: string;
  /** Unix ms of its newest change. */
  lastAt: number;
  /** The states that last, or the newest remark, by what they are. */
  open: Record<string, Notice>;
  /** Unix ms at which states ended meanwhile, by what they are. */
  endedAt?: Record<string, number>;
}

/** What a channel knows of what it was told; plain data, stored as JSON. */
export interface ChannelMemory {
  readonly version: 1;
  /** Random: begins the ids of messages. */
  readonly seed: string;
  /** Number of the newest message, and of the newest group. */
  messages: number;
  groups: number;
  readonly byKey: Record<string, Group>;
  /** Unix ms of messages within the window of the channel's limit. */
  sentAt: number[];
  /** The same for what is limited as one, by `limitedAs`. */
  readonly sentOf: Record<string, number[]>;
  /** By `limitedAs`. */
  readonly flapping: Record<string, Flapper>;
  /** Changes held back since the newest message, by cause. */
  heldBack: Record<string, number>;
  /** Models that left the registry while something of them was open, and when (Unix ms): it is told again once they are back. */
  left?: Record<string, number>;
  /** Digest of the routes under which all that lasts was told; absent where an older version wrote it. */
  routes?: string;
  /** Unix ms at which the channel was found to be no longer configured. */
  removedAt?: number;
}

export const keyOf = ({ model, what }: Pick<Notice, 'model' | 'what'>): string => `${model} ${what}`;

/** Key of what is limited as one: the states of a model together, and each kind of its remarks. No key is a name that every object has. */
export const limitedAs = ({ model, what }: Pick<Notice, 'model' | 'what'>): string =>
  `${isRemark(what) ? what : ''}=${model}`;

/** True where a message has told of the member, or is on its way. */
export const wasTold = ({ flight }: Group, member: Member): boolean =>
  member.told > 0 || flight?.told[keyOf(member)] !== undefined;

export function newChannelMemory(seed: string): ChannelMemory {
  return {
    version: 1,
    seed,
    messages: 0,
    groups: 0,
    byKey: {},
    sentAt: [],
    sentOf: {},
    flapping: {},
    heldBack: {},
  };
}

/** Forgets a member, and its group with the last one. */
export function forget(memory: ChannelMemory, group: Group, key: string): void {
  Reflect.deleteProperty(group.members, key);
  for (const _ in group.members) return;
  Reflect.deleteProperty(memory.byKey, group.key);
}

/** Drops what happened to acknowledgements of members that nobody was told of. */
export function dropUntoldNews({ members }: Group): void {
  for (const member of Object.values(members)) if (member.told === 0) delete member.ackNews;
}

function groupOfMessage(memory: ChannelMemory, id: string): Group | undefined {
  return Object.values(memory.byKey).find(({ flight }) => flight?.id === id);
}

/** Takes a message that is no longer on its way from its group, with what it told of each member; null for one that is not known. */
function landed(memory: ChannelMemory, id: string) {
  const group = groupOfMessage(memory, id);
  if (group === undefined) return null;
  const told = Object.entries(group.flight?.told ?? {});
  group.flight = null;
  return { group, told };
}

/** Records that a message was delivered: its members were told. Changes the memory and returns it. */
export function withEnd(memory: ChannelMemory, id: string): ChannelMemory {
  const message = landed(memory, id);
  if (message === null) return memory;
  const { group } = message;
  for (const [key, told] of message.told) {
    const member = group.members[key];
    if (member === undefined) continue;
    member.told = Math.max(member.told, told.version);
    member.times -= told.times;
    if (member.ackNews !== undefined && member.ackNews.version <= (told.ack ?? 0)) delete member.ackNews;
    if (member.told < member.version) continue;
    member.newsAt = null;
    if (member.flapping === 'began') member.flapping = 'quiet';
    if (member.flapping === 'settled') member.flapping = null;
    if (member.ended !== null && member.flapping === null) forget(memory, group, key);
  }
  return memory;
}

/**
 * Records that a message was given up as a dead letter. What it tells was not told: what began and ended is forgotten, since nobody waits
 * for it. What lasts, and the end of what was told before, is told whole by a further message, with the acknowledgement in force.
 * Changes the memory and returns it.
 */
export function withGivenUp(memory: ChannelMemory, id: string): ChannelMemory {
  const message = landed(memory, id);
  if (message === null) return memory;
  const { group } = message;
  for (const [key, told] of message.told) {
    const member = group.members[key];
    if (member === undefined) continue;
    if (member.told === 0) delete member.ackNews;
    if (member.ended === null || member.version > told.version) continue;
    if (member.told > 0 && !isRemark(member.what)) continue;
    if (member.flapping === null || member.flapping === 'settled') forget(memory, group, key);
  }
  return memory;
}

/**
 * Records that a message is not stored any more: its members are told by another one, at once where they never were. Changes the
 * memory and returns it.
 */
export function withLoss(memory: ChannelMemory, id: string): ChannelMemory {
  const group = landed(memory, id)?.group;
  if (group === undefined) return memory;
  delete group.ackAt;
  dropUntoldNews(group);
  if (Object.values(group.members).every(({ told }) => told === 0)) group.lastAt = null;
  return memory;
}

/** Records a failed attempt: until the next one begins, a newer message of its group takes its place. Changes the memory and returns it. */
export function withFailure(memory: ChannelMemory, id: string): ChannelMemory {
  return marked(memory, id, true);
}

/**
 * For a memory that was read from the store: of each message on its way an attempt may have begun, and have been taken, of which nothing
 * is stored. Changes the memory and returns it.
 */
export function withUnknownAttempts(memory: ChannelMemory): ChannelMemory {
  for (const { flight } of Object.values(memory.byKey)) if (flight !== null) flight.failed = false;
  return memory;
}

/** Records the begin of an attempt, whose message stays until that has failed. Changes the memory and returns it. */
export function withAttempt(memory: ChannelMemory, id: string): ChannelMemory {
  return marked(memory, id, false);
}

function marked(memory: ChannelMemory, id: string, failed: boolean): ChannelMemory {
  const flight = groupOfMessage(memory, id)?.flight ?? null;
  if (flight !== null) flight.failed = failed;
  return memory;
}
