import { budgetEntry, moneyEntry } from '../model/money.js';
import { stringify } from 'yaml';
import { formatDuration } from '../../domain/duration.js';
import type { Expectation, Model } from '../../domain/model.js';
import type { Schedule } from '../../domain/schedule.js';
import { credentialsOf, masked } from './secrets.js';
import type { MaintenanceRule, Settings } from '../settings.js';
import { notificationsEntry, tlsEntry } from './effective-notifications.js';
import type { StatusPage } from '../page-settings.js';
import { otlpEntry } from '../otlp.js';
import { upEntry } from '../up.js';
import type { VendorSettings } from '../vendor-settings.js';

const durationOrNull = (ms: number | null): string | null => (ms === null ? null : formatDuration(ms));

function scheduleEntry(schedule: Schedule) {
  if (schedule.kind === 'every') return { every: formatDuration(schedule.everyMs) };
  const { expression: cron, timezone, spreadMs } = schedule;
  return {
    cron,
    timezone,
    ...(spreadMs !== null && { spread: spreadMs === 0 ? 0 : formatDuration(spreadMs) }),
  };
}

function expectationEntry({ notContains, minLength, maxLength, similarToFirst, ...same }: Expectation) {
  return {
    ...same,
    ...(notContains && { not_contains: notContains }),
    ...(minLength !== undefined && { min_length: minLength }),
    ...(maxLength !== undefined && { max_length: maxLength }),
    ...(similarToFirst !== undefined && { similar_to_first: similarToFirst }),
  };
}

/** A probe of a model beside its own, in the form of `probes`. */
function probeEntry(model: Model): object {
  const { schedule, probe, query, expect, timeout, confirm, slow, outcomes, ...rest } = modelEntry(
    model,
    false,
  );
  return {
    name: model.probeOf?.name,
    ...{ probe, schedule, query, expect, timeout, confirm, slow },
    ...(rest.pause && { pause: true }),
    ...(model.systemPrompt !== null && { system_prompt: model.systemPrompt }),
    ...(rest.max_tokens !== undefined && { max_tokens: rest.max_tokens }),
    ...(rest.budget && { budget: rest.budget }),
    ...(outcomes && { outcomes }),
    ...(rest.context && { context: rest.context }),
    loading_grace: rest.loading_grace,
  };
}

/** A model with its probes. */
const withProbes = (model: Model, probes: readonly Model[], remote: boolean): object => ({
  ...modelEntry(model, remote),
  ...(probes.length > 0 && { probes: probes.map(probeEntry) }),
});

const probesOf = (models: readonly Model[], id: string): readonly Model[] =>
  models.filter(({ probeOf }) => probeOf?.model === id);

/** Ends as the configuration has them; those of tokens, files and the list of retirements are found there again. */
function endsOf({ deadlines = [] }: Model) {
  const written = deadlines.filter(({ source }) => source === 'configuration');
  const of = (kind: string): string[] =>
    written.filter((one) => one.kind === kind).map(({ at }) => new Date(at).toISOString());
  const [retires] = of('retirement');
  const keys = of('key');
  return {
    ...(keys.length > 0 && { expires_at: keys.length === 1 ? keys[0] : keys }),
    ...(retires !== undefined && { retires_at: retires }),
  };
}

/** In remote mode, leaves out what the health API decides, so that the result is a valid configuration. */
function modelEntry(model: Model, remote: boolean) {
  const { tls } = model.endpoint;
  const builtin = {
    probe: model.probe,
    query: model.query,
    expect: expectationEntry(model.expect),
    timeout: formatDuration(model.timeoutMs),
  };
  return {
    id: model.id,
    ...(Object.keys(model.labels).length > 0 && { labels: model.labels }),
    ...(model.slo !== null && { slo: model.slo }),
    ...(model.pause && { pause: true }),
    ...endsOf(model),
    ...(model.renameFrom !== null && { rename_from: model.renameFrom }),
    ...(model.vendorStatus !== undefined && { vendor_status: model.vendorStatus }),
    schedule: scheduleEntry(model.schedule),
    ...(!remote && builtin),
    ...(model.contextTokens !== undefined && { context: { tokens: model.contextTokens } }),
    confirm: {
      failures: model.confirm.failures,
      recheck_after: formatDuration(model.confirm.recheckAfterMs),
      successes: model.confirm.successes,
    },
    slow: {
      duration: durationOrNull(model.slow.durationMs),
      ...(!remote && { first_token: durationOrNull(model.slow.firstTokenMs) }),
      ...(model.slow.tokensPerSecond && { tokens_per_second: model.slow.tokensPerSecond }),
      ...(model.slow.gapMs && { gap: durationOrNull(model.slow.gapMs) }),
      ...(model.slow.baseline && { baseline: model.slow.baseline }),
    },
    ...(model.maxTokens !== null && { max_tokens: model.maxTokens }),
    tls: tlsEntry(tls),
    ...(model.endpoint.proxy !== null && { proxy: model.endpoint.proxy }),
    ...budgetEntry(model),
    ...moneyEntry(model),
    ...(Object.keys(model.outcomes).length > 0 && { outcomes: model.outcomes }),
    loading_grace: formatDuration(model.loadingGraceMs),
    ...(model.endpoint.region !== null && { region: model.endpoint.region }),
    endpoint_configuration: model.endpointConfiguration,
  };
}

function maintenanceEntry({ models, reason, ...window }: MaintenanceRule) {
  const rest = { models, ...(reason !== null && { reason }) };
  switch (window.kind) {
    case 'recurring':
      return {
        cron: window.cron,
        timezone: window.timezone,
        ...rest,
        duration: formatDuration(window.durationMs),
      };
    case 'fixed':
      return { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString(), ...rest };
  }
}

