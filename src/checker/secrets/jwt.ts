import type { Found } from '../../domain/check.js';
import type { Clock } from '../../domain/clock.js';
import type { Jwt, Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { Route } from '../transport/agents.js';
import { reasonOfStatus } from '../verdict/classify.js';
import { errorIn, failureIn } from '../verdict/error-member.js';
import { jsonOrText } from '../verdict/json-or-text.js';
import { exchange, type Exchange, type Outgoing } from '../transport/exchange.js';
import type { Shared } from '../transport/exchange-limits.js';
import { unsent, type TimedAttempt } from '../verdict/finish.js';
import type { Redact } from './redact.js';
import { createTimeLimit, givenUp, type TimeLimit } from '../transport/time-limit.js';
import { tokenIn, type Token } from './token-answer.js';

/** Most cached tokens; beyond that the least recently used one is dropped. */
const mostKept = 1_000;

/** Least ms that a check needs after a token could not be renewed. */
const checkMs = 1_000;

/** Most bytes of an answer with a token: servers accept no header of over some ten kilobytes. */
const longestAnswer = 64 * 1024;

/** A token, or the reason for its absence; `detail` contains no part of request or reply. */
type Fetched =
  | { readonly token: string }
  | { readonly reason: Reason; readonly detail: string; readonly from?: Found['tokenEndpoint'] };

interface Options {
  readonly clock: Clock;
  readonly userAgent: string;
  /** Returns the route of a check of the endpoint to this address. */
  readonly routeFor: (url: URL, endpoint: Pick<Model['endpoint'], 'tls' | 'proxy'>) => Promise<Route>;
  readonly redactionFor: (model: Model) => Redact;
  readonly shared: Shared;
  /** False fetches a token for each check. */
  readonly keep: boolean;
}

/** A token being fetched; aborted when no check waits for it. */
interface Coming {
  readonly fetched: Promise<Fetched>;
  waiting: number;
  readonly unwanted: AbortController;
}

function outgoing({ method, url, headers, body }: Jwt, userAgent: string): Outgoing {
  const json = body !== null && /^\s*[[{]/.test(body);
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
  const all: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent };
  if (body !== null) all['content-type'] = type;
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  return { method, url, headers: all, body };
}

const machineOf = ({ url }: Jwt): string => new URL(url).hostname;

/** Reason of an error in an answer without a token; null for no error. */
function reasonOfError(text: string): Reason | null {
  const payload = jsonOrText(text);
  const error = errorIn(payload, true) ?? failureIn(payload);
  if (error === null) return null;
  if ((error.status ?? 0) >= 500) return 'server_error';
  const words = [...error.codes, ...error.types, error.text].join(' ').slice(0, 4_096);
  // Names of RFC 6749 for a server that cannot answer; the others are for what was sent.
  return /\b(?:temporarily_unavailable|server_error)\b/.test(words) ? 'server_error' : 'auth_failed';
}

function read(
  { reply, fault, phases }: Exchange,
  jwt: Jwt,
  now: number,
): Token | Exclude<Fetched, { token: string }> {
  const from = { machine: machineOf(jwt), httpStatus: reply?.status ?? null, phases };
  const failed = (reason: Reason, detail: string) => ({ reason, detail: `token endpoint: ${detail}`, from });
  if (reply === null || (fault !== null && reply.status < 300)) {
    return failed(fault?.reason ?? 'internal_error', fault?.detail ?? 'no reply');
  }
  const { status } = reply;
  // No status of a whole answer lies outside of these.
  if (status < 200 || status > 599) return failed('malformed_response', `HTTP status ${status}`);
  if (status >= 300 && status < 400) return failed('redirected', `HTTP ${status}`);
  const text = reply.body.length > longestAnswer ? '' : new TextDecoder().decode(reply.body);
  // RFC 6749 requires 400 for an invalid client or grant.
  if (status >= 400 && status <= 403) return failed(reasonOfError(text) ?? 'auth_failed', `HTTP ${status}`);
  if (status >= 400) return failed(reasonOfStatus(status, true), `HTTP ${status}`);
  const token = tokenIn(text, jwt, now);
  if (token !== null) return token;
  // GitHub and others report errors with a status of 200.
  const refused = reasonOfError(text);
  return refused === null
    ? failed('malformed_response', 'no token in the answer')
    : failed(refused, 'an error instead of a token');
}

/** Least age in ms of a token that is replaced for what may be a lasting lack of permission. */
const leastAgeMs = 60_000;

/** True where the model's endpoint may have refused the token: gateways also answer an expired one with 403 or with the way to a login. */
function isRefusal({ httpStatus, reason }: Found, ageMs: number): boolean {
  if (httpStatus === null) return false;
  if (httpStatus === 401 || reason === 'auth_failed') return true;
  const redirected = httpStatus >= 300 && httpStatus < 400;
  return ageMs >= leastAgeMs && (httpStatus === 403 || redirected || reason === 'permission_denied');
}

/** Tokens used as API keys: fetched on demand, once at a time per model, and cached until shortly before they expire. */
export function createTokens({ clock, userAgent, routeFor, redactionFor, shared, keep }: Options) {
  /** Cached tokens, most recently used last. */
  const kept = new Map<string, Token>();
  const coming = new Map<string, Coming>();

  /** Cache key: a token is not reused after a change of configuration or for another model. */
  const keyOf = ({ id, endpoint }: Model, jwt: Jwt): string =>
    JSON.stringify([id, jwt, endpoint.tls, endpoint.proxy]);

  function hold(key: string, token: Token): void {
    kept.delete(key);
    kept.set(key, token);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  }

  async function fetch(jwt: Jwt, key: string, { endpoint }: Model, limit: TimeLimit): Promise<Fetched> {
    const timeoutMs = limit.leftMs();
    const url = new URL(jwt.url);
    const { serverName, ...tls } = endpoint.tls;
    const same = url.host === new URL(endpoint.baseUrl).host && serverName !== undefined;
    const route = await routeFor(url, { tls: same ? { ...tls, serverName } : tls, proxy: endpoint.proxy });
    const done = await exchange(outgoing(jwt, userAgent), { route, timeoutMs, limit, clock, shared });
    const now = clock.wall();
    const found = read(done, jwt, now);
    if ('token' in found && keep && found.until > now) hold(key, found);
    return found;
  }

  /** Starts a fetch with the timeout of the first check, but without its signal, since others may wait for the same token. */
  function begin(jwt: Jwt, key: string, model: Model, timeoutMs: number): Coming {
    const unwanted = new AbortController();
    const limit = createTimeLimit({ clock, timeoutMs, signal: unwanted.signal });
    const fetched = fetch(jwt, key, model, limit).finally(() => {
      if (coming.get(key) === begun) coming.delete(key);
    });
    const begun: Coming = { fetched, waiting: 0, unwanted };
    coming.set(key, begun);
    return begun;
  }

  async function wait(joined: Coming, key: string, jwt: Jwt, limit: TimeLimit): Promise<Fetched> {
    joined.waiting += 1;
    const fetched = await limit
      .within(joined.fetched, (why): Fetched => {
        const detail = `token endpoint: ${givenUp(why)}`;
        const from = { machine: machineOf(jwt), httpStatus: null, phases: {} };
        return why === 'stopped' ? { reason: 'internal_error', detail } : { reason: 'timeout', detail, from };
      })
      .finally(() => (joined.waiting -= 1));
    if (joined.waiting === 0) {
      joined.unwanted.abort();
      if (coming.get(key) === joined) coming.delete(key);
    }
    return fetched;
  }

  /** The model's token, fetched unless one is at hand. Resolves within `limit`; rejects like `routeFor`. */
  async function tokenFor(model: Model, jwt: Jwt, limit: TimeLimit): Promise<Fetched> {
    const key = keyOf(model, jwt);
    const known = kept.get(key);
    if (known !== undefined && clock.wall() < known.until) {
      hold(key, known);
      return known;
    }
    const expiresAt = known?.expiresAt ?? 0;
    const leftMs = limit.leftMs();
    const begun = coming.get(key);
    // A valid token leaves time for the check where no other can be had.
    const forFetchMs = clock.wall() < expiresAt ? Math.ceil(leftMs / 2) : leftMs;
    const forFetch = createTimeLimit({ clock, timeoutMs: forFetchMs, signal: limit.signal });
    const fetched = await wait(begun ?? begin(jwt, key, model, forFetchMs), key, jwt, forFetch);
    if (!('reason' in fetched)) return fetched;
    const usable = fetched.reason !== 'auth_failed' && clock.wall() < expiresAt && limit.leftMs() >= checkMs;
    if (usable && known !== undefined) return known;
    // The check that started the fetch may have had less time than this one.
    const cut = begun !== undefined && fetched.reason === 'timeout' && !limit.over();
    return cut ? tokenFor(model, jwt, limit) : fetched;
  }

  /**
   * Makes an attempt with the model's token as its key, in the time left after fetching; without `jwt` unchanged. A
   * refused token is dropped, so that the next check fetches another.
   */
  async function withToken(
    attempt: TimedAttempt,
    ask: (attempt: TimedAttempt) => Promise<Found>,
  ): Promise<Found> {
    const { model, limit } = attempt;
    const { jwt } = model.endpoint;
    if (jwt === null) return ask(attempt);
    const fetched = await tokenFor(model, jwt, limit);
    if ('reason' in fetched) {
      const { reason, detail, from } = fetched;
      return { ...unsent(attempt, reason, detail), ...(from && { tokenEndpoint: from }) };
    }
    const { token } = fetched;
    const carrying = {
      ...model,
      timeoutMs: limit.leftMs(),
      endpoint: { ...model.endpoint, apiKeys: [token] },
    };
    const redact = redactionFor(carrying);
    const result = await ask({ ...attempt, model: carrying, redact });
    const key = keyOf(model, jwt);
    const used = kept.get(key);
    if (used?.token === token && isRefusal(result, clock.wall() - used.since)) kept.delete(key);
    return { ...result, keyIndex: null };
  }

  return { withToken };
}
