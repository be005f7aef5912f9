import type { LookupFunction } from 'node:net';
import type { Clock } from '../../domain/clock.js';
import { messageOf } from '../../domain/thrown.js';
import type { Way } from '../delivery.js';
import { createAgents } from '../transport/agents.js';
import { exchange } from '../transport/exchange.js';
import { createShared } from '../transport/exchange-limits.js';
import { createLookup } from '../transport/lookup.js';
import { createTimeLimit, givenUp } from '../transport/time-limit.js';

/** What a server said of the version of a page; sent back to ask whether it has another one. */
export interface PageVersion {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** How the reading of a page ended. */
export type PageRead =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'page';
      readonly text: string;
      /** There is more than what was read. */
      readonly isCut: boolean;
      readonly version: PageVersion;
    }
  | { readonly kind: 'failed'; readonly detail: string };

export interface PageReader {
  /** Reads up to 1 MiB of a page; never rejects. Redirects are followed on the same host only. */
  read(url: string, known: PageVersion | null, way: Way, signal: AbortSignal): Promise<PageRead>;
  close(): void;
}

const mostRedirects = 3;
const longestVersion = 1_000;

const headerText = (value: string | undefined): string | null =>
  value === undefined || value.length > longestVersion || !/^[\t\x20-\x7e\x80-\xff]+$/.test(value)
    ? null
    : value;

/** The address of a redirect on the same host; null of another one. */
function movedTo(location: string | undefined, from: string): string | null {
  if (location === undefined || location.length > 2_048 || !URL.canParse(location, from)) return null;
  const [before, next] = [new URL(from), new URL(location, from)];
  return next.origin === before.origin && next.username === '' && next.password === '' ? next.href : null;
}

/** Creates a reader of pages with turns, memory and connections of its own: no page holds up a check. It sends no credentials. */
export function createPageReader(parts: {
  readonly clock: Clock;
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly lookup?: LookupFunction;
  readonly env?: Readonly<Record<string, string | undefined>>;
}): PageReader {
  const { clock, userAgent, timeoutMs, lookup = createLookup(), env = process.env } = parts;
  const shared = createShared();
  const agents = createAgents({ lookup, reuseConnections: false, env, turns: shared.tls });

  async function attempt(
    url: string,
    known: PageVersion | null,
    way: Way,
    signal: AbortSignal,
  ): Promise<PageRead> {
    const limit = createTimeLimit({ clock, timeoutMs, signal });
    const headers = {
      'user-agent': userAgent,
      accept: 'application/json, application/rss+xml, application/atom+xml, application/xml, text/xml',
      ...(typeof known?.etag === 'string' && { 'if-none-match': known.etag }),
      ...(typeof known?.lastModified === 'string' && { 'if-modified-since': known.lastModified }),
    };
    let at = url;
    for (let hops = 0; hops <= mostRedirects; hops += 1) {
      const route = await limit.within(agents.routeFor(new URL(at), way), givenUp);
      if (typeof route === 'string') return { kind: 'failed', detail: route };
      const { reply, fault } = await exchange(
        { method: 'GET', url: at, headers, body: null },
        { route, timeoutMs: limit.leftMs(), limit, clock, shared },
      );
      if (reply === null || fault !== null)
        return { kind: 'failed', detail: fault?.detail ?? 'there is no reply' };
      const { status, headers: said, body, overLimit } = reply;
      if (status === 304 && known !== null) return { kind: 'unchanged' };
      if (status >= 300 && status < 400) {
        const next = movedTo(said.location, at);
        if (next === null) return { kind: 'failed', detail: `HTTP ${status} to another host` };
        at = next;
        continue;
      }
      if (status !== 200) return { kind: 'failed', detail: `HTTP ${status}` };
      const version = { etag: headerText(said.etag), lastModified: headerText(said['last-modified']) };
      return { kind: 'page', text: body.toString('utf8').replace(/^\ufeff/, ''), isCut: overLimit, version };
    }
    return { kind: 'failed', detail: `over ${mostRedirects} redirects` };
  }

  return {
    async read(...asked) {
      try {
        return await attempt(...asked);
      } catch (error) {
        return { kind: 'failed', detail: messageOf(error) };
      }
    },
    close: agents.close,
  };
}
