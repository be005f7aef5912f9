import type { Path } from '../../config/read/problem.js';
import type { Draft, Drafted, Drafting } from './drafting.js';
import { foreignMap, mapTexts, type ForeignMap } from './foreign-map.js';
import { expectedBy } from './gatus-conditions.js';
import { modelOfRequest } from './http-request.js';
import { labelsOf } from './labels.js';
import { goDurationMs, scheduleOf, timeoutOf } from './times.js';

/** Gatus replaces `$NAME` and `${NAME}` in the whole file, and `$$` by `$`. */
function withReferences(value: unknown, { references, placeOf }: Drafting): unknown {
  const expanded = /\$(?:\$|\{(\w+)\}|([A-Za-z_]\w*))/g;
  return mapTexts(value, (text, path) =>
    text.replaceAll(expanded, (_, braced?: string, bare?: string) => {
      const name = braced ?? bare;
      return name === undefined ? '$' : references.variable(name, placeOf(path));
    }),
  );
}

const sections: Readonly<Record<string, string>> = {
  alerting: 'modelpulse tells people by `notifications` (docs/notifications.md), or by Prometheus',
  'external-endpoints': 'others push their state; modelpulse asks by itself',
  suites: 'a suite has several requests; modelpulse asks each model one question',
  storage: 'the history of Gatus stays there; modelpulse keeps its own',
  security: 'see `server.bearer_token`',
  web: 'see `server.listen`',
  ui: 'see `status_pages`',
  announcements: 'see docs/pages.md',
  metrics: 'modelpulse always has /metrics',
  concurrency: 'see `checker.concurrency`',
  connectivity: 'see `connectivity.targets`',
};

const ofEndpoint: Readonly<Record<string, string>> = {
  alerts: 'see `notifications`',
  ui: 'see `status_pages`',
  graphql: 'no API of models is asked by GraphQL',
  dns: 'modelpulse asks models only',
  ssh: 'modelpulse asks models only',
};

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** A maintenance window as a cron expression with a duration; null where it is none. */
function windowOf(
  window: ForeignMap,
  models: readonly string[],
  { note }: Drafting,
): Record<string, unknown> | null {
  if (window.flag('enabled') === false) return null;
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(window.text('start') ?? '') ?? [];
  const duration = timeoutOf(goDurationMs(window.text('duration') ?? '')) ?? null;
  const days = window.list('every').map((day) => weekdays.indexOf(String(day).toLowerCase()));
  const timezone = window.text('timezone') ?? 'UTC';
  if (
    hour === undefined ||
    minute === undefined ||
    duration === null ||
    days.includes(-1) ||
    /[+-]\d/.test(timezone)
  ) {
    note(window.path, 'write it as `maintenance`: a start by cron, a time zone with a name, and a duration');
    return null;
  }
  const cron = `${Number(minute)} ${Number(hour)} * * ${days.length === 0 ? '*' : days.join(',')}`;
  return { cron, timezone, duration, models };
}

/** What `client` of an endpoint means for a model. */
function clientOf(client: ForeignMap, name: string, { note, secret }: Drafting): Record<string, unknown> {
  const timeout = client.text('timeout');
  const insecure = client.flag('insecure');
  const proxy = client.text('proxy-url');
  client.take('ignore-redirect');
  for (const key of client.rest())
    note(
      client.at(key),
      key === 'tls'
        ? 'write the files as `tls.cert_file` and `tls.key_file`'
        : 'modelpulse has no such setting',
    );
  return {
    timeout: timeoutOf(goDurationMs(timeout ?? '')),
    ...(insecure === true && { tls: { insecure: true } }),
    ...(proxy !== null && {
      proxy: proxy.includes('@') ? secret(proxy, `${name}_PROXY`, client.at('proxy-url')) : proxy,
    }),
  };
}

function endpointOf(endpoint: ForeignMap, path: Path, drafting: Drafting): Draft | null {
  const { note } = drafting;
  const name = endpoint.text('name') ?? 'model';
  const group = endpoint.text('group');
  const request = {
    url: endpoint.text('url') ?? '',
    method: endpoint.text('method') ?? 'GET',
    headers: endpoint.take('headers'),
    body: endpoint.text('body'),
    at: { url: endpoint.at('url'), headers: endpoint.at('headers'), body: endpoint.at('body') },
    name,
  };
  const asked = modelOfRequest(request, drafting);
  if (typeof asked === 'string') {
    note(path, `is no model: ${asked}`);
    return null;
  }
  if (/\[(?:ENDPOINT_|LOCAL_ADDRESS|RANDOM_STRING_|CONTEXT)/.test(request.body ?? ''))
    note(request.at.body, 'the placeholder of Gatus in it, which stays as text');
  const { expect, slow } = expectedBy(endpoint.list('conditions'), endpoint.at('conditions'), drafting);
  const every = endpoint.text('interval');
  const paused = endpoint.flag('enabled') === false;
  const client = clientOf(endpoint.inside('client'), name, drafting);
  const labels = labelsOf(
    { ...(group !== null && { group }), ...(endpoint.take('extra-labels') as object) },
    endpoint.at('extra-labels'),
    drafting,
  );
  for (const key of endpoint.rest())
    note(endpoint.at(key), ofEndpoint[key] ?? 'modelpulse has no such setting');
  return {
    name,
    path,
    comments: [],
    entry: {
      ...asked.entry,
      ...(every !== null && { schedule: scheduleOf(goDurationMs(every)) }),
      ...client,
      ...(slow !== null && { slow }),
      ...(Object.keys(expect).length > 0 && { expect }),
      ...(labels !== null && { labels }),
      ...(paused && { pause: true }),
    },
  };
}

/** The models among the endpoints of a configuration of Gatus. */
export function draftGatus(value: unknown, drafting: Drafting): Drafted {
  const main = foreignMap(withReferences(value, drafting), []);
  const models: Draft[] = [];
  const maintenance: Record<string, unknown>[] = [];
  for (const [index, given] of main.list('endpoints').entries()) {
    const path = ['endpoints', index];
    const endpoint = foreignMap(given, path);
    const windows = endpoint.list('maintenance-windows');
    const model = endpointOf(endpoint, path, drafting);
    if (model === null) continue;
    models.push(model);
    if (windows.length > 0)
      drafting.note(endpoint.at('maintenance-windows'), 'write it as `maintenance` with the id of the model');
  }
  if (main.take('maintenance') !== undefined) {
    const window = windowOf(main.inside('maintenance'), ['*'], drafting);
    if (window !== null) maintenance.push(window);
  }
  for (const key of main.rest()) drafting.note([key], sections[key] ?? 'modelpulse has no such section');
  return { models, maintenance };
}
