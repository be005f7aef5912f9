import { Webhook } from 'standardwebhooks';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, told } from '../text.js';
import { alertmanagerBody } from './alertmanager.js';

/**
 * Standard Webhooks (https://www.standardwebhooks.com): the id is the same for all attempts, and the signature is over id, time and body.
 */
export const webhook: Dialect<'webhook'> = (message, { url, secrets, format }, context) => {
  const { id, kind, at, since, thread, group, open, ended, members, more, heldBack, channel } = message;
  const text = told(message, context);
  const iso = (time: number): string => new Date(time).toISOString();
  const data = {
    ...{ id, thread, channel, kind, title: text.title, text: bodyLines(text), link: text.link },
    ...{ since: iso(since), group, open, ended, more, held_back: heldBack },
    members: members.map(({ what, since: began, ended: end, isNews, ...rest }) => ({
      ...{ ...rest, state: what, since: iso(began), ended: end === null ? null : iso(end), is_news: isNews },
    })),
  };
  const { body, headers } = jsonRequest(
    url,
    format === 'alertmanager'
      ? alertmanagerBody(message, context)
      : { type: `modelpulse.${kind}`, timestamp: iso(at), data },
  );
  const sentAt = new Date(context.now);
  return {
    url,
    body,
    headers: {
      ...headers,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(context.now / 1_000)),
      ...(secrets.length > 0 && {
        'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, sentAt, body)).join(' '),
      }),
    },
  };
};
