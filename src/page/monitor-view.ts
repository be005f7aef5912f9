import type { Interval } from '../domain/state.js';

/** What the monitor knows of itself. Times in Unix ms. */
export interface MonitorView {
  readonly scheduler: {
    readonly live: boolean;
    readonly inFlight: number;
    readonly queued: number;
    /** Slots missed since the start that a check should have used. */
    readonly missed: number;
  };
  readonly store: {
    /** Null while it cannot be read. */
    readonly bytes: number | null;
    readonly waiting: number;
    /** ms for which the oldest unwritten result has waited. */
    readonly oldestWaitingMs: number;
    /** Why the newest write failed; null while writes succeed. */
    readonly failure: string | null;
  };
  readonly configuration: {
    readonly inForceSince: number;
    readonly warnings: readonly string[];
    /** Problems of the newest attempt when it was refused. */
    readonly refused: readonly string[];
  };
  /** Time before the start in which it did not run although checks were due; only for a day after the start. */
  readonly absence?: Interval;
  /** Null without a way to tell. */
  readonly reaches: boolean | null;
}

/** Parts of the monitor that are not well, of which the page warns. */
export function warningsOf({ scheduler, store, configuration, reaches }: MonitorView): number {
  return (
    Number(!scheduler.live) +
    Number(store.failure !== null) +
    configuration.warnings.length +
    Number(configuration.refused.length > 0) +
    Number(reaches === false)
  );
}
