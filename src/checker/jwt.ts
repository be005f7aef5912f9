import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Jwt, Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import type { Agents } from './agents.js';
import { reasonOfStatus } from './classify.js';
import { exchange, type Exchange, type Outgoing } from './exchange.js';
import { unsent, type Attempt } from './finish.js';
import { createRedaction, secretsOf } from './redact.js';
import { tokenIn, type Token } from './token-answer.js';

/** From so many on, those that have ended are swept out before one more is kept. */
const sweepFrom = 1_000;

/** A token, or why there is none; `detail` holds nothing of what was sent or answered. */
export type Fetched =
  | { readonly token: string }
  | { readonly reason: Reason; readonly detail: string; readonly from?: Found['tokenEndpoint'] };

interface Options {
  readonly clock: Clock;
  readonly userAgent: string;
  /** The agent a check of the endpoint at this address would use. */
  readonly agentFor: (url: URL, endpoint: Pick<Model['endpoint'], 'tls' | 'proxy'>) => Promise<Agents>;
}

function outgoing({ method, url, headers, body }: Jwt, userAgent: string): Outgoing {
  const json = body !== null && /^\s*[[{]/.test(body);
  const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
  const all: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent };
  if (body !== null) all['content-type'] = type;
  for (const [name, value] of Object.entries(headers)) all[name.toLowerCase()] = value;
  return { method, url, headers: all, body };
}

function read(
  { reply, fault, phases }: Exchange,
  jwt: Jwt,
  now: number,
): Token | Exclude<Fetched, { token: string }> {
  const from = { machine: new URL(jwt.url).hostname, httpStatus: reply?.status ?? null, phases };
  const failed = (reason: Reason, detail: string) => ({ reason, detail: `token endpoint: ${detail}`, from });
  if (reply === null || (fault !== null && reply.status < 300)) {
    return failed(fault?.reason ?? 'internal_error', fault?.detail ?? 'no reply');
  }
  const { status } = reply;
  if (status >= 300 && status < 400) return failed('redirected', `HTTP ${status}`);
  // What RFC 6749 answers to a client or grant that is not valid is a 400.
  if (status >= 400 && status <= 403) return failed('auth_failed', `HTTP ${status}`);
  if (status >= 400) return failed(reasonOfStatus(status, true), `HTTP ${status}`);
  const token = reply.overLimit ? null : tokenIn(new TextDecoder().decode(reply.body), jwt, now);
  return token ?? failed('malformed_response', 'no token in the answer');
}

const stopped: Fetched = { reason: 'internal_error', detail: 'token endpoint: stopped before it ended' };

/** What `fetching` brings, or that it was stopped. One signal may stand for all checks, so nothing stays on it. */
function unlessAborted(fetching: Promise<Fetched>, signal: AbortSignal): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(stopped);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    fetching.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The tokens that stand in the place of keys: each model's is fetched when it is needed, once at a time, and kept until shortly before its end. */
export function createTokens({ clock, userAgent, agentFor }: Options) {
  const kept = new Map<string, Token>();
  const coming = new Map<string, Promise<Fetched>>();

  /** What a token depends on, so that none outlives its configuration or reaches another model. */
  const keyOf = ({ id, endpoint }: Model, jwt: Jwt): string =>
    JSON.stringify([id, jwt, endpoint.tls, endpoint.proxy]);

  async function fetch(jwt: Jwt, key: string, { endpoint, timeoutMs }: Model): Promise<Fetched> {
    const url = new URL(jwt.url);
    const { serverName, ...tls } = endpoint.tls;
    const same = url.host === new URL(endpoint.baseUrl).host && serverName !== undefined;
    const agent = await agentFor(url, { tls: same ? { ...tls, serverName } : tls, proxy: endpoint.proxy });
    // Not the signal of the check that came first: others may wait for the same token.
    const { signal } = new AbortController();
    const done = await exchange(outgoing(jwt, userAgent), { agent, timeoutMs, signal, clock });
    const now = clock.wall();
    const found = read(done, jwt, now);
    if (!('token' in found)) return found;
    if (kept.size >= sweepFrom) {
      for (const [other, { until }] of kept) if (until <= now) kept.delete(other);
    }
    if (found.until > now) kept.set(key, found);
    return found;
  }

  /** The model's token, fetched unless one is at hand. Resolves as soon as `signal` aborts; rejects like `agentFor`. */
  function tokenFor(model: Model, jwt: Jwt, signal: AbortSignal): Promise<Fetched> {
    const key = keyOf(model, jwt);
    const known = kept.get(key);
    if (known !== undefined && clock.wall() < known.until) return Promise.resolve(known);
    const fetching = coming.get(key) ?? fetch(jwt, key, model).finally(() => coming.delete(key));
    coming.set(key, fetching);
    return unlessAborted(fetching, signal);
  }

  /**
   * Asks with the model's token as its key, in what fetching it left of the deadline; without `jwt` as it is. A token
   * that is refused is forgotten, so that the next check fetches another.
   */
  async function withToken(
    attempt: Attempt,
    signal: AbortSignal,
    ask: (attempt: Attempt) => Promise<Found>,
  ): Promise<Found> {
    const { model } = attempt;
    const { jwt } = model.endpoint;
    if (jwt === null) return ask(attempt);
    const began = clock.monotonic();
    const fetched = await tokenFor(model, jwt, signal);
    if ('reason' in fetched) {
      const { reason, detail, from } = fetched;
      return { ...unsent(attempt, reason, detail), ...(from && { tokenEndpoint: from }) };
    }
    const { token } = fetched;
    const timeoutMs = Math.max(1, Math.ceil(model.timeoutMs - (clock.monotonic() - began)));
    const carrying = { ...model, timeoutMs, endpoint: { ...model.endpoint, apiKeys: [token] } };
    const redact = createRedaction(secretsOf(carrying));
    const result = await ask({ ...attempt, model: carrying, redact });
    const key = keyOf(model, jwt);
    const refused = result.httpStatus === 401 || result.reason === 'auth_failed';
    if (refused && kept.get(key)?.token === token) kept.delete(key);
    return { ...result, keyIndex: null };
  }

  return { withToken };
}
