import { EventEmitter, once } from 'node:events';
import { afterEach } from '@jest/globals';
import { pino } from 'pino';
import { createRecording, type Recording } from '../../src/app/recording.js';
import type { WriterEvents } from '../../src/app/writer.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import type { ModelEvent } from '../../src/domain/event.js';
import type { Model } from '../../src/domain/model.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import type { Store } from '../../src/store/port.js';
import { StoreError } from '../../src/store/store-error.js';
import { modelAt } from '../checker/model.js';
import { result, start } from '../store/samples.js';
import { monotonicMs, type MonotonicMs } from '../../src/domain/clock.js';

export interface Parts extends Recording {
  readonly clock: { now: number; wall(): number; monotonic(): MonotonicMs };
  /** Makes these calls of the store reject with what is given; null lets them through. */
  readonly refuse: (calls: readonly (keyof Store)[], error?: Error) => void;
  /** Resolves when so many calls were rejected since the last `refuse`. */
  refusedCalls(count: number): Promise<void>;
  /** From now on changes are written that channels may tell. */
  tellAll(): void;
  /** Log lines about content that the store refused. */
  readonly refusals: readonly Readonly<Record<string, unknown>>[];
  /** What was told, in order. */
  readonly told: readonly ModelEvent[];
  /** Records a result of the model at the slot, and writes it. */
  record(id: string, slot: number, changes?: Parameters<typeof result>[1]): Promise<unknown>;
}

/** Makes the recording side of the daemon over a real store, at a time that the test sets; it rests after each test. */
export function useParts(): (store: Store) => Parts {
  let made: Parts[] = [];
  afterEach(async () => {
    for (const { writer } of made) await writer.drain();
    made = [];
  });
  return (store) => {
    const parts = createParts(store);
    made.push(parts);
    return parts;
  };
}

function createParts(store: Store): Parts {
  const clock = { now: start, wall: () => clock.now, monotonic: () => monotonicMs(performance.now()) };
  let refused: readonly (keyof Store)[] = [];
  let refusal: Error = new StoreError('unavailable', 'disk is full');
  let calls = 0;
  const rejected = new EventEmitter();
  const refusals: Record<string, unknown>[] = [];
  const guarded = new Proxy(store, {
    get(target, name: keyof Store) {
      if (refused.includes(name))
        return () => {
          rejected.emit('call', (calls += 1));
          return Promise.reject(refusal);
        };
      return Reflect.get(target, name) as unknown;
    },
  });
  const told: ModelEvent[] = [];
  let isTelling = false;
  const recording = createRecording({
    store: guarded,
    calendar: createCalendar(),
    clock,
    log: pino(
      { level: 'error' },
      { write: (line) => void refusals.push(JSON.parse(line) as Record<string, unknown>) },
    ),
    metrics: createMonitorMetrics({ version: '0', missed: new Map() }),
    stateChanged: () => undefined,
    publish: (event) => told.push(event),
    telling: () => (isTelling ? { certificateMs: null, key: false, budget: false, objective: false } : null),
  });
  return {
    ...recording,
    clock,
    told,
    tellAll: () => void (isTelling = true),
    get refusals() {
      return refusals.filter(({ what }) => what !== undefined);
    },
    refuse(names, error = new StoreError('unavailable', 'disk is full')) {
      refused = names;
      refusal = error;
      calls = 0;
    },
    async refusedCalls(count) {
      while (calls < count) await once(rejected, 'call');
    },
    async record(id, slot, changes = {}) {
      clock.now = Math.max(clock.now, slot);
      const { slot: at, kind, ...found } = result(slot, changes);
      const recorded = recording.recorder.record(recording.roster.get(id)!, found, at, kind);
      await recording.writer.flush();
      return recorded;
    },
  };
}

export const modelNamed = (id: string, changes: Partial<Model> = {}): Model => ({
  ...modelAt('http://127.0.0.1:1'),
  id,
  ...changes,
});

/** Events of a writer that nobody follows. */
export const silentEvents: WriterEvents = {
  publish: () => undefined,
  missed: () => undefined,
  wrote: () => undefined,
  failed: () => Promise.resolve(),
  recovered: () => undefined,
  refused: () => undefined,
  dropped: () => undefined,
};
