import type { Path } from '../../config/read/problem.js';
import { isObject } from '../../domain/json.js';
import { isOfAnswer, ofNotation } from './answer-texts.js';
import { withoutSecrets, type Draft, type Drafted, type Drafting } from './drafting.js';
import { foreignMap, type ForeignMap } from './foreign-map.js';
import { modelOfRequest } from './http-request.js';
import { labelsOf } from './labels.js';
import { goDurationMs, scheduleOf, timeoutOf } from './times.js';

/** One file, and where to say what of it is not carried over. */
export interface Part {
  readonly value: unknown;
  readonly drafting: Drafting;
}

/** One target of a job, asked with the module. */
interface Target {
  readonly url: string;
  readonly module: string;
  readonly every: string | null;
  readonly labels: unknown;
  readonly job: string;
  readonly path: Path;
}

/** The targets that scrape configurations of Prometheus give the exporter. */
function targetsOf({ value, drafting }: Part): Target[] {
  const { note } = drafting;
  const main = foreignMap(value, []);
  const usual = main.inside('global').text('scrape_interval');
  return main.list('scrape_configs').flatMap((given, index) => {
    const path = ['scrape_configs', index];
    const job = foreignMap(given, path);
    const params = job.inside('params');
    const [module] = params.list('module');
    const name = job.text('job_name') ?? `job-${index}`;
    if (typeof module !== 'string' && job.text('metrics_path') !== '/probe') {
      note(path, `${name} is no job of the blackbox exporter`);
      return [];
    }
    const every = job.text('scrape_interval') ?? usual;
    for (const key of job.rest())
      if (key.endsWith('_sd_configs'))
        note(job.at(key), 'targets of a service discovery are not in the file');
    return job.list('static_configs').flatMap((one, place) => {
      const group = foreignMap(one, [...path, 'static_configs', place]);
      const labels = group.take('labels');
      const more =
        isObject(labels) && typeof labels.__param_module === 'string' ? labels.__param_module : module;
      const shown = Object.fromEntries(
        Object.entries(isObject(labels) ? labels : {}).filter(([key]) => !key.startsWith('__')),
      );
      return group.list('targets').map((target, at): Target => ({
        url: /^[a-z][a-z+]*:\/\//i.test(String(target)) ? String(target) : `http://${String(target)}`,
        module: typeof more === 'string' ? more : 'http_2xx',
        every,
        labels: shown,
        job: name,
        path: [...group.at('targets'), at],
      }));
    });
  });
}

/** Headers of a module with its credentials. */
function headersOf(
  http: ForeignMap,
  name: string,
  { references, secret, note }: Drafting,
): Record<string, unknown> {
  const headers = { ...(http.take('headers') as object | undefined) };
  const bearer = http.text('bearer_token');
  const file = http.text('bearer_token_file');
  const authorization = http.inside('authorization');
  const type = authorization.text('type') ?? 'Bearer';
  const credentials = authorization.text('credentials') ?? bearer;
  const fromFile = authorization.text('credentials_file') ?? file;
  const basic = http.inside('basic_auth');
  const user = basic.text('username');
  if (user !== null) {
    const password = basic.text('password');
    if (password === null) note(basic.path, 'write it as `custom_headers`, key Authorization');
    else {
      const encoded = Buffer.from(`${user}:${password}`).toString('base64');
      return { ...headers, Authorization: `Basic ${secret(encoded, `${name}_BASIC`, basic.at('password'))}` };
    }
  }
  if (credentials !== null)
    return {
      ...headers,
      Authorization: `${type} ${secret(credentials, `${name}_API_KEY`, http.at('authorization'))}`,
    };
  if (fromFile !== null && /[}\p{C}]/u.test(fromFile)) {
    note(http.path, 'the name of the file with its token cannot stand in a reference');
    return headers;
  }
  return fromFile === null ? headers : { ...headers, Authorization: `${type} ${references.file(fromFile)}` };
}

const ofHttp: Readonly<Record<string, string>> = {
  fail_if_body_matches_regexp: 'see `expect.not_contains`',
  fail_if_body_json_matches_cel: 'see `expect`, which is about the text of the answer',
  fail_if_body_json_not_matches_cel: 'see `expect`, which is about the text of the answer',
  body_file: 'write the question of the file as `query`',
  oauth2: 'write the token request as `model_jwt_config`',
};
/** Settings that hold for modelpulse anyway, or that cannot matter to it. */
const immaterial = new Set([
  ...[
    'valid_http_versions',
    'no_follow_redirects',
    'follow_redirects',
    'fail_if_ssl',
    'fail_if_not_ssl',
    'preferred_ip_protocol',
  ],
  ...[
    'ip_protocol_fallback',
    'compression',
    'enable_http2',
    'skip_resolve_phase_with_proxy',
    'body_size_limit',
  ],
]);

