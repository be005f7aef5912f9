import type { Clock } from '../domain/clock.js';
import { createAgents } from './transport/agents.js';
import { exchange, type Outgoing } from './transport/exchange.js';
import { bodyLimit, createShared } from './transport/exchange-limits.js';
import { createLookup } from './transport/lookup.js';
import { createTimeLimit, givenUp } from './transport/time-limit.js';

/** What a server answers to a request that is no check. */
export type Fetched =
  | { readonly status: number; readonly body: string; readonly cut: boolean }
  /** There is no reply. */
  | { readonly fault: string };

export interface Listing {
  /** Sends one request; never rejects. Redirects are not followed, and a body is read up to 1 MiB. */
  ask(outgoing: Outgoing): Promise<Fetched>;
  close(): void;
}

/** Creates the reader of lists of models: the way of the checks, with one deadline for all requests. */
export function createListing(parts: {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly insecure: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Listing {
  const { clock, userAgent, timeoutMs, insecure, env = process.env } = parts;
  const shared = createShared();
  const agents = createAgents({ lookup: createLookup(), reuseConnections: false, env, turns: shared.tls });
  const limit = createTimeLimit({ clock, timeoutMs, signal: new AbortController().signal });
  return {
    async ask(outgoing) {
      try {
        const way = { tls: { insecure }, proxy: null };
        const route = await limit.within(agents.routeFor(new URL(outgoing.url), way), givenUp);
        if (typeof route === 'string') return { fault: route };
        if (limit.over()) return { fault: 'not done in time' };
        const headers = { 'user-agent': userAgent, accept: 'application/json', ...outgoing.headers };
        const { reply, fault } = await exchange(
          { ...outgoing, headers },
          { route, timeoutMs: limit.leftMs(), limit, clock, shared },
        );
        if (reply === null) return { fault: fault?.detail ?? 'no reply' };
        const cut = reply.overLimit || fault !== null || reply.body.length > bodyLimit;
        return { status: reply.status, body: reply.body.toString('utf8'), cut };
      } catch (error) {
        return { fault: error instanceof Error ? error.message : String(error) };
      }
    },
    close: agents.close,
  };
}
