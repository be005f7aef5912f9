import type { Message } from '../domain/notify/message.js';
import type { ChannelTarget } from '../domain/notify/channel.js';
import type { Telling } from './words.js';

/** A request that delivers a message. */
export interface ChannelRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ChannelContext extends Telling {
  /** Unix ms of the attempt. */
  readonly now: number;
  /** Public address of the server; null without one. */
  readonly publicUrl: string | null;
}

type TargetOf<Kind extends ChannelTarget['kind']> = Extract<ChannelTarget, { readonly kind: Kind }>;

/** Makes the request of a message for one kind of receiver; null where that has nothing to be told of it. */
export type Dialect<Kind extends ChannelTarget['kind']> = (
  message: Message,
  target: TargetOf<Kind>,
  context: ChannelContext,
) => ChannelRequest | null;

export const jsonRequest = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): ChannelRequest => ({
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
