import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../domain/clock.js';
import { batchResults, batchRows, type MissCause, type Refusal, type Store } from '../store/port.js';
import { FencedError, StoreError } from '../store/store-error.js';
import type { Memory } from './memory.js';
import {
  affectsPast,
  newestClosed,
  rangeOf,
  rowsOf,
  withoutRefused,
  writeOf,
  type Pending,
} from './pending.js';
import {
  addBreak,
  giveUpOldest,
  putBack,
  takePending,
  takePublications,
  waitFrom,
  type Tracked,
} from './tracked.js';
import { fencesOf, keepOnlyOwn } from './fenced.js';
import { createWriteTimer } from './write-timer.js';
import type { Fencing, Taken, Writer, WriterEvents } from './writer-port.js';

export type { Fencing, Writer, WriterEvents } from './writer-port.js';

/** ms after which a write counts as failed for publishing and reporting. */
const hungAfterMs = 2_000;
/** Shorter than the time between two attempts, since little time is left at the end and no other work is delayed. */
const lastRetryAfterMs = 200;
const mostPendingResults = 50_000;

/**
 * Gathers changes for as long as its timer says, and writes them in a batch. Changes whose write fails are kept, published
 * from memory, and retried each second. The number of waiting results is limited: beyond it the oldest result of the model is dropped, but still
 * counts in rollups, time line and counters.
 */
