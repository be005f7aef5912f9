import type { Path } from '../../config/read/problem.js';
import { isList, isObject, parseJson } from '../../domain/json.js';
import { isOfAnswer, ofNotation, partAt } from './answer-texts.js';
import type { Draft, Drafted, Drafting } from './drafting.js';
import { foreignMap, type ForeignMap } from './foreign-map.js';
import { modelOfRequest } from './http-request.js';
import { labelsOf } from './labels.js';
import { durationWithin, scheduleOf, timeoutOf } from './times.js';

/** Columns of the table `monitor` that have another name in the JSON of an export. */
const columns: Readonly<Record<string, string>> = {
  accepted_statuscodes_json: 'accepted_statuscodes',
  ignore_tls: 'ignoreTls',
  upside_down: 'upsideDown',
  retry_interval: 'retryInterval',
  json_path: 'jsonPath',
  json_path_operator: 'jsonPathOperator',
  expected_value: 'expectedValue',
  invert_keyword: 'invertKeyword',
  auth_method: 'authMethod',
  proxy_id: 'proxyId',
  http_body_encoding: 'httpBodyEncoding',
};

/** Members that every monitor has and that mean nothing for a model. */
const immaterial = new Set([
  ...[
    'id',
    'user_id',
    'weight',
    'created_date',
    'maintenance',
    'childrenIDs',
    'path',
    'pathName',
    'includeSensitiveData',
  ],
  ...[
    'forceInactive',
    'screenshot',
    'httpBodyEncoding',
    'maxredirects',
    'dns_resolve_server',
    'dns_resolve_type',
    'packetSize',
    'packet_size',
  ],
  ...[
    'expiryNotification',
    'expiry_notification',
    'resendInterval',
    'resend_interval',
    'notificationIDList',
    'parent',
    'mqttSuccessMessage',
  ],
  ...[
    'game',
    'gamedigGivenPortOnly',
    'gamedig_given_port_only',
    'timeout',
    'description',
    'authMethod',
    'kafkaProducerSaslOptions',
    'conditions',
  ],
  ...[
    'retryOnlyOnStatusCodeFailure',
    'saveResponse',
    'saveErrorResponse',
    'responseMaxLength',
    'cacheBust',
    'ipFamily',
    'rabbitmqNodes',
    'kafkaProducerBrokers',
  ],
]);

/** Members of monitors of other types, and of ways to authorize that are noted as a whole. */
const ofOtherKinds =
  /^(?:database|dns|docker|gamedig|grpc|kafka|mqtt|oauth|ping|push|rabbitmq|radius|remote|smtp|snmp|tls|ws)/i;

const kinds = ['http', 'keyword', 'json-query'];

/** A monitor as an export has it, whichever way it was written. */
function asExported(given: unknown): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const name = Object.hasOwn(columns, key) ? (columns[key] ?? key) : key;
      return [name, name === 'accepted_statuscodes' && typeof value === 'string' ? parsed(value) : value];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Conditions on the answer that a monitor has. */
function expectedBy(
  monitor: ForeignMap,
  kind: string,
  { note }: Drafting,
): Record<string, readonly string[]> {
  const keyword = monitor.text('keyword');
  const inverted = monitor.flag('invertKeyword') === true;
  const path = monitor.text('jsonPath');
  const operator = monitor.text('jsonPathOperator') ?? '==';
  const value = monitor.text('expectedValue');
  if (kind === 'keyword' && keyword !== null) {
    if (isOfAnswer(keyword)) return inverted ? { not_contains: [keyword] } : { contains: [keyword] };
    note(monitor.at('keyword'), ofNotation);
  }
  if (kind === 'json-query' && path !== null) {
    const part = partAt(path);
    if (part === 'answer' && value !== null && operator === 'contains') return { contains: [value] };
    if (part !== 'other' && value !== null && operator === '==')
      return { [part === 'model' ? 'model' : 'equals']: [value] };
    note(monitor.at('jsonPath'), 'write it as `expect`, which is about the text of the answer');
  }
  return {};
}

/** `custom_headers` for HTTP Basic, or a note on another way to authorize. */
function authorizationOf(
  monitor: ForeignMap,
  name: string,
  { note, secret }: Drafting,
): { key: string; value: string } | null {
  const [user, password] = [monitor.text('basic_auth_user'), monitor.text('basic_auth_pass')];
  const method = monitor.text('authMethod');
  if (method !== null && method !== 'basic')
    note(
      monitor.at('authMethod'),
      method === 'oauth2-cc'
        ? 'write the token request as `model_jwt_config`'
        : `modelpulse does not authorize by ${method}`,
    );
  if (user === null || (method !== null && method !== 'basic')) return null;
  const encoded = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return {
    key: 'Authorization',
    value: `Basic ${secret(encoded, `${name}_BASIC`, monitor.at('basic_auth_user'))}`,
  };
}

