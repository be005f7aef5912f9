import type { LookupFunction } from 'node:net';
import type { Ask, Found } from '../domain/check.js';
import { challengeQuery, type Challenge } from '../domain/challenge.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import { BlockedAddressError, createGuard, type GuardTerms } from './transport/address-guard.js';
import { createAskBalance } from './balance.js';
import { createAgents } from './transport/agents.js';
import { TlsFileError } from './transport/authorities.js';
import type { Dialect } from './ask/dialect.js';
import { dialectFor } from './ask/dialects.js';
import { exchange, type Exchange } from './transport/exchange.js';
import { createShared, type Shared } from './transport/exchange-limits.js';
import { createExpectations } from './verdict/expectation.js';
import { finish, unsent, type TimedAttempt } from './verdict/finish.js';
import { judge, judgeExtracted, verdict, type Judging, type Verdict } from './verdict/judge.js';
import { createJq } from './verdict/jq.js';
import { withProxy } from './verdict/proxy-page.js';
import { createTokens } from './secrets/jwt.js';
import { createLookup } from './transport/lookup.js';
import { secretsOf, secretsOfProxies } from './secrets/model-secrets.js';
import { createRedaction, type Redact } from './secrets/redact.js';
import { requestFor } from './ask/request.js';
import { createReplays } from './verdict/replays.js';
import { readStream } from './verdict/stream-reading.js';
import { createTimeLimit, givenUp, type TimeLimit } from './transport/time-limit.js';

