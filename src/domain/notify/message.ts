import type { Blame, StateReason } from '../reason.js';
import type { Notice } from './notice.js';

/**
 * `problem` is the first message of a group, `update` a later one, `resolved` its end; `passed` tells what began and ended before it
 * was ever told; `reminder` repeats what is open; `remark` has no end; `test` is a sample.
 */
export const messageKinds = [
  'problem',
  'update',
  'resolved',
  'passed',
  'reminder',
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
  /** False for what is repeated from earlier messages. */
  readonly isNews: boolean;
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
  /** Members that are open, and that ended. */
  readonly open: number;
  readonly ended: number;
  /** The first of them: news first, then those that are open. */
  readonly members: readonly MessageMember[];
  /** How many are not listed. */
  readonly more: number;
  /** Changes held back since the last message of the channel, by cause. */
  readonly heldBack: Readonly<Record<string, number>>;
}
