import { createCalendar } from '../../calendar/calendar.js';
import { reducerVersion, type Epoch } from '../../domain/epoch.js';
import type { Incident } from '../../domain/incident.js';
import { merge } from '../../domain/intervals.js';
import { parseJson } from '../../domain/json.js';
import { hourMs } from '../../domain/period.js';
import { createReplay, firstHealth, type Circumstances, type Stretch } from '../../domain/replay.js';
import type { Interval, StatePoint } from '../../domain/state.js';
import { messageOf } from '../../domain/thrown.js';
import { blameCodes, outcomeCodes, reasonCodes } from '../codes.js';
import type { MemoryReading } from '../port.js';
import type { Reading } from '../read/reading.js';
import { inMaintenance } from '../rows/check-row.js';
import { StoreError } from '../store-error.js';
import type { Horizons } from '../window.js';
import { differencesOf, type Difference } from './replay-difference.js';

/** A difference between the stored time line of a model and its replay. */
export interface TimelineDifference extends Difference {
  readonly model: string;
}

export interface Replayed {
  /** Results replayed, and the models that have some. */
  readonly results: number;
  readonly models: number;
  /** Unix ms of the earliest time compared; null when none is. */
  readonly since: number | null;
  readonly different: number;
  /** Models whose results could not be replayed. */
  readonly failed: number;
}

/** A model whose results cannot be replayed, and why; none that a daemon wrote. */
export interface ReplayFailure {
  readonly model: string;
  readonly message: string;
}

/** What a store is asked for, so that a time line can be replayed; all of a model over one state of the store. */
export interface ReplaySource {
  models(): Reading<readonly { readonly key: number; readonly id: string }[]>;
  /** Runs work over one state of the store, which it may change. */
  atOnce<Result>(work: (moment: this) => Reading<Result>, changes: boolean): Reading<Result>;
  model(key: number): Reading<{ readonly id: string; readonly health: string | null } | undefined>;
  horizons(): Reading<Horizons>;
  /** Oldest first, without their texts. */
  incidents(key: number): Reading<readonly IncidentRow[]>;
  eachOutcome(key: number, since: number, take: (row: OutcomeRow) => void): Reading<void>;
  /** Hours from `since` (Unix ms) on that count other results than are stored. */
  uncounted(key: number, since: number): Reading<readonly number[]>;
  epochs(key: number): Reading<readonly { readonly settings: unknown }[]>;
  gaps(key: number): Reading<readonly number[]>;
  maintenance(key: number, from: number): Reading<readonly Interval[]>;
  points(key: number, from: number): Reading<readonly StatePoint[]>;
  /** True for an error of the store, not of what is stored. */
  isFailure(error: unknown): boolean;
}

export type OutcomeRow = readonly [slot: number, outcome: number, reason: number, flags: number];
export type IncidentRow = readonly [
  openedAt: number,
  closedAt: number | null,
  reason: number,
  blame: number | null,
  checksFailed: number,
];

/** An epoch whose results this release cannot replay: unreadable, or of another version of the reducer. */
const isForeign = (epoch: Epoch | null): boolean => epoch?.reducer !== reducerVersion;

/** Epochs, and the times of those that cannot be replayed. */
function epochsOf(stored: readonly (Epoch | null)[]): { epochs: Epoch[]; breaks: Interval[] } {
  const epochs = stored.filter((epoch) => epoch !== null);
  // The times of an unreadable epoch are unknown, so everything before the next one is left out.
  const unreadable = stored.lastIndexOf(null);
  const breaks = epochs
    .map((epoch, index) => ({
      from: index === 0 ? 0 : epoch.from,
      to: epochs[index + 1]?.from ?? Infinity,
      foreign: isForeign(epoch),
    }))
    .filter(({ foreign }) => foreign);
  const next = stored[unreadable + 1]?.from ?? Infinity;
  return { epochs, breaks: unreadable < 0 ? breaks : [{ from: 0, to: next }, ...breaks] };
}

