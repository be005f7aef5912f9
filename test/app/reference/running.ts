import { pino } from 'pino';
import { createAnnotations } from '../../../src/app/operator.js';
import { noteAbsence } from '../../../src/app/absence.js';
import { createRecording, type Recording } from '../../../src/app/recording.js';
import type { Calendar } from '../../../src/calendar/calendar.js';
import type { Clock } from '../../../src/domain/clock.js';
import type { Annotations } from '../../../src/http/port.js';
import type { MonitorMetrics } from '../../../src/metrics/monitor.js';
import type { Store } from '../../../src/store/port.js';
import { StoreError } from '../../../src/store/store-error.js';
import { modelNamed } from '../parts.js';
import type { Rule, Settings } from './commands.js';

/** The recording side of a daemon that follows one model. */
export interface RunningRecording extends Recording {
  readonly annotations: Annotations;
  /** Puts a registry in force, as the daemon does at start and at a reload. */
  apply(settings: Settings, rules: readonly Rule[], paused: boolean): Promise<void>;
  /** From now on nothing is written. */
  kill(): void;
}

/** Builds it over a store, at a time that the test sets. */
export function runOver(
  store: Store,
  parts: { id: string; calendar: Calendar; clock: Clock; metrics: MonitorMetrics },
): RunningRecording {
  const { id, calendar, clock, metrics } = parts;
  const log = pino({ level: 'silent' });
  let killed = false;
  const gone = () => Promise.reject(new StoreError('unavailable', 'killed'));
  const recording = createRecording({
    store: { ...store, write: (batch) => (killed ? gone() : store.write(batch)) },
    calendar,
    clock,
    log,
    metrics,
    stateChanged: () => undefined,
    publish: () => undefined,
  });
  const { roster, recorder, writer, windows } = recording;
  return {
    ...recording,
    annotations: createAnnotations({
      store,
      clock,
      roster,
      excluded(each) {
        windows.excluded(each, clock.wall());
        return Promise.resolve();
      },
    }),
    async apply({ schedule, timeoutMs, failures, successes, subject }, rules, paused) {
      const confirm = { failures, successes, recheckAfterMs: 10_000 };
      const model = modelNamed(id, { schedule, timeoutMs, confirm, modelName: subject, pause: paused });
      await writer.flush();
      const now = clock.wall();
      const { added } = await roster.replace([model], now);
      windows.replace(
        rules.map((rule) => ({ ...rule, models: ['*'], reason: null })),
        now,
        added,
      );
      noteAbsence(added, { calendar, recorder, log, nextDue: () => null, now });
    },
    kill() {
      killed = true;
    },
  };
}