export function createWriter(
  store: Store,
  clock: Clock,
  events: WriterEvents,
  fencing: Fencing | null = null,
): Writer {
  const dirty = new Set<Tracked>();
  let missed = new Map<MissCause, number>();
  let missedUnshown: { readonly cause: MissCause; readonly count: number }[] = [];
  let [pendingResults, failing] = [0, false];
  let running: Promise<void> | null = null;
  /** Resolves when a write of the current run hangs. */
  let hanging: Promise<void> = Promise.resolve();
  let hangs = (): void => undefined;
  let writing: readonly Taken[] = [];
  /** Memory published since a model was taken, so that a late write does not publish an older one. */
  const shownSince = new WeakMap<Tracked, Memory>();
  const forgotten = new WeakSet<Tracked>();

  /** Ends who waits for results that nobody writes. */
  const drop = (pending: Pending): void => {
    pendingResults -= pending.results.length;
    for (const { result, done } of pending.publications) done(result);
  };

  const timer = createWriteTimer(clock, () => void begin(), fencing !== null);

  const take = (): Taken[] => {
    const taken: Taken[] = [];
    let [results, rows] = [0, 0];
    for (const tracked of dirty) {
      if (taken.length >= batchResults || results >= batchResults || rows >= batchRows) break;
      const { memory, watermark } = tracked;
      const pending = takePending(tracked);
      results += pending.results.length;
      rows += rowsOf(pending);
      dirty.delete(tracked);
      shownSince.delete(tracked);
      taken.push({ tracked, pending, memory, watermark });
    }
    return taken;
  };

  const putAllBack = (taken: readonly Taken[], counted: ReadonlyMap<MissCause, number>): void => {
    for (const [cause, count] of counted) missed.set(cause, (missed.get(cause) ?? 0) + count);
    for (const { tracked, pending } of taken) {
      if (forgotten.has(tracked)) {
        drop(pending);
        continue;
      }
      putBack(tracked, pending);
      dirty.add(tracked);
    }
  };

  /** Drops what other instances have taken over, and writes the rest at once. */
  const writeRest = async (taken: readonly Taken[], error: FencedError): Promise<void> => {
    const { own, lost } = keepOnlyOwn(taken, error, fencing);
    for (const { pending } of lost) drop(pending);
    fencing?.fenced(
      lost.map(({ tracked }) => tracked),
      error,
    );
    if (own.length > 0 || missed.size > 0) await write(own);
  };

  const showUnwritten = (tracked: Tracked, taken: Pending | null = null): void => {
    const waiting = taken ?? tracked.pending;
    // Shown once it is written; the checks end all the same.
    if (fencing?.mayShowUnwritten(tracked) === false)
      return waiting?.publications.forEach(({ result, done }) => done(result));
    const closed = newestClosed(waiting);
    const publications = taken?.publications.splice(0) ?? takePublications(tracked);
    const { memory } = tracked;
    shownSince.set(tracked, memory);
    events.publish({ tracked, memory, publications, closed, written: null });
  };

  /** Publishes from memory while a write hangs. */
  const showHung = (taken: readonly Taken[]): void => {
    failing = true;
    hangs();
    const message = `a write has not ended after ${hungAfterMs / 1_000} s`;
    void events.failed(new StoreError('unavailable', message));
    for (const { tracked, pending } of taken) showUnwritten(tracked, pending);
    for (const tracked of dirty) showUnwritten(tracked);
  };

  const showMissed = (some: typeof missedUnshown): void => {
    for (const { cause, count } of some) events.missed(cause, count);
  };

  /** Drops results lost with a damaged file from the count of waiting ones. */
  const giveUpLost = (): void => {
    let waiting = 0;
    for (const { pending } of dirty) waiting += pending?.results.length ?? 0;
    if (waiting < pendingResults) events.dropped(pendingResults - waiting);
    pendingResults = waiting;
  };

  const write = async (taken: readonly Taken[]): Promise<void> => {
    const counted = missed;
    missed = new Map();
    const shownNext = missedUnshown;
    missedUnshown = [];
    const started = clock.monotonic();
    writing = taken;
    const hung = setTimeout(() => {
      showHung(taken);
    }, hungAfterMs);
    let refusals: readonly Refusal[];
    try {
      refusals = await store.write({
        models: taken.map(({ tracked, pending, ...rest }) =>
          writeOf(pending, { key: tracked.view.key, ...rest }),
        ),
        missed: counted,
        ...fencesOf(taken, fencing),
      });
    } catch (error) {
      if (error instanceof FencedError && fencing !== null) {
        clearTimeout(hung);
        // The store has answered.
        if (failing) events.recovered();
        failing = false;
        missed = counted;
        missedUnshown = [...shownNext, ...missedUnshown];
        await writeRest(taken, error);
        return;
      }
      failing = true;
      putAllBack(taken, counted);
      await events.failed(error);
      giveUpLost();
      showMissed(shownNext);
      for (const tracked of dirty) showUnwritten(tracked);
      return;
    } finally {
      clearTimeout(hung);
      writing = [];
    }
    events.wrote(clock.monotonic() - started);
    if (failing) events.recovered();
    failing = false;
    showMissed(shownNext);
    events.stored?.(taken.map(({ tracked }) => tracked));
    for (const { tracked, pending, memory } of taken) {
      pendingResults -= pending.results.length;
      const publications = withoutRefused(pending, refusals, tracked.view.key);
      const shown = shownSince.get(tracked) ?? memory;
      const closed = newestClosed(pending);
      events.publish({ tracked, memory: shown, publications, closed, written: memory });
    }
    for (const refusal of refusals) {
      const of = taken.find(({ tracked }) => tracked.view.key === refusal.key);
      if (of !== undefined && affectsPast(refusal.what)) {
        addBreak(of.tracked, rangeOf(of.pending, of.memory.health.settled));
        dirty.add(of.tracked);
      }
      events.refused(refusal, of?.tracked.view.model.id ?? null);
    }
  };

  const run = async (): Promise<void> => {
    const now = new Set(dirty);
    do {
      const taken = take();
      await write(taken);
      if (failing) return;
      for (const { tracked } of taken) now.delete(tracked);
      // Yields between transactions of a few ms each, so that checks and scrapes can run.
      await setImmediate();
    } while (now.size > 0);
  };

  const begin = (): Promise<void> => {
    timer.clear();
    if (running !== null) return running;
    if (dirty.size === 0 && missed.size === 0) return Promise.resolve();
    timer.begun();
    hanging = new Promise((resolve) => (hangs = resolve));
    running = run().finally(() => {
      running = null;
      if (dirty.size === 0 && missed.size === 0) return;
      if (failing) timer.retry();
      else timer.goOn();
    });
    return running;
  };

  const flush = async (): Promise<boolean> => {
    if (running !== null) {
      // It writes only what was there when it began.
      await Promise.race([running, hanging]);
      if (failing) return false;
    }
    const written = begin();
    await Promise.race([written, hanging]);
    return !failing;
  };

  return {
    changed(tracked, results) {
      if (fencing !== null && (forgotten.has(tracked) || fencing.fenceOf(tracked) === null)) {
        pendingResults += results;
        drop(takePending(tracked));
        return;
      }
      dirty.add(tracked);
      pendingResults += results;
      if (results > 0) waitFrom(tracked, clock.monotonic());
      if (pendingResults > mostPendingResults && giveUpOldest(tracked)) {
        pendingResults -= 1;
        events.dropped(1);
      }
      if (!failing) timer.gather(tracked.configured);
      else {
        showUnwritten(tracked);
        timer.retry();
      }
    },
    missed(cause, count) {
      missed.set(cause, (missed.get(cause) ?? 0) + count);
      missedUnshown.push({ cause, count });
    },
    get pendingResults() {
      return pendingResults;
    },
    get oldestPendingMs() {
      let since = Infinity;
      for (const { pending } of [...writing, ...dirty])
        since = Math.min(since, pending?.waitingSince ?? Infinity);
      return since === Infinity ? 0 : clock.monotonic() - since;
    },
    flush,
    keepOnly(known) {
      for (const tracked of dirty) {
        if (known.has(tracked.view.key)) continue;
        showUnwritten(tracked);
        dirty.delete(tracked);
      }
    },
    forget(tracked) {
      forgotten.add(tracked);
      if (!dirty.delete(tracked)) return;
      drop(takePending(tracked));
    },
    async drain(patienceMs = 0) {
      const until = clock.monotonic() + patienceMs;
      for (;;) {
        await begin();
        const done = dirty.size === 0 && missed.size === 0;
        if (done || (failing && clock.monotonic() >= until)) break;
        if (failing) await pause(lastRetryAfterMs);
      }
      timer.clear();
      return { results: pendingResults, models: dirty.size };
    },
  };
}
