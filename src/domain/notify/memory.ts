import type { Blame, StateReason } from '../reason.js';
import type { Notice } from './notice.js';

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
  repeatMs: number | null;
  /** The message that is not delivered yet, and what it tells of each member: its version, and how often it began. */
  flight: {
    readonly id: string;
    readonly told: Record<string, { version: number; times: number }>;
    failed: boolean;
    /** What it says of changes held back. */
    readonly heldBack: Readonly<Record<string, number>>;
  } | null;
}

/** A model whose changes are not told until it has been steady. */
export interface Flapper {
  /** Where it is told. */
  readonly group: string;
  readonly member: string;
  /** Unix ms of its newest change. */
  lastAt: number;
  /** The states that last, by what they are. */
  open: Record<string, Notice>;
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
  /** The same for each model, by `nameOf`. */
  readonly sentOf: Record<string, number[]>;
  /** By `nameOf`. */
  readonly flapping: Record<string, Flapper>;
  /** Changes held back since the newest message, by cause. */
  heldBack: Record<string, number>;
}

/** Key of a model: ids may be names that every object has. */
export const nameOf = (model: string): string => `=${model}`;

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

/** A copy to change. */
export function copyOf(memory: ChannelMemory): ChannelMemory {
  return structuredClone(memory);
}

/** Records the end of a message: delivered, or given up as a dead letter. Its members count as told either way. */
export function withEnd(memory: ChannelMemory, id: string): ChannelMemory {
  const next = copyOf(memory);
  for (const group of Object.values(next.byKey)) {
    if (group.flight?.id !== id) continue;
    for (const [key, told] of Object.entries(group.flight.told)) {
      const member = group.members[key];
      if (member === undefined) continue;
      member.told = Math.max(member.told, told.version);
      member.times -= told.times;
      if (member.told < member.version) continue;
      member.newsAt = null;
      if (member.flapping === 'began') member.flapping = 'quiet';
      if (member.flapping === 'settled') member.flapping = null;
    }
    group.flight = null;
    dropTold(next, group);
  }
  return next;
}

/** Records a failed attempt: until the next one begins, a newer message of its group takes its place. */
export function withFailure(memory: ChannelMemory, id: string): ChannelMemory {
  return marked(memory, id, true);
}

/** Records the begin of an attempt, whose message stays until that has failed. */
export function withAttempt(memory: ChannelMemory, id: string): ChannelMemory {
  return marked(memory, id, false);
}

function marked(memory: ChannelMemory, id: string, failed: boolean): ChannelMemory {
  const next = copyOf(memory);
  for (const group of Object.values(next.byKey)) if (group.flight?.id === id) group.flight.failed = failed;
  return next;
}

/** Forgets members whose end was told, and the group with its last member. */
function dropTold(memory: ChannelMemory, group: Group): void {
  for (const [key, member] of Object.entries(group.members)) {
    const isOver = member.ended !== null && member.told >= member.version && member.flapping === null;
    if (isOver) Reflect.deleteProperty(group.members, key);
  }
  if (Object.keys(group.members).length === 0) Reflect.deleteProperty(memory.byKey, group.key);
}
