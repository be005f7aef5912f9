import type { Clock } from '../domain/clock.js';
import { isObject, parseJson } from '../domain/json.js';
import type { Model } from '../domain/model.js';
import { messageOf } from '../domain/thrown.js';
import { balanceApiFor, type Amount } from './ask/balance-apis.js';
import type { Dialect } from './ask/dialect.js';
import { requestFor } from './ask/request.js';
import type { Redact } from './secrets/redact.js';
import type { Route } from './transport/agents.js';
import { exchange } from './transport/exchange.js';
import type { Shared } from './transport/exchange-limits.js';
import { createTimeLimit, givenUp } from './transport/time-limit.js';

/** What the provider told, or why it told nothing. */
export type BalanceAnswer = readonly Amount[] | { readonly problem: string };

/** Asks for the balance of the account of the key at this position. Resolves within 10 s; never rejects. */
export type AskBalance = (model: Model, key: number, signal: AbortSignal) => Promise<BalanceAnswer>;

const timeoutMs = 10_000;
/** A balance is a few numbers. */
const mostBytes = 64 * 1024;
const longestProblem = 200;

const dialect: Dialect = { ask: () => ({ method: 'GET', path: '', body: null }), read: () => null };

function payloadIn(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length > mostBytes) return {};
  const payload = parseJson(body.toString('utf8'));
  return isObject(payload) ? payload : {};
}

/** Asks on the way of the checks: through their proxy and their TLS settings, with the headers of the model. */
export function createAskBalance(parts: {
  clock: Clock;
  userAgent: string;
  shared: Shared;
  routeFor: (url: URL, endpoint: Model['endpoint']) => Promise<Route>;
  redactionOf: (model: Model) => Redact;
}): AskBalance {
  const { clock, userAgent, shared } = parts;

  async function ask(model: Model, key: number, signal: AbortSignal): Promise<BalanceAnswer> {
    const api = balanceApiFor(model);
    if (api === null) return { problem: `no API for the balance of ${model.provider} is known` };
    const apiKey = model.endpoint.apiKeys[key];
    if (apiKey === undefined || model.missingSecret !== null) return { problem: 'the model has no key' };
    const { hostname } = new URL(model.endpoint.baseUrl);
    let problem = 'no reply';
    const limit = createTimeLimit({ clock, timeoutMs, signal });
    for (const address of api.addresses(model.endpoint.baseUrl)) {
      if (limit.over()) break;
      const asked = { ...model, endpoint: { ...model.endpoint, baseUrl: address } };
      const request = requestFor(asked, dialect, { apiKey, userAgent, now: clock.wall() });
      const route = await limit.within(parts.routeFor(new URL(address), model.endpoint), givenUp);
      if (typeof route === 'string') return { problem: route };
      const { reply, fault } = await exchange(request, {
        route,
        timeoutMs: limit.leftMs(),
        limit,
        clock,
        shared,
      });
      if (reply === null || fault !== null) problem = fault?.detail ?? fault?.reason ?? 'no reply';
      else if (reply.status !== 200) problem = `HTTP ${reply.status}`;
      else {
        const amounts = api.read(payloadIn(reply.body), hostname);
        if (amounts.length > 0) return amounts;
        problem = 'the reply has no balance';
      }
    }
    return { problem };
  }

  return async (model, key, signal) => {
    const redact = parts.redactionOf(model);
    try {
      const answer = await ask(model, key, signal);
      return 'problem' in answer ? { problem: redact(answer.problem, longestProblem) } : answer;
    } catch (error) {
      return { problem: redact(messageOf(error), longestProblem) };
    }
  };
}
