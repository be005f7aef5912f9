import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Message } from '../../domain/notify/message.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, cut, fitted, told } from '../text.js';

/** Characters of a summary. */
const longestSummary = 1_024;
const longestDetails = 8_000;

function severityOf({ members }: Message): string {
  return members.some(({ what, ended }) => what === 'unhealthy' && ended === null) ? 'critical' : 'warning';
}

/**
 * Events API v2: https://developer.pagerduty.com/docs/send-alert-event. The thread is the key, so a group is one incident, which its
 * end resolves. Remarks page nobody, nor does what is over already: that resolves what an attempt with a lost answer may have opened.
 */
export const pagerduty: Dialect<'pagerduty'> = (message, { routingKey, apiUrl }, context) => {
  const { kind, thread, at, group, members } = message;
  if (kind === 'remark') return null;
  const url = `${withoutTrailingSlashes(apiUrl)}/v2/enqueue`;
  const event = { routing_key: routingKey, dedup_key: thread };
  if (kind === 'resolved' || kind === 'passed')
    return jsonRequest(url, { ...event, event_action: 'resolve' });
  const text = told(message, context);
  const only = members.length === 1 ? members[0] : undefined;
  return jsonRequest(url, {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: cut(text.title, longestSummary),
      source: only?.model ?? group.provider ?? 'modelpulse',
      severity: kind === 'test' ? 'info' : severityOf(message),
      timestamp: new Date(at).toISOString(),
      component: only?.provider ?? group.provider ?? '',
      class: only?.reason ?? group.reason ?? '',
      custom_details: { text: fitted(bodyLines(text), longestDetails) },
    },
    client: 'modelpulse',
    ...(context.publicUrl !== null && { client_url: context.publicUrl }),
    ...(text.link !== null && { links: [{ href: text.link, text: 'Open in modelpulse' }] }),
  });
};
