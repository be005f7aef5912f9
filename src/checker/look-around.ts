import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import type { Path } from './path.js';
import type { ReachAny, Sighting } from './reach.js';

/** Least ms between the starts of two connectivity tests. */
const restMs = 1_000;
/** ms in which a path must be reached. */
const patienceMs = 3_000;
/** ms within which one that can be reached usually is, directly and where it has to reply, through a proxy that connects in turn. */
const usualMs = { connects: 300, replies: 800 };

interface LookAround {
  /** Resolves after a connectivity test started from now on. At most one a second; `withinMs` shortens the wait for it. */
  look(withinMs?: number): Promise<void>;
  /** True when the newest test ended within the last second. */
  justLooked(): boolean;
  /** True when the running test has reached nobody within the usual time. */
  findsNobody(): boolean;
  close(): void;
}

/** Tests on request whether any path can be reached, and reports to `saw`; without paths it reports nothing. */
export function createLookAround(parts: {
  readonly clock: Clock;
  readonly reach: ReachAny;
  readonly paths: () => readonly Path[];
  readonly saw: (sighting: Sighting) => void;
}): LookAround {
  const { clock, reach } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  let begunAt = -Infinity;
  let endedAt = -Infinity;
  /** ms after which the running test should have reached somebody; null while none runs. */
  let usual: number | null = null;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;

  async function tryAll(): Promise<void> {
    const paths = parts.paths();
    if (paths.length === 0) return;
    const replies = paths.some(({ proxy, asks }) => proxy !== null || asks !== undefined);
    usual = replies ? usualMs.replies : usualMs.connects;
    const sighting = await reach(paths, { timeoutMs: patienceMs, signal });
    usual = null;
    endedAt = clock.monotonic();
    if (!signal.aborted) parts.saw(sighting);
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
    findsNobody: () => usual !== null && clock.monotonic() - begunAt >= usual,
    close: () => {
      stopping.abort();
    },
  };
}
