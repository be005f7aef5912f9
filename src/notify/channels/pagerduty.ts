import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Message } from '../../domain/notify/message.js';
import { jsonRequest, type Dialect } from '../request.js';
import { bodyLines, fitted, told } from '../text.js';
import { bounded, cut } from '../words.js';

/** Characters of a summary. */
const longestSummary = 1_024;
const longestDetails = 8_000;
/** Characters of a name. */
const longestName = 255;

function severityOf({ members }: Message): string {
  return members.some(({ what, ended }) => what === 'unhealthy' && ended === null) ? 'critical' : 'warning';
}

/**
 * Events API v2: https://developer.pagerduty.com/docs/send-alert-event. The thread is the key, so a group is one incident, which its
 * end resolves, and which is acknowledged there once all that is open in the group is. Remarks page nobody, nor does what is over already: that resolves what an attempt with a lost answer may have opened.
 */
export const pagerduty: Dialect<'pagerduty'> = (message, { routingKey, apiUrl }, context) => {
  const { kind, thread, at, group, members } = message;
  if (kind === 'remark') return null;
  const url = `${withoutTrailingSlashes(apiUrl)}/v2/enqueue`;
  const event = { routing_key: routingKey, dedup_key: thread };
  if (kind === 'resolved' || kind === 'passed')
    return jsonRequest(url, { ...event, event_action: 'resolve' });
  // The incident has other members that nobody cares for yet.
  if (kind === 'acknowledged' && message.allAcknowledged !== true) return null;
  if (kind === 'acknowledged') return jsonRequest(url, { ...event, event_action: 'acknowledge' });
  const text = told(message, context);
  const only = members.length === 1 ? members[0] : undefined;
  return jsonRequest(url, {
    ...event,
    event_action: 'trigger',
    payload: {
      summary: cut(text.title, longestSummary),
      source: bounded(only?.model ?? group.provider ?? '', longestName) || 'modelpulse',
      severity: kind === 'test' ? 'info' : severityOf(message),
      timestamp: new Date(at).toISOString(),
      component: bounded(only?.provider ?? group.provider ?? '', longestName),
      class: only?.reason ?? group.reason ?? '',
      custom_details: { text: fitted(bodyLines(text), longestDetails) },
    },
    client: 'modelpulse',
    ...(context.publicUrl !== null && { client_url: context.publicUrl }),
    ...(text.link !== null && { links: [{ href: text.link, text: 'Open in modelpulse' }] }),
  });
};
