import { withoutTrailingSlashes } from '../../domain/address.js';
import type { Model } from '../../domain/model.js';
import { unsendable } from '../model/asking.js';
import { isLoopback, parseListen } from '../listen.js';
import type { Listen } from '../listen.js';
import { windowOf } from '../maintenance.js';
import type { Findings, Problem } from '../read/problem.js';
import type { SettingsEntry } from './schema.js';
import type { Settings, StoragePlace } from '../settings.js';
import type { Logo } from '../page-settings.js';
import { notificationProblems, notificationsOf } from '../notifications.js';
import { statusPageOf, statusPageProblems } from '../status-page.js';
import { otlpOf } from '../otlp.js';
import { upOf, upProblems } from '../up.js';
import { vendorProblems, vendorSettingsOf } from '../vendor-status.js';
import { addAll } from '../../domain/list.js';
import { keysOf } from '../../domain/table.js';
import { uptimeWindows } from '../../domain/view.js';

const nowhere: Listen = { host: '127.0.0.1', port: 9464 };

/** Conflicts between the sections of the main file. */
export function sectionFindings(entry: SettingsEntry, mode: 'builtin' | 'remote' | null): Findings {
  const problems: Problem[] = [];
  const listen = parseListen(entry.server.listen);
  if (listen === null) {
    const message = 'must be an address and a port, such as 127.0.0.1:9464 or [::1]:9464';
    problems.push({ path: ['server', 'listen'], message });
  } else if (!isLoopback(listen.host) && !entry.server.bearer_token && !entry.server.insecure_public) {
    const message = `${listen.host} can be reached from outside: set "server.bearer_token", or "server.insecure_public: true"`;
    problems.push({ path: ['server', 'listen'], message });
  }
  for (const [index, token] of entry.server.read_tokens.entries()) {
    const path = ['server', 'read_tokens', index];
    if (token !== '' && token === entry.server.bearer_token)
      problems.push({ path, message: 'is the "server.bearer_token", which may do everything' });
  }
  if (entry.server.read_tokens.some((token) => token !== '') && !entry.server.bearer_token) {
    const message = 'needs "server.bearer_token": without it no route asks for a token';
    problems.push({ path: ['server', 'read_tokens'], message, at: 'key' });
  }
  const remote = mode === 'remote';
  if (remote && entry.remote === undefined) {
    problems.push({ path: ['remote'], message: 'is required when "checker.mode" is "remote"' });
  } else if (mode === 'builtin' && entry.remote !== undefined) {
    problems.push({ path: ['remote'], message: 'needs "checker.mode: remote"', at: 'key' });
  }
  if (remote) addAll(problems, unsendable(entry.defaults, ['defaults']));
  if (entry.health_api.enabled === true && !entry.health_api.api_keys.some((key) => key !== '')) {
    problems.push({
      path: ['health_api', 'api_keys'],
      message: 'must hold at least one key that is not empty',
    });
  }
  for (const [index, rule] of entry.maintenance.entries()) {
    const at = ['maintenance', index];
    addAll(
      problems,
      windowOf(rule).problems.map(({ path, ...rest }) => ({ ...rest, path: [...at, ...path] })),
    );
  }
  addAll(problems, storageProblems(entry.storage));
  addAll(
    problems,
    vendorProblems(entry.vendor_status).map(({ path, ...rest }) => ({
      ...rest,
      path: ['vendor_status', ...path],
    })),
  );
  const pages = statusPageProblems(entry.status_pages);
  addAll(
    problems,
    pages.map(({ path, ...rest }) => ({ ...rest, path: ['status_pages', ...path] })),
  );
  addAll(
    problems,
    upProblems(entry.up, listen).map(({ path, ...rest }) => ({ ...rest, path: ['up', ...path] })),
  );
  if (entry.notifications !== undefined)
    addAll(
      problems,
      notificationProblems(entry.notifications).map(({ path, ...rest }) => ({
        ...rest,
        path: ['notifications', ...path],
      })),
    );
  const warnings: Problem[] = [];
  if (remote && entry.defaults.timeout !== undefined) {
    const message = 'has no effect in remote mode: "remote.timeout" is the deadline';
    warnings.push({ path: ['defaults', 'timeout'], message, at: 'key' });
  }
  return { problems, warnings };
}

const defaultPath = 'data/modelpulse.db';

