import type { LookupFunction } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '../domain/clock.js';
import type { Endpoint } from '../domain/model.js';
import { createAgents } from './transport/agents.js';
import { createAuthorities } from './transport/authorities.js';
import { exchange, type Outgoing } from './transport/exchange.js';
import { createShared } from './transport/exchange-limits.js';
import { createLookup } from './transport/lookup.js';
import { retryAfterMs } from './transport/retry-after.js';
import { createTimeLimit, givenUp } from './transport/time-limit.js';

/** How a request to a receiver ended. */
export type Delivered =
  | { readonly status: number; readonly retryAfterMs: number | null }
  /** There is no reply. */
  | { readonly fault: string };

/** How a receiver is reached. */
export type Way = Pick<Endpoint, 'tls' | 'proxy'>;

/** What connecting by TLS takes. */
export type TlsOptions = Pick<ConnectionOptions, 'secureContext' | 'servername' | 'rejectUnauthorized'>;

export interface Delivery {
  /** Sends one request; never rejects. Redirects are not followed, and a reply is read up to its limit. */
  send(outgoing: Outgoing, way: Way, signal: AbortSignal): Promise<Delivered>;
  /** TLS for what is no request of HTTP; rejects with a TlsFileError where a file cannot be used. */
  tlsFor(tls: Way['tls']): Promise<TlsOptions>;
  close(): void;
}

/**
 * Creates the sender of requests that are no checks: the same agents, proxies and authorities, and turns and memory of their own, so
 * that no reply to them holds up a check.
 */
export function createDelivery(parts: {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly lookup?: LookupFunction;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): Delivery {
  const { clock, userAgent, timeoutMs, lookup = createLookup(), env = process.env } = parts;
  const shared = createShared();
  const agents = createAgents({ lookup, reuseConnections: false, env, turns: shared.tls });
  const authorities = createAuthorities(env);
  return {
    async tlsFor(tls) {
      const secureContext = await authorities.contextFor(tls);
      const { serverName: servername, insecure } = tls;
      return {
        secureContext,
        rejectUnauthorized: !insecure,
        ...(servername !== undefined && { servername }),
      };
    },
    async send(outgoing, way, signal) {
      const limit = createTimeLimit({ clock, timeoutMs, signal });
      try {
        const opening = agents.routeFor(new URL(outgoing.url), way);
        const route = await limit.within(opening, givenUp);
        if (typeof route === 'string') return { fault: route };
        const headers = { 'user-agent': userAgent, ...outgoing.headers };
        const { reply, fault } = await exchange(
          { ...outgoing, headers },
          { route, timeoutMs: limit.leftMs(), limit, clock, shared },
        );
        if (reply === null) return { fault: fault?.detail ?? 'no reply' };
        return { status: reply.status, retryAfterMs: retryAfterMs(reply, clock.wall()) };
      } catch (error) {
        return { fault: error instanceof Error ? error.message : String(error) };
      }
    },
    close: agents.close,
  };
}