/** A module as the keys of each model that it asks. */
interface Module {
  readonly method: string;
  readonly headers: Record<string, unknown>;
  readonly body: string | null;
  readonly path: Path;
  readonly entry: Readonly<Record<string, unknown>>;
}

function expectedBy(http: ForeignMap, { note }: Drafting): Record<string, unknown> {
  const path = http.at('fail_if_body_not_matches_regexp');
  const patterns = http.list('fail_if_body_not_matches_regexp').map(String);
  const answers = patterns.filter(isOfAnswer);
  for (const [index, pattern] of patterns.entries())
    if (!isOfAnswer(pattern)) note([...path, index], ofNotation);
  const [first, ...others] = answers;
  for (const pattern of others) note([...path, patterns.indexOf(pattern)], '`expect.regex` is one pattern');
  return first === undefined ? {} : { expect: { regex: first } };
}

function moduleOf(given: unknown, name: string, drafting: Drafting): Module | string {
  const { note, secret } = drafting;
  const path = ['modules', name];
  const module = foreignMap(given, path);
  const prober = module.text('prober') ?? '';
  if (prober !== 'http') return `its module ${name} is of the prober ${prober}`;
  const http = module.inside('http');
  const method = http.text('method') ?? 'GET';
  const body = http.text('body');
  if (method.toUpperCase() !== 'POST')
    return `its module ${name} sends ${method}, and a model is asked by POST`;
  const statuses = http.list('valid_status_codes').map(String);
  if (!statuses.every((one) => /^2\d\d$/.test(one)))
    note(http.at('valid_status_codes'), 'modelpulse takes only a success of HTTP with an answer for healthy');
  const tls = http.inside('tls_config');
  const insecure = tls.flag('insecure_skip_verify') === true;
  const server = tls.text('server_name');
  const proxy = http.text('proxy_url');
  const headers = headersOf(http, name, drafting);
  const expect = expectedBy(http, drafting);
  const timeout = timeoutOf(goDurationMs(module.text('timeout') ?? ''));
  for (const key of tls.rest()) note(tls.at(key), `write the file as \`tls.${key}\``);
  for (const key of http.rest())
    if (!immaterial.has(key)) note(http.at(key), ofHttp[key] ?? 'modelpulse has no such setting');
  return {
    method,
    headers,
    body,
    path,
    entry: {
      timeout,
      ...expect,
      ...((insecure || server !== null) && {
        tls: { ...(insecure && { insecure }), ...(server !== null && { server_name: server }) },
      }),
      ...(proxy !== null && {
        proxy: proxy.includes('@') ? secret(proxy, `${name}_PROXY`, http.at('proxy_url')) : proxy,
      }),
    },
  };
}

/** The models that Prometheus lets the blackbox exporter ask: modules of one file, targets of the other. */
export function draftBlackbox(exporter: Part, prometheus: Part): Drafted {
  const modules = foreignMap(exporter.value, []).take('modules');
  const known = new Map<string, Module | string>();
  const used = new Set<string>();
  const moduleFor = (name: string): Module | string => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const given = isObject(modules) && Object.hasOwn(modules, name) ? modules[name] : undefined;
    const made =
      given === undefined
        ? `its module ${name} is not in the other file`
        : moduleOf(given, name, exporter.drafting);
    known.set(name, made);
    return made;
  };
  const { drafting } = prometheus;
  const models = targetsOf(prometheus).flatMap((target): Draft[] => {
    used.add(target.module);
    const module = moduleFor(target.module);
    const refuse = (why: string): [] => {
      drafting.note(target.path, `is no model: ${why}`);
      return [];
    };
    if (typeof module === 'string') return refuse(module);
    const at = {
      url: target.path,
      headers: [...module.path, 'http', 'headers'],
      body: [...module.path, 'http', 'body'],
    };
    // Each place is said by the file that it is in.
    const both: Drafting = {
      ...exporter.drafting,
      note: (path, message) => (path === target.path ? drafting : exporter.drafting).note(path, message),
      secret: (text, name, path) =>
        (path === target.path ? drafting : exporter.drafting).secret(text, name, path),
    };
    const asked = modelOfRequest({ ...module, url: target.url, at, name: target.module }, both);
    if (typeof asked === 'string') return refuse(asked);
    const labels = labelsOf(
      withoutSecrets(target.labels, target.path, target.job, drafting.secret),
      target.path,
      drafting,
    );
    const model = String(asked.entry.model);
    return [
      {
        name: `${target.job}-${model}`,
        path: target.path,
        comments: [],
        entry: {
          ...asked.entry,
          ...module.entry,
          schedule: scheduleOf(goDurationMs(target.every ?? '')),
          labels: { ...labels, job: target.job },
        },
      },
    ];
  });
  for (const name of Object.keys(isObject(modules) ? modules : {}))
    if (!used.has(name))
      exporter.drafting.note(['modules', name], 'no job of Prometheus with targets in its file uses it');
  return { models };
}
