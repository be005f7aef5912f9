/** A piece of a line, as a receiver shows it. */
export interface Run {
  readonly text: string;
  readonly bold?: true;
  /** Where it leads, as it came: it may be anything. */
  readonly href?: string;
}

/** A message as it would read at its receiver. */
export interface Reading {
  readonly lines: readonly (readonly Run[])[];
  /** What is shown beside the text, such as a priority. */
  readonly facts: readonly string[];
  /** Key by which the receiver joins messages; null without one. */
  readonly thread: string | null;
}

/** How one attempt was answered. */
export interface Answered {
  /** Unix ms. */
  readonly at: number;
  /** Name of the behaviour, such as `error-500`. */
  readonly play: string;
  /** The sender was told that the message is taken. */
  readonly isTaken: boolean;
}

/** A message with all of its attempts. */
export interface ReceivedMessage {
  /** Counted over all channels from 1. */
  readonly number: number;
  readonly id: string;
  /** `header` is that of the sender; `body` is made of the body, where the channel knows no ids. */
  readonly idOf: 'header' | 'body';
  /** Unix ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly arrivals: number;
  readonly taken: number;
  /** The newest ones, oldest first. */
  readonly answers: readonly Answered[];
  /** Null where the body is not what the channel takes. */
  readonly reading: Reading | null;
  /** Whether the signature holds; null where none is looked for. */
  readonly signature: 'holds' | 'fails' | 'missing' | null;
  /** Those that say something of the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 64 KiB. */
  readonly body: string;
  /** Bytes of the whole body. */
  readonly size: number;
}

export interface ReceiverChannel {
  /** Such as `slack`; the first part of its path. */
  readonly name: string;
  /** Such as `Slack`. */
  readonly title: string;
  /** What a configuration has, in one line. */
  readonly example: string;
  /** The behaviour in force, and for how many attempts; null for all. */
  readonly play: string;
  readonly left: number | null;
  /** Newest first. */
  readonly messages: readonly ReceivedMessage[];
}

export interface ReceiverView {
  readonly channels: readonly ReceiverChannel[];
  /** The channel that is shown alone; null for all. */
  readonly chosen: string | null;
  /** Names of behaviours with what they do. */
  readonly plays: readonly (readonly [name: string, help: string])[];
  /** Unix ms. */
  readonly now: number;
}
