import { formatDuration } from '../../domain/duration.js';
import type { Endpoint } from '../../domain/model.js';
import type { ChannelTarget } from '../../domain/notify/channel.js';
import type { Limit } from '../../domain/notify/policy.js';
import type { NotificationSettings, RouteSettings } from '../notifications.js';

function targetEntry(target: ChannelTarget) {
  switch (target.kind) {
    case 'webhook': {
      const { url, secrets, format } = target;
      return { webhook: { url, ...(secrets.length > 0 && { secret: secrets }), format } };
    }
    case 'slack':
    case 'discord':
    case 'teams':
      return { [target.kind]: { url: target.url } };
    case 'telegram':
      return { telegram: { token: target.token, chat_id: target.chat, api_url: target.apiUrl } };
    case 'ntfy':
      return { ntfy: { url: target.url, ...(target.token !== null && { token: target.token }) } };
    case 'pagerduty':
      return { pagerduty: { routing_key: target.routingKey, api_url: target.apiUrl } };
    case 'apprise':
      return { apprise: { url: target.url, ...(target.tag !== null && { tag: target.tag }) } };
    case 'email':
      return { email: { smtp: target.smtp, from: target.from, to: target.to } };
  }
}

/** TLS settings with the keys of the file. */
export const tlsEntry = (tls: Endpoint['tls']) => ({
  ...(tls.caFile !== undefined && { ca_file: tls.caFile }),
  ...(tls.certFile !== undefined && { cert_file: tls.certFile }),
  ...(tls.keyFile !== undefined && { key_file: tls.keyFile }),
  ...(tls.serverName !== undefined && { server_name: tls.serverName }),
  insecure: tls.insecure,
});

const orFalse = (ms: number | null): string | false => (ms === null ? false : formatDuration(ms));
const limitEntry = ({ count, windowMs }: Limit): string => `${count} per ${formatDuration(windowMs)}`;

function routeEntry({ match, to, goesOn, repeatMs }: RouteSettings) {
  const { labels, ...lists } = match;
  const written = Object.entries(lists).filter(([, list]) => list !== null);
  return {
    match: { ...Object.fromEntries(written), ...(Object.keys(labels).length > 0 && { labels }) },
    to,
    ...(goesOn && { continue: true }),
    ...(repeatMs !== null && { repeat_every: formatDuration(repeatMs) }),
  };
}

/** The section with the keys of the file; secrets are masked by who shows it. */
export function notificationsEntry(settings: NotificationSettings) {
  const { channels, routes, group, limits, quiet, tell, heartbeat } = settings;
  return {
    channels: Object.fromEntries(
      channels.map(({ name, target, timezone, tls, proxy }) => [
        name,
        { ...targetEntry(target), timezone, tls: tlsEntry(tls), ...(proxy !== null && { proxy }) },
      ]),
    ),
    routes: routes.map(routeEntry),
    group: {
      by: group.by,
      wait: formatDuration(group.waitMs),
      update_every: formatDuration(group.updateMs),
    },
    limits: { per_channel: limitEntry(limits.perChannel), per_model: limitEntry(limits.perModel) },
    quiet: quiet.flatMap(({ rule, except }) =>
      rule.kind === 'fixed'
        ? []
        : [{ cron: rule.cron, timezone: rule.timezone, duration: formatDuration(rule.durationMs), except }],
    ),
    tell: {
      incidents: tell.afterMs.unhealthy !== null,
      changes: tell.changes,
      ends: tell.ends,
      degraded: orFalse(tell.afterMs.degraded),
      unknown: orFalse(tell.afterMs.unknown),
      maintenance: tell.afterMs.maintenance !== null,
      version: tell.version,
      certificate: orFalse(tell.certificateMs),
      key: tell.key,
      budget: tell.budget,
      objective: tell.objective,
    },
    ...(heartbeat !== null && {
      heartbeat: { url: heartbeat.url, every: formatDuration(heartbeat.everyMs) },
    }),
  };
}