function monitorOf(
  given: unknown,
  path: Path,
  groups: ReadonlyMap<string, string>,
  drafting: Drafting,
): Draft | null {
  const { note } = drafting;
  const monitor = foreignMap(asExported(given), path);
  const name = monitor.text('name') ?? 'monitor';
  const kind = monitor.text('type') ?? 'http';
  if (kind === 'group') return null;
  const refuse = (why: string): null => {
    note(path, `${name} is no model: ${why}`);
    return null;
  };
  if (!kinds.includes(kind)) return refuse(`it is of the type ${kind}`);
  if (monitor.flag('upsideDown') === true)
    return refuse('it is upside down, healthy while the request fails');
  const written = monitor.text('headers');
  const headers = written === null ? {} : parsed(written);
  if (written !== null && !isObject(headers)) note(monitor.at('headers'), 'are no JSON object');
  const asked = modelOfRequest(
    {
      url: monitor.text('url') ?? '',
      method: monitor.text('method') ?? 'GET',
      headers,
      body: monitor.text('body'),
      at: { url: monitor.at('url'), headers: monitor.at('headers'), body: monitor.at('body') },
      name,
    },
    drafting,
  );
  if (typeof asked === 'string') return refuse(asked);
  const expect = expectedBy(monitor, kind, drafting);
  const authorization = authorizationOf(monitor, name, drafting);
  const statuses = monitor.list('accepted_statuscodes').map(String);
  if (!statuses.every((one) => /^2\d\d(?:-2\d\d)?$/.test(one)))
    note(
      monitor.at('accepted_statuscodes'),
      'modelpulse takes only a success of HTTP with an answer for healthy',
    );
  const retries = monitor.number('maxretries');
  const after = monitor.number('retryInterval');
  const timeout = monitor.number('timeout');
  const every = monitor.number('interval');
  const insecure = monitor.flag('ignoreTls') === true;
  const paused = monitor.flag('active') === false;
  if (monitor.number('proxyId') !== null)
    note(monitor.at('proxyId'), 'write the address of the proxy as `proxy`');
  const tags = monitor
    .list('tags')
    .filter(isObject)
    .map(({ name: tag, value }) => [String(tag), value === null || value === '' ? 'true' : value]);
  const group = groups.get(String(monitor.take('parent')));
  const labels = labelsOf(
    { ...(group !== undefined && { group }), ...(Object.fromEntries(tags) as object) },
    monitor.at('tags'),
    drafting,
  );
  const description = monitor.text('description');
  for (const key of monitor.rest())
    if (!immaterial.has(key) && !ofOtherKinds.test(key) && !isEmpty(monitor.take(key)))
      note(monitor.at(key), 'modelpulse has no such setting');
  const custom = [
    ...((asked.entry.custom_headers as readonly object[] | undefined) ?? []),
    ...(authorization === null ? [] : [authorization]),
  ];
  return {
    name,
    path,
    comments: description === null ? [] : [description],
    entry: {
      ...asked.entry,
      ...(custom.length > 0 && { custom_headers: custom }),
      schedule: scheduleOf((every ?? Number.NaN) * 1_000),
      timeout: timeoutOf((timeout ?? Number.NaN) * 1_000),
      ...(retries !== null &&
        retries >= 0 &&
        retries < 100 && {
          confirm: {
            failures: Math.floor(retries) + 1,
            recheck_after: durationWithin((after ?? Number.NaN) * 1_000, 0, 86_400_000) ?? undefined,
          },
        }),
      ...(insecure && { tls: { insecure: true } }),
      ...(Object.keys(expect).length > 0 && { expect }),
      ...(labels !== null && { labels }),
      ...(paused && { pause: true }),
    },
  };
}

/** A value that a monitor has where nothing is set. */
function isEmpty(value: unknown): boolean {
  return (
    value === false ||
    value === '' ||
    value === 0 ||
    (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
  );
}

/** The monitors of an export of Uptime Kuma 1.x, or of rows of its table `monitor`. */
export function draftUptimeKuma(value: unknown, drafting: Drafting): Drafted {
  const path: Path = isList(value) ? [] : ['monitorList'];
  const main = foreignMap(isList(value) ? {} : value, []);
  const given = isList(value) ? value : main.take('monitorList');
  const monitors: readonly (readonly [number | string, unknown])[] = isList(given)
    ? [...given.entries()]
    : Object.entries(isObject(given) ? given : {});
  const groups = new Map<string, string>();
  for (const [, one] of monitors)
    if (isObject(one) && one.type === 'group') groups.set(String(one.id), String(one.name));
  const models = monitors.flatMap(([key, one]) => monitorOf(one, [...path, key], groups, drafting) ?? []);
  main.take('version');
  const known: Readonly<Record<string, string>> = {
    notificationList: 'modelpulse tells people by `notifications` (docs/notifications.md), or by Prometheus',
    proxyList: 'write the address of a proxy as `proxy` of a model',
  };
  for (const key of main.rest())
    if (!isEmpty(main.take(key))) drafting.note([key], known[key] ?? 'modelpulse has no such section');
  return { models };
}