function statusPageEntry(page: StatusPage) {
  const { ids, labels } = page.models;
  return {
    path: page.path,
    title: page.title,
    models: { ids, ...(Object.keys(labels).length > 0 && { labels }) },
    access: page.access,
    ...(page.password !== null && { password: page.password }),
    ...(page.logo !== null && { logo: page.logo.file }),
    ...(page.nameBy !== null && { name_by: page.nameBy }),
    ...(page.groupBy !== null && { group_by: page.groupBy }),
    show: page.show,
    history: formatDuration(page.historyMs),
    locale: page.locale,
    timezone: page.timezone,
    theme: page.accent === null ? {} : { accent: page.accent },
    noindex: page.noindex,
    frame_ancestors: page.frameAncestors,
    announcements: page.announcements.map(({ title, text, from, to }) => ({
      title,
      ...(text !== '' && { text }),
      from: new Date(from).toISOString(),
      ...(to !== null && { to: new Date(to).toISOString() }),
    })),
  };
}

/** The pages that are read, also those of the table. */
function vendorStatusEntry({ everyMs, pages }: VendorSettings) {
  return {
    enabled: true,
    every: formatDuration(everyMs),
    pages: pages.map((page) => ({
      ...page,
      only: [...page.only],
      ignore: [...page.ignore],
      models: [...page.models],
    })),
  };
}

/** The effective configuration with the file's keys and every secret masked; `secrets` are secrets known by value only. */
export function effectiveConfig(settings: Settings, secrets: Iterable<string>): unknown {
  const { server, storage, checker, remote, healthApi, connectivity, maintenance, statusPages, models } =
    settings;
  const { metrics } = settings;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const entry = {
    server: {
      listen: `${host}:${server.port}`,
      ...(server.bearerToken !== null && { bearer_token: server.bearerToken }),
      ...(server.readTokens.length > 0 && { read_tokens: server.readTokens }),
      public_badges: server.publicBadges,
      insecure_public: server.insecurePublic,
      allowed_hosts: server.allowedHosts,
      ...(server.publicUrl !== null && { public_url: server.publicUrl }),
      ...(server.grafanaUrl !== null && { grafana_url: server.grafanaUrl }),
      ...(server.runbookUrl !== null && { runbook_url: server.runbookUrl }),
      alert_labels: server.alertLabels,
      shutdown_grace: formatDuration(server.shutdownGraceMs),
    },
    storage: {
      ...(storage.place.kind === 'sqlite'
        ? { path: storage.place.path, on_corrupt: storage.place.onCorrupt }
        : {
            url: storage.place.url,
            ...(storage.place.listenUrl !== null && { listen_url: storage.place.listenUrl }),
            prepared_statements: storage.place.preparedStatements,
          }),
      retention: {
        checks: formatDuration(storage.retention.checksMs),
        failures: formatDuration(storage.retention.failuresMs),
        hours: formatDuration(storage.retention.hoursMs),
        days: formatDuration(storage.retention.daysMs),
      },
    },
    checker: {
      mode: checker.mode,
      concurrency: checker.concurrency,
      per_host: checker.perHost,
      reuse_connections: checker.reuseConnections,
    },
    ...(remote && {
      remote: { url: remote.url, api_key: remote.apiKey, timeout: formatDuration(remote.timeoutMs) },
    }),
    health_api: {
      enabled: healthApi.enabled,
      api_keys: healthApi.apiKeys,
      allow_hosts: healthApi.allowHosts,
      allow_private: healthApi.allowPrivate,
      rate_per_min: healthApi.ratePerMin,
    },
    ...(connectivity && {
      connectivity: { targets: connectivity.targets, every: formatDuration(connectivity.everyMs) },
    }),
    metrics: {
      windows: metrics.windows,
      provider_uptime: metrics.providerUptime,
      histograms: metrics.histograms,
    },
    maintenance: maintenance.map(maintenanceEntry),
    ...(statusPages.length > 0 && { status_pages: statusPages.map(statusPageEntry) }),
    up: upEntry(settings.up),
    mcp: { check_now: settings.mcp?.checkNow ?? false },
    ...(settings.otlp && { otlp: otlpEntry(settings.otlp) }),
    ...(settings.notifications !== null && { notifications: notificationsEntry(settings.notifications) }),
    ...(settings.vendorStatus && { vendor_status: vendorStatusEntry(settings.vendorStatus) }),
  };
  const known = [...secrets, ...credentialsOf(settings)];
  const several = new Set(models.map(({ probeOf }) => probeOf?.model));
  const own = models.filter(({ probeOf }) => probeOf === undefined);
  const entries = own.map((model) => {
    const probes = several.has(model.id) ? probesOf(models, model.id) : [];
    return masked(withProbes(model, probes, remote !== null), [...known, ...model.endpoint.apiKeys]);
  });
  // A copy of the same shape.
  return { ...(masked(entry, known) as object), models: entries };
}

/** All text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** User names and passwords in addresses: all up to the last "@" of the host's part. */
const userInfo = /(:\/\/)[^/?#\s]{1,2000}@/g;

/** One model of the effective configuration as YAML, masked likewise; the keys of other models too. */
export function effectiveModel(settings: Settings, model: Model, secrets: Iterable<string>): string {
  const entry = withProbes(model, probesOf(settings.models, model.id), settings.remote !== null);
  const text = textsIn(entry).join('\n');
  const keys = settings.models.flatMap(({ endpoint }) => endpoint.apiKeys);
  // Of the secrets of thousands of models only those are looked for that occur.
  const known = [...secrets, ...credentialsOf(settings), ...keys].filter((secret) => text.includes(secret));
  const yaml = stringify(masked(entry, known), { aliasDuplicateObjects: false });
  return yaml.replaceAll(userInfo, '$1***@');
}
