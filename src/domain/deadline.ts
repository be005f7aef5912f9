import type { Announced } from './announced.js';
import { dayMs } from './period.js';

/**
 * What ends: an API key, a client certificate of ours, the certificate of the endpoint, the model at its provider, and the
 * address of the API.
 */
export const deadlineKinds = ['key', 'client_certificate', 'certificate', 'retirement', 'sunset'] as const;
export type DeadlineKind = (typeof deadlineKinds)[number];

/**
 * Where its time stands: in the configuration, in a token (`exp`), in the file of a certificate, in the list of published
 * retirements, in the connection or in the headers of a reply.
 */
export const deadlineSources = ['configuration', 'token', 'file', 'list', 'connection', 'reply'] as const;
export type DeadlineSource = (typeof deadlineSources)[number];

/** A time at which something that a model needs ends. */
export interface Deadline {
  readonly kind: DeadlineKind;
  /** Unix ms. */
  readonly at: number;
  readonly source: DeadlineSource;
  /** Position of the key, from 1; null for other kinds, and for the only key. */
  readonly key: number | null;
  /** The vendor's page, for the list; else null. */
  readonly url: string | null;
}

/** The known part of a model: as configured, where it still is, and what its replies told. */
export interface DeadlineFacts {
  readonly model: { readonly deadlines?: readonly Deadline[] } | null;
  readonly certificateExpiresAt: number | null;
  readonly announced: Announced | null;
}

/** All deadlines of a model, the soonest first. */
export function deadlinesOf({ model, certificateExpiresAt, announced }: DeadlineFacts): Deadline[] {
  const found: Deadline[] = [...(model?.deadlines ?? [])];
  const add = (kind: DeadlineKind, at: number | null, source: DeadlineSource): void => {
    if (at !== null) found.push({ kind, at, source, key: null, url: null });
  };
  add('certificate', certificateExpiresAt, 'connection');
  add('sunset', announced?.sunsetAt ?? null, 'reply');
  return found.sort((a, b) => a.at - b.at);
}

/** Days before the end at which it is told: what takes a migration is told earlier. */
const toldDays: Readonly<Record<DeadlineKind, number>> = {
  key: 30,
  client_certificate: 30,
  // Many renew themselves each 60 or 90 days, some weeks before the end.
  certificate: 14,
  retirement: 90,
  sunset: 90,
};

/** Days before any end from which it is urgent. */
const urgentDays = 7;

/** What is to be told of a deadline at `now`; `far` is nothing yet. */
export function urgencyOf({ kind, at }: Deadline, now: number): 'far' | 'ahead' | 'urgent' | 'over' {
  if (at <= now) return 'over';
  if (at - now <= urgentDays * dayMs) return 'urgent';
  return at - now <= toldDays[kind] * dayMs ? 'ahead' : 'far';
}

/** Those of which something is to be told at `now`. */
export const toldDeadlines = (deadlines: readonly Deadline[], now: number): Deadline[] =>
  deadlines.filter((deadline) => urgencyOf(deadline, now) !== 'far');

const subjects: Readonly<Record<DeadlineKind, { readonly ends: string; readonly ended: string }>> = {
  key: { ends: 'the API key expires', ended: 'the API key expired' },
  client_certificate: { ends: 'the client certificate expires', ended: 'the client certificate expired' },
  certificate: {
    ends: 'the certificate of the endpoint expires',
    ended: 'the certificate of the endpoint expired',
  },
  retirement: { ends: 'the provider retires the model', ended: 'the provider retired the model' },
  sunset: { ends: 'the provider shuts the address down', ended: 'the provider shut the address down' },
};

const dayCount = (count: number): string => `${count} day${count === 1 ? '' : 's'}`;

/** `API key 2 expires in 6 days, on 2026-12-06`; days are whole ones, rounded down. */
export function deadlineText({ kind, at, key }: Deadline, now: number): string {
  const day = new Date(at).toISOString().slice(0, 10);
  const { ends, ended } = subjects[kind];
  const named = (text: string): string =>
    key === null ? text : text.replace('the API key', `API key ${key}`);
  if (at <= now) return `${named(ended)} on ${day}`;
  const days = Math.floor((at - now) / dayMs);
  return `${named(ends)} ${days === 0 ? 'within a day' : `in ${dayCount(days)}`}, on ${day}`;
}