/** Compares the time line of a model with its replay, over one state of the store; nothing without memory. */
function createComparison(source: ReplaySource, memory: MemoryReading) {
  const calendar = createCalendar();

  function* incidentsOf(key: number): Reading<Incident[]> {
    const rows = yield* source.incidents(key);
    return rows.map(([openedAt, closedAt, reason, blame, checksFailed]) => ({
      openedAt,
      closedAt,
      reason: reasonCodes.toWord(reason),
      blame: blame === null ? null : blameCodes.toWord(blame),
      checksFailed,
      lastDetail: null,
    }));
  }

  /** Feeds the stored results to a replay. */
  function* replay(
    { key, id, since, covered }: { key: number; id: string; since: number; covered: Interval },
    circumstances: Circumstances,
    breaks: readonly Interval[],
    incidents: readonly Incident[],
  ): Reading<readonly Stretch[]> {
    const { epochs } = circumstances;
    const [firstEpoch] = epochs;
    // A model moved to a new database has epochs from before it was first seen there.
    const isWhole = since <= covered.from && firstEpoch.from === covered.from;
    const replaying = createReplay(circumstances, {
      first: isWhole ? firstHealth(covered.from, firstEpoch) : null,
      openAt: (slot) =>
        incidents.findLast(
          ({ openedAt, closedAt }) => openedAt <= slot && (closedAt === null || closedAt > slot),
        ) ?? null,
    });
    let epoch = 0;
    let next = 0;
    // An epoch does not say for which id its cron times were spread: a renamed model had others before.
    let isOnTime = false;
    yield* source.eachOutcome(key, since, ([slot, outcome, reason, flags]) => {
      for (
        let later = epochs[epoch + 1];
        later !== undefined && later.from <= slot;
        later = epochs[epoch + 1]
      )
        epoch += 1;
      for (let each = breaks[next]; each !== undefined && each.from <= slot; each = breaks[next]) {
        replaying.interrupt();
        if (each.to > slot) break;
        next += 1;
      }
      if ((breaks[next]?.from ?? Infinity) <= slot) return;
      const inForce = epochs[epoch] ?? firstEpoch;
      const { schedule } = inForce;
      if (schedule.kind === 'cron') {
        if (flags % inMaintenance === 0) isOnTime = calendar.nextSlot(schedule, id, slot - 1) === slot;
        if (!isOnTime) {
          replaying.interrupt();
          return;
        }
      }
      replaying.take(
        { slot, outcome: outcomeCodes.toWord(outcome), reason: reasonCodes.toWord(reason), detail: null },
        { ...inForce, intervalMs: calendar.intervalAt(schedule, id, slot) },
      );
    });
    if ((breaks[next]?.from ?? Infinity) <= covered.to) replaying.interrupt();
    return replaying.end(covered.to);
  }

  return function* (
    key: number,
  ): Reading<{ stretches: readonly Stretch[]; differences: readonly TimelineDifference[] }> {
    const row = yield* source.model(key);
    const known = parseJson(row?.health ?? 'null');
    const nothing = { stretches: [], differences: [] };
    if (row === undefined || known === null) return nothing;
    const { id } = row;
    const read = epochsOf((yield* source.epochs(key)).map(({ settings }) => memory.epoch(settings)));
    const [first, ...rest] = read.epochs;
    if (first === undefined) return nothing;
    const covered = memory.covered(known);
    const since = (yield* source.horizons()).checks;
    const hours = yield* source.uncounted(key, since);
    // Of the results of such an hour some are missing: dropped while the database could not be written.
    const uncounted = hours.map((hour) => ({ from: hour * hourMs, to: (hour + 1) * hourMs }));
    const breaks = merge([...read.breaks, ...memory.breaks(known), ...uncounted]);
    const circumstances: Circumstances = {
      epochs: [first, ...rest],
      gaps: yield* source.gaps(key),
      windows: yield* source.maintenance(key, since),
    };
    const incidents = yield* incidentsOf(key);
    const stretches = yield* replay({ key, id, since, covered }, circumstances, breaks, incidents);
    const [earliest] = stretches;
    if (earliest === undefined) return nothing;
    const points = yield* source.points(key, earliest.from);
    const differences = stretches.flatMap((stretch) => differencesOf(stretch, points, incidents));
    return { stretches, differences: differences.map((each) => ({ model: id, ...each })) };
  };
}

export interface ReplayOptions {
  readonly memory: MemoryReading;
  /** Called for each difference between the stored time line and its replay. */
  readonly differs: (difference: TimelineDifference) => void;
  /** Called for each model whose results cannot be replayed; the others are. */
  readonly fails: (failure: ReplayFailure) => void;
}

type Compared =
  ReturnType<ReturnType<typeof createComparison>> extends Reading<infer Result> ? Result : never;

/** What the comparison of a model gives, or the message of what it throws because of what is stored; errors of the store are thrown on. */
function* attempted(
  source: ReplaySource,
  key: number,
  memory: MemoryReading,
): Reading<Compared | { readonly message: string }> {
  try {
    return yield* source.atOnce<Compared>((moment) => createComparison(moment, memory)(key), false);
  } catch (error) {
    if (error instanceof StoreError || source.isFailure(error)) throw error;
    return { message: messageOf(error) };
  }
}

/**
 * Replays the time line of each model from its stored results and compares; each model is read over one state of the store, so a
 * daemon may write meanwhile. Time that cannot be replayed exactly is left out.
 */
export function* replayAll(
  source: ReplaySource,
  { memory, differs, fails }: ReplayOptions,
): Reading<Replayed> {
  let [results, models, different, failed] = [0, 0, 0, 0];
  let since: number | null = null;
  for (const { key, id } of yield* source.models()) {
    const compared = yield* attempted(source, key, memory);
    if ('message' in compared) {
      failed += 1;
      fails({ model: id, message: compared.message });
      continue;
    }
    const { stretches, differences } = compared;
    const own = stretches.reduce((sum, stretch) => sum + stretch.results, 0);
    results += own;
    models += own > 0 ? 1 : 0;
    different += differences.length;
    for (const { from } of stretches) since = Math.min(since ?? from, from);
    for (const difference of differences) differs(difference);
  }
  return { results, models, since, different, failed };
}
