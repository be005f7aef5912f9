import { dayMs, hourMs } from '../domain/period.js';
import { outboxKeptMs } from './outbox-port.js';
import type { Horizons } from './window.js';

/** How long each kind of history is kept, in ms. */
export interface Retention {
  readonly checksMs: number;
  readonly failuresMs: number;
  readonly hoursMs: number;
  readonly daysMs: number;
}

export interface Limits extends Horizons {
  /** Details of results that are not healthy are dropped before this. */
  readonly details: number;
  /** Results that are not healthy are dropped before this. */
  readonly failures: number;
  /** Notices, and messages that ended, are dropped before this. */
  readonly outbox: number;
}

/**
 * Limits of retention at `now`, in whole hours and days, so that every dropped unit is complete in the next level. A
 * coarser level is kept at least as long as a finer one.
 */
export function limitsAt(now: number, { checksMs, failuresMs, hoursMs, daysMs }: Retention): Limits {
  const before = (age: number, unit: number): number => Math.max(0, Math.floor((now - age) / unit) * unit);
  const hours = Math.max(hoursMs, checksMs);
  return {
    checks: before(checksMs, hourMs),
    details: before(failuresMs, hourMs),
    failures: before(Math.max(failuresMs, checksMs), hourMs),
    hours: before(hours, dayMs),
    days: before(Math.max(daysMs, hours), dayMs),
    outbox: before(outboxKeptMs, dayMs),
  };
}

/** The horizons among the rows of their table, and how far the last sweep has come; 0 for what has none. */
export function horizonsOf(
  rows: Iterable<readonly [name: string, since: number]>,
): Horizons & { readonly swept: number } {
  const since = Object.fromEntries(rows);
  return {
    checks: since.checks ?? 0,
    hours: since.hours ?? 0,
    days: since.days ?? 0,
    swept: since.swept ?? 0,
  };
}
