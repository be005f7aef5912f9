import type { WindowRule } from '../calendar/maintenance.js';
import type { Channel, ChannelTarget } from '../domain/notify/channel.js';
import type { Notice, ToldState } from '../domain/notify/notice.js';
import type { Limit } from '../domain/notify/policy.js';
import type { Blame, Reason } from '../domain/reason.js';
import { addAll } from '../domain/list.js';
import { certificateProblems, tlsOf } from './model/asking.js';
import type { Path, Problem } from './read/problem.js';
import type { ChannelEntry, NotificationsEntry } from './schema/notifications-schema.js';

/** Which notices go to which channels. */
export interface RouteSettings {
  readonly match: {
    readonly blame: readonly Blame[] | null;
    readonly state: readonly ToldState[] | null;
    readonly reason: readonly Reason[] | null;
    readonly provider: readonly string[] | null;
    /** Patterns of ids. */
    readonly models: readonly string[] | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly to: readonly string[];
  readonly goesOn: boolean;
  readonly repeatMs: number | null;
}

/** Time in which messages wait. */
export interface QuietTime {
  readonly rule: WindowRule;
  /** States that are told nevertheless. */
  readonly except: readonly Notice['what'][];
}

/** Whom to tell of what. */
export interface NotificationSettings {
  readonly channels: readonly Channel[];
  readonly routes: readonly RouteSettings[];
  readonly group: { readonly by: readonly string[]; readonly waitMs: number; readonly updateMs: number };
  readonly limits: { readonly perChannel: Limit; readonly perModel: Limit };
  readonly quiet: readonly QuietTime[];
  readonly tell: {
    readonly afterMs: Readonly<Record<ToldState, number | null>>;
    readonly changes: boolean;
    readonly ends: boolean;
    readonly version: boolean;
    readonly acknowledged: boolean;
    readonly key: boolean;
    readonly budget: boolean;
    readonly objective: boolean;
    readonly certificateMs: number | null;
  };
  readonly heartbeat: { readonly url: string; readonly everyMs: number } | null;
}

/** The target of a channel; null unless exactly one is written. */
function targetOf(entry: ChannelEntry): ChannelTarget | null {
  const { webhook, slack, discord, teams, telegram, ntfy, pagerduty, apprise, email } = entry;
  const found: ChannelTarget[] = [];
  if (webhook !== undefined) {
    const { url, secret, format } = webhook;
    found.push({ kind: 'webhook', url, secrets: secret ?? [], format });
  }
  if (slack !== undefined) found.push({ kind: 'slack', url: slack.url });
  if (discord !== undefined) found.push({ kind: 'discord', url: discord.url });
  if (teams !== undefined) found.push({ kind: 'teams', url: teams.url });
  if (telegram !== undefined) {
    const { token, chat_id: chat, api_url: apiUrl } = telegram;
    found.push({ kind: 'telegram', token, chat: String(chat), apiUrl });
  }
  if (ntfy !== undefined) found.push({ kind: 'ntfy', url: ntfy.url, token: ntfy.token ?? null });
  if (pagerduty !== undefined) {
    const { routing_key: routingKey, api_url: apiUrl } = pagerduty;
    found.push({ kind: 'pagerduty', routingKey, apiUrl });
  }
  if (apprise !== undefined) found.push({ kind: 'apprise', url: apprise.url, tag: apprise.tag ?? null });
  if (email !== undefined) found.push({ kind: 'email', ...email });
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** What is wrong between the members of the section; paths are relative to it. */
export function notificationProblems(entry: NotificationsEntry): Problem[] {
  const problems: Problem[] = [];
  const names = Object.keys(entry.channels);
  for (const [name, channel] of Object.entries(entry.channels)) {
    const certificate = certificateProblems({ tls: tlsOf(channel.tls ?? {}) });
    addAll(
      problems,
      certificate.map(({ path, ...rest }) => ({ ...rest, path: ['channels', name, ...path] })),
    );
    if (targetOf(channel) !== null) continue;
    const message = 'must have exactly one receiver, such as "slack", "email" or "webhook"';
    problems.push({ path: ['channels', name], message });
  }
  for (const [index, { to, match }] of (entry.routes ?? []).entries()) {
    const at: Path = ['routes', index];
    const unknown = to.map((name, place) => ({ name, place })).filter(({ name }) => !names.includes(name));
    addAll(
      problems,
      unknown.map(({ name, place }) => ({
        path: [...at, 'to', place],
        message: `"${name}" is no channel; there is ${names.join(', ')}`,
      })),
    );
    if (
      Object.keys(match).length === 0 &&
      index < (entry.routes ?? []).length - 1 &&
      !entry.routes?.[index]?.continue
    )
      problems.push({
        path: [...at, 'match'],
        message: 'fits everything, so that no later route is reached',
      });
  }
  return problems;
}

/** The section as it is used; null without channels. */
export function notificationsOf(entry: NotificationsEntry | undefined): NotificationSettings | null {
  if (entry === undefined) return null;
  const channels = Object.entries(entry.channels).flatMap(([name, channel]): Channel[] => {
    const target = targetOf(channel);
    const { timezone, tls = {}, proxy = null } = channel;
    return target === null ? [] : [{ name, target, timezone, tls: tlsOf(tls), proxy }];
  });
  const names = channels.map(({ name }) => name);
  const everything = [{ match: {}, to: names, continue: false, repeat_every: undefined }];
  const { tell, group, limits, heartbeat } = entry;
  const orNull = (value: number | false): number | null => (value === false ? null : value);
  return {
    channels,
    routes: (entry.routes ?? everything).map((route: NonNullable<NotificationsEntry['routes']>[number]) => ({
      match: {
        blame: route.match.blame ?? null,
        state: route.match.state ?? null,
        reason: route.match.reason ?? null,
        provider: route.match.provider ?? null,
        models: route.match.models ?? null,
        labels: route.match.labels ?? {},
      },
      to: route.to,
      goesOn: route.continue,
      repeatMs: route.repeat_every ?? null,
    })),
    group: { by: group.by, waitMs: group.wait, updateMs: group.update_every },
    limits: { perChannel: limits.per_channel, perModel: limits.per_model },
    quiet: entry.quiet.map(({ cron, timezone, duration: durationMs, except }) => ({
      rule: { kind: 'recurring', cron, timezone, durationMs },
      except,
    })),
    tell: {
      afterMs: {
        unhealthy: tell.incidents ? 0 : null,
        degraded: orNull(tell.degraded),
        unknown: orNull(tell.unknown),
        maintenance: tell.maintenance ? 0 : null,
      },
      changes: tell.changes,
      ends: tell.ends,
      version: tell.version,
      acknowledged: tell.acknowledged,
      key: tell.key,
      budget: tell.budget,
      objective: tell.objective,
      certificateMs: orNull(tell.certificate),
    },
    heartbeat: heartbeat === undefined ? null : { url: heartbeat.url, everyMs: heartbeat.every },
  };
}
