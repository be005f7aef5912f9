import type { Logger } from 'pino';
import type { Calendar } from '../calendar/calendar.js';
import type { Clock } from '../domain/clock.js';
import type { ModelEvent } from '../domain/event.js';
import { messageOf } from '../domain/thrown.js';
import type { MonitorMetrics } from '../metrics/monitor.js';
import type { Store } from '../store/port.js';
import { StoreError, type StoreErrorKind } from '../store/store-error.js';
import { createPublisher, type Publisher } from './publisher.js';
import { createRecorder, type Recorder, type Telling } from './recorder.js';
import { createRoster, type Roster } from './roster.js';
import type { SharedDatabase } from './opened-database.js';
import type { Ownership } from './ownership.js';
import type { Tracked } from './tracked.js';
import { createWindows, type Windows } from './windows.js';
import { createWriter, type Fencing, type Writer, type WriterEvents } from './writer.js';

/** The parts between a check and its publication. */
export interface Recording {
  readonly roster: Roster;
  readonly recorder: Recorder;
  readonly writer: Writer;
  readonly windows: Windows;
  readonly publisher: Publisher;
  /** Why the newest write failed; null while writes succeed. */
  readonly storeFailure: () => string | null;
}

/** What the recording side needs where instances share the store. */
export interface SharedRecording {
  readonly ownership: Ownership;
  readonly models: SharedDatabase['models'];
  readonly registerAll: SharedDatabase['registerAll'];
  readonly mayShowUnwritten: Fencing['mayShowUnwritten'];
  readonly fenced: Fencing['fenced'];
  readonly stored: NonNullable<WriterEvents['stored']>;
}

/** True for an error of the store of this kind; `unknown_model` when a damaged file was replaced by a new one. */
const isOfKind = (error: unknown, kind: StoreErrorKind): boolean =>
  error instanceof StoreError && error.kind === kind;

export function createRecording(parts: {
  store: Store;
  calendar: Calendar;
  clock: Clock;
  log: Logger;
  metrics: MonitorMetrics;
  /** Called when the state of a model changes. */
  stateChanged: (tracked: Tracked) => void;
  /** Called with each recorded event. */
  publish: (event: ModelEvent) => void;
  /** Public address of the server, for links in the log; null without one. */
  publicUrl?: () => string | null;
  /** Called when only a restart of the daemon can read the database that is at the path now. */
  displaced?: () => void;
  /** What is to be told; null for nothing. */
  telling?: () => Telling | null;
  /** Null for a store that is one process' own. */
  shared?: SharedRecording | null;
}): Recording {
  const { store, calendar, clock, log, metrics, shared = null } = parts;
  const ownership = shared?.ownership ?? null;
  let failures = 0;
  let failure: string | null = null;
  const publisher = createPublisher({
    ...parts,
    ...{ clock, log },
    modelOf: ({ view }) => {
      const { probeOf } = view.model;
      return probeOf === undefined ? undefined : roster.get(probeOf.model);
    },
    ...(ownership !== null && { isFollowed: (tracked) => ownership.fenceOf(tracked) === null }),
  });
  const events: WriterEvents = {
    ...(shared !== null && { stored: shared.stored }),
    publish: publisher.publish,
    missed: metrics.missed,
    wrote: metrics.observeStoreWrite,
    async failed(error) {
      metrics.storeFailed();
      failure = messageOf(error);
      const displaced = isOfKind(error, 'displaced');
      if (displaced && parts.displaced !== undefined) parts.displaced();
      else if (failures === 0)
        log.error(
          { err: error },
          'database write failed; checks continue, results wait in memory and writes are retried every second',
        );
      failures += 1;
      if (!isOfKind(error, 'unknown_model')) return;
      try {
        writer.keepOnly(await roster.rebase(clock.wall()));
      } catch (err) {
        log.error({ err }, 'models cannot be registered in the new database; retried with the next write');
      }
    },
    recovered() {
      log.info({ attempts: failures, results: writer.pendingResults }, 'database is available again');
      failures = 0;
      failure = null;
    },
    refused({ what, slot, value, message }, model) {
      metrics.resultRefused();
      const place = slot === null ? {} : { slot };
      log.error(
        { model, what, ...place, value, reason: message },
        'database rejected a value and dropped it; other results are stored',
      );
    },
    dropped: metrics.resultsDropped,
  };
  const writer: Writer = createWriter(
    store,
    clock,
    events,
    shared && {
      fenceOf: shared.ownership.fenceOf,
      mayShowUnwritten: shared.mayShowUnwritten,
      fenced: shared.fenced,
    },
  );
  const roster: Roster = createRoster({
    store,
    changed: (tracked) => {
      writer.changed(tracked, 0);
    },
    ...(shared !== null && { shared: { ...shared, forget: writer.forget } }),
  });
  const windows = createWindows(
    calendar,
    roster.all,
    (tracked) => {
      writer.changed(tracked, 0);
    },
    (count, most) => {
      log.warn(
        { models: count, windows: most },
        'too many maintenance windows passed while nothing was checked: only the newest of each model are recorded, the time of the others is unknown',
      );
    },
  );
  const recorder = createRecorder({
    calendar,
    clock,
    writer,
    openWindows: windows.sweep,
    ...(parts.telling && { telling: parts.telling }),
  });
  return { roster, recorder, writer, windows, publisher, storeFailure: () => failure };
}
