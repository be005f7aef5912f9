import type { Database } from 'better-sqlite3';
import { createCalendar } from '../../calendar/calendar.js';
import { reducerVersion, type Epoch } from '../../domain/epoch.js';
import type { Incident } from '../../domain/incident.js';
import { merge } from '../../domain/intervals.js';
import { parseJson } from '../../domain/json.js';
import { hourMs } from '../../domain/period.js';
import { createReplay, firstHealth, type Circumstances, type Stretch } from '../../domain/replay.js';
import type { Interval } from '../../domain/state.js';
import { messageOf } from '../../domain/thrown.js';
import { blameCodes, outcomeCodes, reasonCodes } from '../codes.js';
import { prepareHorizons } from '../sqlite/rows/horizon-row.js';
import type { MemoryReading } from '../port.js';
import { codeOf } from '../sqlite/file/failure.js';
import { prepareTimeline } from '../sqlite/read/timeline-query.js';
import { inMaintenance } from '../rows/check-row.js';
import { StoreError } from '../store-error.js';
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

/** A model, and a time in Unix ms. */
interface Place {
  readonly key: number;
  readonly since: number;
}

type ResultRow = [slot: number, outcome: number, reason: number, flags: number];
type IncidentRow = [number, number | null, number, number | null, number];

function prepare(database: Database) {
  return {
    model: database.prepare<[number], { id: string; health: string | null }>(
      'SELECT id, health FROM models WHERE key = ?',
    ),
    incidents: database
      .prepare<[number], IncidentRow>(
        `SELECT opened_at, closed_at, reason, blame, checks_failed FROM incidents WHERE model = ? ORDER BY opened_at`,
      )
      .raw(),
    results: database
      .prepare<[number, number], ResultRow>(
        'SELECT slot, outcome, reason, flags FROM checks WHERE model = ? AND slot >= ? ORDER BY slot',
      )
      .raw(),
    // Hours that count other results than are stored.
    uncounted: database
      .prepare<[Place], number>(
        `SELECT hour FROM (
          SELECT span AS hour, healthy + degraded + unhealthy + unknown AS counted FROM hours
            WHERE model = @key AND span >= @since / ${hourMs}
          UNION ALL
          SELECT slot / ${hourMs}, -count(*) FROM checks
            WHERE model = @key AND slot >= @since AND flags & ${inMaintenance} = 0 GROUP BY 1
        ) GROUP BY hour HAVING total(counted) <> 0`,
      )
      .pluck(),
  };
}

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

/** Prepares to compare the time line of a model with its replay, in the open transaction; null without memory. */
function prepareComparison(database: Database, memory: MemoryReading) {
  const statements = prepare(database);
  const timeline = prepareTimeline(database);
  const horizons = prepareHorizons(database);
  const calendar = createCalendar();

  const incidentsOf = (key: number): Incident[] =>
    statements.incidents.all(key).map(([openedAt, closedAt, reason, blame, checksFailed]) => ({
      openedAt,
      closedAt,
      reason: reasonCodes.toWord(reason),
      blame: blame === null ? null : blameCodes.toWord(blame),
      checksFailed,
      lastDetail: null,
    }));

  /** Feeds the stored results to a replay. */
  const replay = (
    { key, id, since, covered }: { key: number; id: string; since: number; covered: Interval },
    circumstances: Circumstances,
    breaks: readonly Interval[],
    incidents: readonly Incident[],
  ): readonly Stretch[] => {
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
    for (const [slot, outcome, reason, flags] of statements.results.iterate(key, since)) {
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
      if ((breaks[next]?.from ?? Infinity) <= slot) continue;
      const inForce = epochs[epoch] ?? firstEpoch;
      const { schedule } = inForce;
      if (schedule.kind === 'cron') {
        if (flags % inMaintenance === 0) isOnTime = calendar.nextSlot(schedule, id, slot - 1) === slot;
        if (!isOnTime) {
          replaying.interrupt();
          continue;
        }
      }
      replaying.take(
        { slot, outcome: outcomeCodes.toWord(outcome), reason: reasonCodes.toWord(reason), detail: null },
        { ...inForce, intervalMs: calendar.intervalAt(schedule, id, slot) },
      );
    }
    if ((breaks[next]?.from ?? Infinity) <= covered.to) replaying.interrupt();
    return replaying.end(covered.to);
  };

  return (key: number): { stretches: readonly Stretch[]; differences: readonly TimelineDifference[] } => {
    const row = statements.model.get(key);
    const known = parseJson(row?.health ?? 'null');
    const nothing = { stretches: [], differences: [] };
    if (row === undefined || known === null) return nothing;
    const { id } = row;
    const read = epochsOf(timeline.epochs(key).map(({ settings }) => memory.epoch(settings)));
    const [first, ...rest] = read.epochs;
    if (first === undefined) return nothing;
    const covered = memory.covered(known);
    const since = horizons().checks;
    const hours = statements.uncounted.all({ key, since });
    // Of the results of such an hour some are missing: dropped while the database could not be written.
    const uncounted = hours.map((hour) => ({ from: hour * hourMs, to: (hour + 1) * hourMs }));
    const breaks = merge([...read.breaks, ...memory.breaks(known), ...uncounted]);
    const circumstances: Circumstances = {
      epochs: [first, ...rest],
      gaps: timeline.gaps(key),
      windows: timeline.maintenance(key, since, Number.MAX_SAFE_INTEGER),
    };
    const incidents = incidentsOf(key);
    const stretches = replay({ key, id, since, covered }, circumstances, breaks, incidents);
    const [earliest] = stretches;
    if (earliest === undefined) return nothing;
    const points = timeline.points(key, earliest.from, Number.MAX_SAFE_INTEGER);
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

/** What `work` returns, or the message of what it throws because of what is stored; errors of the database are thrown on. */
function attemptOf<Result extends object>(work: () => Result): Result | { readonly message: string } {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError || codeOf(error) !== null) throw error;
    return { message: messageOf(error) };
  }
}

/**
 * Replays the time line of each model from its stored results and compares; each model is read in one transaction, so a
 * daemon may write meanwhile. Time that cannot be replayed exactly is left out.
 */
export function replayTimelines(database: Database, { memory, differs, fails }: ReplayOptions): Replayed {
  const rows = database
    .prepare<[], { key: number; id: string }>('SELECT key, id FROM models ORDER BY key')
    .all();
  const compare = database.transaction(prepareComparison(database, memory));
  let [results, models, different, failed] = [0, 0, 0, 0];
  let since: number | null = null;
  for (const { key, id } of rows) {
    const compared = attemptOf(() => compare.deferred(key));
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
