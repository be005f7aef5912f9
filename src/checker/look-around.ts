import type { LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { reachAny, type Address } from './reach.js';

/** Least ms between the starts of two connectivity tests. */
const restMs = 1_000;
/** Connection timeout of one address in ms. */
const patienceMs = 3_000;
/** ms within which a reachable address usually accepts a connection. */
const usualMs = 300;

interface LookAround {
  /** Resolves after a connectivity test started from now on. At most one a second; `withinMs` shortens the wait for it. */
  look(withinMs?: number): Promise<void>;
  /** True when the newest test ended within the last second. */
  justLooked(): boolean;
  /** True when the running test has reached no address within the usual time. */
  findsNobody(): boolean;
  close(): void;
}

/** Tests on request whether any address accepts a connection, and reports to `saw`; without addresses it reports nothing. */
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
