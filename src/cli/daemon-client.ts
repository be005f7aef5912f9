import { isObject } from '../domain/json.js';
import { messageOf, systemCodeOf } from '../domain/thrown.js';
import type { Settings } from '../config/settings.js';
import { DaemonError } from './failure.js';

/** Long enough for a reload, which reads and checks thousands of models. */
const timeoutMs = 60_000;
const anyHost: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** URL of this configuration's daemon on the same machine. */
function daemonUrl({ host, port }: Pick<Settings['server'], 'host' | 'port'>): string {
  const name = anyHost[host] ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

type DaemonAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Record<string, unknown> | null }
  /** No server listens at `url`. */
  | { readonly kind: 'no_daemon'; readonly url: string };

/** Sends a POST to the daemon of the configuration, with its token. Throws DaemonError when the answer is not usable. */
export function askDaemon(
  settings: Pick<Settings, 'server'>,
  path: string,
  body?: object,
): Promise<DaemonAnswer> {
  return send(settings, path, { method: 'POST', body: body === undefined ? null : JSON.stringify(body) });
}

/** Sends a GET in the same way. */
export function readDaemon(settings: Pick<Settings, 'server'>, path: string): Promise<DaemonAnswer> {
  return send(settings, path, { method: 'GET' });
}

/** Sends a DELETE in the same way. */
export function dropFromDaemon(settings: Pick<Settings, 'server'>, path: string): Promise<DaemonAnswer> {
  return send(settings, path, { method: 'DELETE' });
}

async function send(
  { server }: Pick<Settings, 'server'>,
  path: string,
  request: Pick<RequestInit, 'method' | 'body'>,
): Promise<DaemonAnswer> {
  const url = daemonUrl(server);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url + path, {
      ...request,
      headers: server.bearerToken === null ? {} : { authorization: `Bearer ${server.bearerToken}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const cause = isObject(error) ? error.cause : undefined;
    const code = systemCodeOf(cause ?? error);
    if (code === 'ECONNREFUSED') return { kind: 'no_daemon', url };
    throw new DaemonError(
      `the daemon at ${url} gives no answer: ${messageOf(cause instanceof Error ? cause : error)}`,
    );
  }
  const parsed = text === '' ? null : parse(text);
  if (parsed === undefined) throw new DaemonError(`the server at ${url} is not modelpulse`);
  if (status === 401)
    throw new DaemonError(
      `the daemon at ${url} refuses the token: server.bearer_token of this configuration is not the one it runs with`,
    );
  return { kind: 'answered', status, body: parsed };
}

/** Undefined unless `text` is a JSON object. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The message of an error response. */
export function refusalOf({ status, body }: Extract<DaemonAnswer, { kind: 'answered' }>): string {
  const message = body?.message;
  return typeof message === 'string' ? message : `the daemon answers with status ${status}`;
}

export function noDaemon(url: string): DaemonError {
  return new DaemonError(
    `no daemon runs at ${url}; start it with modelpulse run, or name its configuration with --config`,
  );
}
