import type { Message } from '../domain/notify/message.js';
import type { ChannelTarget } from '../domain/notify/channel.js';
import { apprise } from './channels/apprise.js';
import { discord } from './channels/discord.js';
import { ntfy } from './channels/ntfy.js';
import { pagerduty } from './channels/pagerduty.js';
import { slack } from './channels/slack.js';
import { teams } from './channels/teams.js';
import { telegram } from './channels/telegram.js';
import { webhook } from './channels/webhook.js';
import type { ChannelContext, ChannelRequest, Dialect } from './request.js';

type Requested = Exclude<ChannelTarget['kind'], 'email'>;

/** Receivers that take a request of HTTP. */
const dialects: { readonly [Kind in Requested]: Dialect<Kind> } = {
  webhook,
  slack,
  discord,
  teams,
  telegram,
  ntfy,
  pagerduty,
  apprise,
};

/** The request of a message for a target; null where it has nothing to be told of it. */
export function requestOf(
  message: Message,
  target: Exclude<ChannelTarget, { readonly kind: 'email' }>,
  context: ChannelContext,
): ChannelRequest | null {
  // The dialect belongs to the kind, which a union of kinds does not say.
  const dialect = dialects[target.kind] as Dialect<Requested>;
  return dialect(message, target, context);
}
