import type { LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { reachAny, type Address } from './reach.js';

/** ms from the beginning of one look around to that of the next. */
const restMs = 1_000;
/** ms after which an address that takes no connection is given up. */
const patienceMs = 3_000;
/** ms within which one that takes connections usually has taken one. */
const usualMs = 300;

interface LookAround {
  /** Resolves after a look around that begins from now on, at most one a second; sooner when there are only `withinMs` for it. */
  look(withinMs?: number): Promise<void>;
  /** The newest look around ended within the last second. */
  justLooked(): boolean;
  /** A look around that is going on has found nobody yet, in what is usually enough. */
  findsNobody(): boolean;
  close(): void;
}

/** Tries the addresses when asked to, and tells whether one of them takes a connection; nothing when there is none. */
export function createLookAround(parts: {
  readonly clock: Clock;
  readonly lookup: LookupFunction;
  readonly addresses: () => readonly Address[];
  readonly saw: (reached: boolean) => void;
}): LookAround {
  const { clock, lookup } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  let begunAt = -Infinity;
  let endedAt = -Infinity;
  let trying = false;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function tryAll(): Promise<void> {
    const addresses = parts.addresses();
    if (addresses.length === 0) return;
    trying = true;
    const reached = await reachAny(addresses, { lookup, timeoutMs: patienceMs, signal });
    trying = false;
    endedAt = clock.monotonic();
    if (!signal.aborted) parts.saw(reached);
  }

  async function begin(withinMs: number): Promise<void> {
    await running;
    const rest = Math.min(begunAt + restMs - clock.monotonic(), withinMs / 2);
    if (rest > 0) await wait(rest, undefined, { signal }).catch(() => undefined);
    next = null;
    begunAt = clock.monotonic();
    running = tryAll();
    await running;
  }

  return {
    look: (withinMs = Infinity) => (next ??= begin(withinMs)),
    justLooked: () => clock.monotonic() - endedAt < restMs,
    findsNobody: () => trying && clock.monotonic() - begunAt >= usualMs,
    close: () => {
      stopping.abort();
    },
  };
}
