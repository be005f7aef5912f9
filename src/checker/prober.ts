import type { LookupFunction } from 'node:net';
import type { Check } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { CheckResult } from '../domain/result.js';
import { createAgents } from './agents.js';
import { TlsFileError } from './authorities.js';
import type { Dialect } from './dialect.js';
import { dialectFor } from './dialects.js';
import { exchange, type Exchange, type Outgoing } from './exchange.js';
import { createExpectations } from './expectation.js';
import { finish, unsent, type Attempt } from './finish.js';
import { judge, verdict, type Verdict } from './judge.js';
import { createLookup } from './lookup.js';
import { createRedaction, secretsOf } from './redact.js';

export interface ProberOptions {
  readonly clock: Clock;
  readonly userAgent: string;
  /** False opens a connection for each check, so that look-up, TLS and certificate are tested each time. */
  readonly reuseConnections: boolean;
  readonly lookup?: LookupFunction;
  /** Where HTTPS_PROXY, HTTP_PROXY, NO_PROXY, SSL_CERT_FILE and NODE_EXTRA_CA_CERTS are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

function outgoing(model: Model, dialect: Dialect, apiKey: string | null, userAgent: string): Outgoing {
  const { endpoint } = model;
  const { method, path, body } = dialect.ask(model);
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent };
  if (body !== null) headers['content-type'] = 'application/json';
  if (apiKey !== null) headers[endpoint.auth.headerName.toLowerCase()] = endpoint.auth.prefix + apiKey;
  for (const [name, value] of Object.entries(endpoint.headers)) headers[name.toLowerCase()] = value;
  return { method, url: endpoint.baseUrl + path, headers, body: body === null ? null : JSON.stringify(body) };
}

/** The builtin check: asks the model's provider in its own dialect. */
export function createProber({
  clock,
  userAgent,
  reuseConnections,
  lookup,
  env = process.env,
}: ProberOptions) {
  const agents = createAgents({ lookup: lookup ?? createLookup(), reuseConnections, env });
  const meets = createExpectations();
  const turns = new Map<string, number>();

  /** Position of the key whose turn it is; null without keys. */
  function nextKey({ id, endpoint }: Model): number | null {
    const count = endpoint.apiKeys.length;
    if (count === 0) return null;
    const turn = (turns.get(id) ?? 0) % count;
    turns.set(id, turn + 1);
    return turn;
  }

  function decide({ reply, fault }: Exchange, model: Model, dialect: Dialect): Verdict {
    // Of a refusal the status is enough, even with a body that cannot be read.
    const readable = fault === null || (fault.reason === 'malformed_response' && (reply?.status ?? 0) >= 300);
    if (reply !== null && readable) return judge(reply, model, dialect, meets);
    return verdict(fault?.reason ?? 'internal_error', fault?.detail ?? null);
  }

  async function ask(attempt: Attempt, dialect: Dialect, signal: AbortSignal): Promise<CheckResult> {
    const { model } = attempt;
    const url = new URL(model.endpoint.baseUrl);
    const agent = await agents.agentFor(url, model.endpoint);
    const keyIndex = nextKey(model);
    const apiKey = keyIndex === null ? null : (model.endpoint.apiKeys[keyIndex] ?? null);
    const request = outgoing(model, dialect, apiKey, userAgent);
    const done = await exchange(request, { agent, timeoutMs: model.timeoutMs, signal, clock });
    return { ...finish(attempt, done, decide(done, model, dialect), clock), keyIndex };
  }

  const check: Check = async (model, signal) => {
    const attempt = { model, startedAt: clock.wall(), redact: createRedaction(secretsOf(model)) };
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
      return await ask(attempt, dialect, signal);
    } catch (error) {
      if (error instanceof TlsFileError) return unsent(attempt, 'secret_missing', error.message);
      return unsent(attempt, 'internal_error', error instanceof Error ? error.message : 'unknown');
    }
  };

  return { check, close: agents.close };
}
