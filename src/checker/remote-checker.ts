import type { LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { withoutTrailingSlashes } from '../domain/address.js';
import type { Check } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import { memberOf } from '../domain/json.js';
import type { Model } from '../domain/model.js';
import { reasonTable, type Reason } from '../domain/reason.js';
import type { CheckResult } from '../domain/result.js';
import {
  modelHealthPath,
  modelHealthReply,
  type ModelHealthReply,
  type ModelHealthRequest,
} from '../wire/model-health.js';
import { createAgents } from './transport/agents.js';
import { exchange, type Exchange, type Outgoing, type Reply } from './transport/exchange.js';
import { createShared, type Shared } from './transport/exchange-limits.js';
import { finish, unsent, type TimedAttempt } from './verdict/finish.js';
import { verdict, type Verdict } from './verdict/judge.js';
import { jsonOrText } from './verdict/json-or-text.js';
import { createLookup } from './transport/lookup.js';
import { secretWords } from '../config/read/references.js';
import { secretsOf, secretsOfProxies, secretsOfQuery } from './secrets/model-secrets.js';
import { createRedaction } from './secrets/redact.js';
import { createTimeLimit, givenUp } from './transport/time-limit.js';

interface RemoteOptions {
  readonly clock: Clock;
  readonly userAgent: string;
  /** URL with or without the path of the health API. */
  readonly url: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
  readonly reuseConnections?: boolean;
  /** Called when a request is sent again because its idle connection was closed. */
  readonly retried?: () => void;
  readonly lookup?: LookupFunction;
  /** Shared with other probers; its own unless set. */
  readonly shared?: Shared;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

function addressOf(url: string): string {
  const bare = withoutTrailingSlashes(url);
  return bare.endsWith('/model-health') ? bare : bare + modelHealthPath;
}

/** The reason in `details` if it is consistent with the status; otherwise the default of the status. */
function reasonOf({ status, details }: ModelHealthReply): Reason {
  const said = details?.reason ?? '';
  if (Object.hasOwn(reasonTable, said)) {
    const reason = said as Reason;
    const good = reasonTable[reason].outcome === 'healthy' || reasonTable[reason].outcome === 'degraded';
    if (good === (status === 'healthy')) return reason;
  }
  return status === 'healthy' ? 'ok' : 'reported_unhealthy';
}

function understood(answer: ModelHealthReply): Verdict {
  const reason = reasonOf(answer);
  const { details, data } = answer;
  const usage = details?.usage;
  return {
    reason,
    detail: reason === 'ok' ? null : ([answer.error, answer.message].find(Boolean) ?? null),
    response: data?.response ?? null,
    responseModel: details?.response_model ?? null,
    fingerprint: null,
    usage: usage ? { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } : null,
  };
}

const parsed = (reply: Reply): unknown => jsonOrText(new TextDecoder().decode(reply.body));

const failed = (detail: string) => ({ found: verdict('health_api_error', detail), firstTokenMs: null });

function decide({ reply, fault }: Exchange): {
  readonly found: Verdict;
  readonly firstTokenMs: number | null;
} {
  if (reply === null || fault !== null) return failed(`health API: ${fault?.detail ?? 'no reply'}`);
  if (reply.status < 200 || reply.status > 299) {
    const body = parsed(reply) as { readonly message?: unknown } | null | undefined;
    const message = typeof body?.message === 'string' ? `: ${body.message}` : '';
    return failed(`health API: HTTP ${reply.status}${message}`);
  }
  const answer = modelHealthReply.safeParse(parsed(reply));
  if (!answer.success || reply.overLimit)
    return failed('health API: an answer without a status that is healthy or unhealthy');
  const seconds = answer.data.details?.first_token_seconds ?? null;
  return { found: understood(answer.data), firstTokenMs: seconds === null ? null : seconds * 1_000 };
}

/** True where a health API of this kind had no place for the check: it neither ran nor failed. */
function isBusy({ reply }: Exchange): boolean {
  if (reply?.status !== 503 || reply.body.length > longestRefusal) return false;
  return memberOf(parsed(reply), 'code') === 'busy';
}

/** Most bytes of such an answer. */
const longestRefusal = 4_096;
/** Least and most ms before a busy health API is asked again. */
const againAfterMs = [250, 750] as const;
/** Least ms that a check needs: with less left the answer of the busy API stands. */
const checkMs = 1_000;

/** Creates the check through a remote health API; failures of that API do not count as failures of the model. */
export function createRemoteChecker(options: RemoteOptions) {
  const {
    clock,
    userAgent,
    apiKey,
    timeoutMs,
    env = process.env,
    reuseConnections = false,
    shared = createShared(),
  } = options;
  const agents = createAgents({
    lookup: options.lookup ?? createLookup(),
    reuseConnections,
    env,
    turns: shared.tls,
    ...(options.retried && { retried: options.retried }),
  });
  const url = addressOf(options.url);
  const own = [apiKey, ...secretWords(url), ...secretsOfQuery(url), ...secretsOfProxies(env)];

  function outgoing(model: Model): Outgoing {
    const body: ModelHealthRequest = { endpoint_configuration: { ...model.endpointConfiguration } };
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': userAgent,
      apikey: apiKey,
    };
    return { method: 'POST', url, headers, body: JSON.stringify(body) };
  }

  async function ask(attempt: TimedAttempt, withinMs: number): Promise<CheckResult> {
    const { limit } = attempt;
    const opening = agents.routeFor(new URL(url), { tls: { insecure: false }, proxy: null });
    const route = await limit.within(opening, givenUp);
    if (typeof route === 'string')
      return unsent(attempt, 'internal_error', `the system's authorities: ${route}`);
    let done = await exchange(outgoing(attempt.model), { route, timeoutMs: withinMs, limit, clock, shared });
    while (isBusy(done)) {
      const [least, most] = againAfterMs;
      const waitMs = least + Math.random() * (most - least);
      if (limit.leftMs() < waitMs + checkMs) break;
      await limit.within(pause(waitMs, undefined, { ref: false }), () => undefined);
      if (limit.over()) break;
      done = await exchange(outgoing(attempt.model), { route, timeoutMs: withinMs, limit, clock, shared });
    }
    const { found, firstTokenMs } = isBusy(done)
      ? failed('the health API had no free place for this check in time')
      : decide(done);
    // The health API tells nothing else of the stream.
    const speed = { firstTextMs: null, firstReasoningMs: null, contentMs: null, gapMs: null };
    return { ...finish(attempt, done, found, clock), firstTokenMs, ...(firstTokenMs !== null && { speed }) };
  }

  const check: Check = async (model, signal) => {
    const withinMs = Math.min(timeoutMs, model.timeoutMs);
    const limit = createTimeLimit({ clock, timeoutMs: withinMs, signal });
    const redact = createRedaction([...own, ...secretsOf(model)]);
    const attempt = { model, startedAt: clock.wall(), redact, limit };
    if (model.missingSecret !== null) return unsent(attempt, 'secret_missing', model.missingSecret);
    try {
      return await ask(attempt, withinMs);
    } catch (error) {
      return unsent(attempt, 'internal_error', error instanceof Error ? error.message : 'unknown');
    }
  };

  return { check, close: agents.close };
}
