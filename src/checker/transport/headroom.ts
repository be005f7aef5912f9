import type { IncomingHttpHeaders } from 'node:http';
import { tighter, type Headroom, type Limit, type LimitKind } from '../../domain/headroom.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { remainingKind, remainingName, single, untilMs } from './retry-after.js';

/** Longest time to a reset that is believed. */
const longestMs = 366 * dayMs;
/** Most that a limit is believed to be. */
const mostCount = 1e12;
/** How long a figure holds whose reset is not told. */
const withoutResetMs = hourMs;
/** Headers that are read at most; a reply has few. */
const mostHeaders = 64;
/** Longest value of a structured header. */
const longestValue = 1_024;

const countIn = (value: string | null): number | null =>
  value !== null && /^\d{1,13}(?:\.\d{1,9})?$/.test(value) && Number(value) <= mostCount
    ? Number(value)
    : null;

function limitOf(
  limit: number | null,
  remaining: number | null,
  reset: string | null,
  now: number,
): Limit | null {
  if (limit === null || remaining === null || limit <= 0) return null;
  const wait = reset === null ? null : untilMs(reset, now);
  const resetAt = wait === null || wait > longestMs ? null : Math.ceil(now + wait);
  return { limit, remaining: Math.min(remaining, limit), resetAt, until: resetAt ?? now + withoutResetMs };
}

/** `x-ratelimit-limit-requests`, `anthropic-ratelimit-tokens-limit`, `ratelimit-limit`: a header for each figure. */
function* separate(headers: IncomingHttpHeaders, now: number): Generator<[LimitKind, Limit]> {
  const names = Object.keys(headers).filter((name) => remainingName.test(name));
  for (const name of names.slice(0, mostHeaders)) {
    const kind = remainingKind(name);
    const figure = (part: string): string | null => single(headers, name.replace('remaining', part));
    // Draft 03 of the IETF puts windows behind the limit: `100, 100;w=60`.
    const [limit = ''] = (figure('limit') ?? '').slice(0, longestValue).split(/[,;]/, 1);
    const found = limitOf(countIn(limit.trim()), countIn(figure('remaining')), figure('reset'), now);
    if (kind !== null && found !== null) yield [kind, found];
  }
}

/** The parameters of an item such as `"default";r=50;t=30` or `limit=100, remaining=50, reset=5`. */
function parametersIn(text: string): Map<string, string> {
  const parts = text.slice(0, longestValue).split(/[;,]/).slice(0, mostHeaders);
  return new Map(
    parts.map((part): [string, string] => {
      const at = part.indexOf('=');
      return at === -1
        ? ['name', part.trim()]
        : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
}

const itemsOf = (text: string | null): Map<string, string>[] =>
  text === null
    ? []
    : text
        .slice(0, longestValue)
        .split(/,(?=\s*")/)
        .map(parametersIn);

const kindOfPolicy = (policy: ReadonlyMap<string, string> | undefined, name: string): LimitKind =>
  /token/i.test(`${policy?.get('qu') ?? ''} ${name}`) ? 'tokens' : 'requests';

/** The header `RateLimit` of the IETF's drafts: with its limit, and later with a policy in another header. */
function* joint(headers: IncomingHttpHeaders, now: number): Generator<[LimitKind, Limit]> {
  const policies = new Map(
    itemsOf(single(headers, 'ratelimit-policy')).map((policy) => [policy.get('name') ?? '', policy]),
  );
  for (const item of itemsOf(single(headers, 'ratelimit')).slice(0, mostHeaders)) {
    const name = item.get('name') ?? '';
    const policy = policies.get(name);
    const limit = item.get('limit') ?? policy?.get('q') ?? null;
    const remaining = item.get('remaining') ?? item.get('r') ?? null;
    const reset = item.get('reset') ?? item.get('t') ?? null;
    const found = limitOf(countIn(limit), countIn(remaining), reset, now);
    if (found !== null) yield [kindOfPolicy(policy, name), found];
  }
}

/** What is left of the provider's limits of requests and tokens; of several periods the one with the least left. */
export function readHeadroom(headers: IncomingHttpHeaders, now: number): Headroom {
  const left: { requests?: Limit; tokens?: Limit } = {};
  for (const read of [separate, joint])
    for (const [kind, limit] of read(headers, now)) left[kind] = tighter(left[kind], limit);
  return left;
}