export interface ProberOptions {
  readonly clock: Clock;
  readonly userAgent: string;
  /** False opens a connection for each check, so that look-up, TLS and certificate are tested each time. */
  readonly reuseConnections: boolean;
  /** Called when a request is sent again because its idle connection was closed. */
  readonly retried?: () => void;
  readonly lookup?: LookupFunction;
  /** Address guard, for models not written by the operator; null allows all addresses. */
  readonly guard?: GuardTerms | null;
  /** False fetches a token for each check, and remembers no replies, for models not written by the operator. */
  readonly keepTokens?: boolean;
  /** Shared with other probers; its own unless set. */
  readonly shared?: Shared;
  /** Source of HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE and NODE_EXTRA_CA_CERTS. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** One question of a model. */
interface Posed {
  /** Null for a question of the configuration. */
  readonly challenge: Challenge | null;
  /** Compares the verdict with earlier replies. */
  readonly compare: (found: Verdict, startedAt: number) => Verdict;
}

/** Faults after which a refusal still tells by its status what is wrong. */
const unreadable: ReadonlySet<Reason> = new Set(['malformed_response', 'connection_lost', 'timeout']);

/** Creates the builtin check, which sends a request in the dialect of the model's provider. */
export function createProber({
  clock,
  userAgent,
  reuseConnections,
  retried,
  lookup = createLookup(),
  guard = null,
  keepTokens = guard === null,
  shared = createShared(),
  env = process.env,
}: ProberOptions) {
  const guarded = guard === null ? { lookup } : createGuard(guard, lookup);
  const agents = createAgents({
    ...guarded,
    reuseConnections,
    env,
    turns: shared.tls,
    ...(retried && { retried }),
  });
  const meets = createExpectations();
  const jq = createJq();
  const replays = createReplays();
  const ofProxies = secretsOfProxies(env);
  const redactionFor = (model: Model): Redact => createRedaction([...secretsOf(model), ...ofProxies]);
  const tokens = createTokens({
    clock,
    userAgent,
    routeFor: agents.routeFor,
    redactionFor,
    shared,
    keep: keepTokens,
  });
  /** Redactions of models, as long as these live. */
  const redactions = new WeakMap<Model, Redact>();
  /** Next position in each list of keys; weak, so that it lives as long as the list. */
  const keyTurns = new WeakMap<readonly string[], number>();

  function redactionOf(model: Model): Redact {
    const redact = redactions.get(model) ?? redactionFor(model);
    redactions.set(model, redact);
    return redact;
  }

  /** Position of the next key in rotation; null without keys. */
  function nextKey({ endpoint: { apiKeys } }: Model): number | null {
    if (apiKeys.length === 0) return null;
    const turn = (keyTurns.get(apiKeys) ?? 0) % apiKeys.length;
    keyTurns.set(apiKeys, turn + 1);
    return turn;
  }

  /** Takes time only where a program reads the reply. */
  function decide(
    { reply, fault }: Exchange,
    judging: Judging,
    limit: TimeLimit,
  ): Verdict | Promise<Verdict> {
    // A refusal is judged by its status and the part of its body that came; a stream by the part before its end.
    const readable =
      fault === null ||
      (unreadable.has(fault.reason) && (reply?.status ?? 0) >= 300) ||
      judging.reading?.ended === true;
    if (reply === null || !readable) return verdict(fault?.reason ?? 'internal_error', fault?.detail ?? null);
    if (reply.status < 200 || reply.status > 599)
      return verdict('malformed_response', `HTTP status ${reply.status}`);
    const machine = new URL(judging.model.endpoint.baseUrl).host;
    return judging.dialect.extract === undefined
      ? judge(reply, judging)
      : judgeExtracted(reply, judging, (program, json) => jq.run(program, json, limit, machine));
  }

  async function ask(
    attempt: TimedAttempt,
    dialect: Dialect,
    { challenge, compare }: Posed,
    key: number | undefined,
  ): Promise<Found> {
    const { model, limit } = attempt;
    const { timeoutMs } = model;
    const keyIndex = key ?? nextKey(model);
    const apiKey = keyIndex === null ? null : (model.endpoint.apiKeys[keyIndex] ?? null);
    const fresh = challenge !== null;
    const request = requestFor(model, dialect, { apiKey, userAgent, now: clock.wall(), fresh });
    const route = await limit.within(agents.routeFor(new URL(request.url), model.endpoint), givenUp);
    if (typeof route === 'string') return unsent(attempt, 'internal_error', `the files of tls: ${route}`);
    const reading = dialect.stream === undefined ? null : readStream(dialect.stream);
    const done = await exchange(request, { route, timeoutMs, limit, clock, reading, shared });
    const decided = decide(done, { model, dialect, meets, challenge, reading }, limit);
    const notRead = (why: 'overdue' | 'stopped') =>
      verdict('internal_error', `the reply was not read: ${givenUp(why)}`);
    const judged = decided instanceof Promise ? await limit.within(decided, notRead) : decided;
    const found = withProxy(compare(judged, attempt.startedAt), done.reply, route.proxy);
    const { intercepted } = done;
    return { ...finish(attempt, done, found, clock), keyIndex, ...(intercepted && { intercepted }) };
  }

  const check: Ask = async (model, signal, key) => {
    const limit = createTimeLimit({ clock, timeoutMs: model.timeoutMs, signal });
    const challenge = model.query === challengeQuery ? replays.next(model) : null;
    const compare: Posed['compare'] = (found, startedAt) =>
      keepTokens ? replays.judge(model, found, challenge, startedAt) : found;
    const posed = { challenge, compare };
    const asked = challenge === null ? model : { ...model, query: challenge.question };
    const attempt = { model: asked, startedAt: clock.wall(), redact: redactionOf(model), limit };
    if (model.missingSecret !== null) return unsent(attempt, 'secret_missing', model.missingSecret);
    const dialect = dialectFor(model.provider, model.probe);
    if (dialect === null) {
      return unsent(
        attempt,
        'probe_unsupported',
        `${model.provider} cannot be asked with the probe ${model.probe}`,
      );
    }
    try {
      return await tokens.withToken(attempt, (carrying) => ask(carrying, dialect, posed, key));
    } catch (error) {
      if (error instanceof BlockedAddressError) return unsent(attempt, 'blocked_address', error.message);
      if (error instanceof TlsFileError) return unsent(attempt, 'secret_missing', error.message);
      return unsent(attempt, 'internal_error', error instanceof Error ? error.message : 'unknown');
    }
  };

  const askBalance = createAskBalance({ clock, userAgent, shared, routeFor: agents.routeFor, redactionOf });

  return {
    check,
    askBalance,
    close(): void {
      agents.close();
      jq.close();
    },
  };
}