function placeOf({ path, on_corrupt, url, ...rest }: SettingsEntry['storage']): StoragePlace {
  return url === undefined
    ? { kind: 'sqlite', path: path ?? defaultPath, onCorrupt: on_corrupt ?? 'move' }
    : {
        kind: 'postgres',
        url,
        preparedStatements: rest.prepared_statements ?? true,
        listenUrl: rest.listen_url ?? null,
      };
}

/** Members of the one kind of store that are written beside the other. */
function storageProblems({ path, on_corrupt, url, ...rest }: SettingsEntry['storage']): Problem[] {
  const problem = (member: string, message: string): Problem => ({
    path: ['storage', member],
    message,
    at: 'key',
  });
  if (url === undefined)
    return (['prepared_statements', 'listen_url'] as const)
      .filter((member) => rest[member] !== undefined)
      .map((member) => problem(member, 'needs "storage.url"'));
  return [
    ...(path === undefined
      ? []
      : [problem('path', 'is written beside "storage.url": one store has the history')]),
    ...(on_corrupt === undefined
      ? []
      : [problem('on_corrupt', 'is for a file, and "storage.url" is written')]),
  ];
}

/** Settings from the sections of the main file; `logos` are those of the pages, in their order. */
export function settingsOf(
  entry: SettingsEntry,
  models: readonly Model[],
  logos: readonly (Logo | null)[] = [],
): Settings {
  const { server, storage, checker, remote, health_api: api, connectivity } = entry;
  const apiKeys = api.api_keys.filter((key) => key !== '');
  const caFile = entry.defaults.tls?.ca_file;
  return {
    generation: entry.generation ?? null,
    server: {
      ...(parseListen(server.listen) ?? nowhere),
      bearerToken: server.bearer_token === '' ? null : (server.bearer_token ?? null),
      readTokens: server.read_tokens.filter((token) => token !== ''),
      publicBadges: server.public_badges,
      insecurePublic: server.insecure_public,
      allowedHosts: server.allowed_hosts.map((host) => host.toLowerCase()),
      publicUrl: server.public_url === undefined ? null : withoutTrailingSlashes(server.public_url),
      grafanaUrl: server.grafana_url === undefined ? null : withoutTrailingSlashes(server.grafana_url),
      runbookUrl: server.runbook_url ?? null,
      alertLabels: [...new Set(server.alert_labels)],
      shutdownGraceMs: server.shutdown_grace,
    },
    storage: {
      place: placeOf(storage),
      retention: {
        checksMs: storage.retention.checks,
        failuresMs: storage.retention.failures,
        hoursMs: storage.retention.hours,
        daysMs: storage.retention.days,
      },
    },
    checker: {
      mode: checker.mode,
      concurrency: checker.concurrency,
      perHost: checker.per_host,
      reuseConnections: checker.reuse_connections,
    },
    remote:
      remote === undefined
        ? null
        : { url: withoutTrailingSlashes(remote.url), apiKey: remote.api_key, timeoutMs: remote.timeout },
    healthApi: {
      enabled: api.enabled ?? apiKeys.length > 0,
      apiKeys,
      allowHosts: api.allow_hosts,
      allowPrivate: api.allow_private,
      ratePerMin: api.rate_per_min,
    },
    connectivity:
      connectivity === undefined ? null : { targets: connectivity.targets, everyMs: connectivity.every },
    metrics: {
      windows: keysOf(uptimeWindows).filter((window) => entry.metrics.windows.includes(window)),
      providerUptime: entry.metrics.provider_uptime,
      histograms: entry.metrics.histograms,
    },
    maintenance: entry.maintenance.flatMap((rule) => {
      const window = windowOf(rule).found;
      return window === null ? [] : [{ ...window, models: rule.models, reason: rule.reason ?? null }];
    }),
    statusPages: entry.status_pages.map((page, index) => statusPageOf(page, logos[index] ?? null)),
    up: upOf(entry.up),
    mcp: { checkNow: entry.mcp.check_now },
    otlp: otlpOf(entry.otlp),
    notifications: notificationsOf(entry.notifications),
    vendorStatus: vendorSettingsOf(entry.vendor_status, models, {
      // No certificate or key of ours: a page is for everybody.
      tls: { insecure: false, ...(caFile !== undefined && { caFile }) },
      proxy: entry.defaults.proxy ?? null,
    }),
    models,
  };
}
