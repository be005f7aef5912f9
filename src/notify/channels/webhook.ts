import { Webhook } from 'standardwebhooks';
import type { Acknowledgement } from '../../domain/incident.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, told } from '../text.js';
import { alertmanagerBody } from './alertmanager.js';

const iso = (time: number): string => new Date(time).toISOString();

function acknowledgementOf({ by, at, note, until }: Acknowledgement) {
  return { by, at: iso(at), note, until: until === null ? null : iso(until) };
}

/**
 * Standard Webhooks (https://www.standardwebhooks.com): the id is the same for all attempts, and the signature is over id, time and body.
 */
export const webhook: Dialect<'webhook'> = (message, { url, secrets, format }, context) => {
  const { id, kind, at, since, thread, group, open, ended, members, more, heldBack, channel } = message;
  const text = told(message, context);
  const data = {
    ...{ id, thread, channel, kind, title: text.title, text: bodyLines(text), link: text.link },
    ...{ since: iso(since), group, open, ended, more, held_back: heldBack },
    ...(message.againAt !== undefined && { sent_again_at: iso(message.againAt) }),
    ...(message.allAcknowledged === true && { all_acknowledged: true }),
    members: members.map(
      ({ what, since: began, ended: end, isNews, acknowledged, ackNews, confirmedBy, ...rest }) => ({
        ...{
          ...rest,
          state: what,
          since: iso(began),
          ended: end === null ? null : iso(end),
          is_news: isNews,
        },
        confirmed_by: confirmedBy ?? null,
        acknowledged: acknowledged === undefined ? null : acknowledgementOf(acknowledged),
        ...(ackNews !== undefined && {
          acknowledgement_news: { what: ackNews.what, ...acknowledgementOf(ackNews.of) },
        }),
      }),
    ),
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
