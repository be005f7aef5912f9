import type { Database } from 'better-sqlite3';
import { dayMs, hourMs } from '../../../domain/period.js';
import { limitsAt, type Limits, type Retention } from '../../horizons.js';
import { prepareAdvance, prepareHorizons } from '../rows/horizon-row.js';

/** Work of one transaction, in rows deleted and index entries read: a few ms. */
const batchSize = 250;
const vacuumPages = 64;
/** Free pages are reused; only more than this share of the file is returned to the system. */
const spareShare = 1 / 8;

interface Place {
  readonly key: number;
  readonly retired_at: number | null;
  readonly bare: number;
}

type Deletion = (key: number) => Iterable<number>;

/** Repeats a statement that deletes at most one batch until nothing is left; yields the rows of each run. */
function* exhaust(run: () => { changes: number }): Generator<number> {
  for (;;) {
    const { changes } = run();
    yield changes;
    if (changes < batchSize) return;
  }
}

function prepare(database: Database) {
  const limited = (sql: string) => database.prepare<number[]>(`${sql} LIMIT ${batchSize}`);
  const before = (table: string, column: string) =>
    limited(`DELETE FROM ${table} WHERE model = ? AND ${column} < ?`);
  const beforeInForce = (table: string) =>
    limited(`DELETE FROM ${table} WHERE model = ?
      AND starts < (SELECT max(starts) FROM ${table} WHERE model = ? AND starts <= ?)`);
  return {
    nth: database
      .prepare<number[], number>(
        `SELECT slot FROM checks WHERE model = ? AND slot >= ? AND slot < ? ORDER BY slot LIMIT 1 OFFSET ${batchSize}`,
      )
      .pluck(),
    healthy: database.prepare(
      'DELETE FROM checks WHERE model = ? AND slot >= ? AND slot < ? AND outcome = 0',
    ),
    checks: before('checks', 'slot'),
    details: before('details', 'slot'),
    gaps: before('gaps', 'slot'),
    hours: before('hours', 'span'),
    days: before('days', 'span'),
    maintenance: before('maintenance', 'ends'),
    exclusions: before('exclusions', 'ends'),
    states: beforeInForce('states'),
    epochs: beforeInForce('epochs'),
    incidents: limited('DELETE FROM incidents WHERE closed_at < ?'),
    notices: () => limited('DELETE FROM notices WHERE at < ?'),
    messages: () => limited('DELETE FROM messages WHERE ended_at < ?'),
    vendors: () => limited('DELETE FROM vendor_incidents WHERE coalesce(resolved_at, seen_at) < ?'),
    // Not of a model that returned to the registry since its place was read.
    everything: ['checks', 'details', 'states', 'hours', 'days', 'incidents'].map((table) =>
      limited(
        `DELETE FROM ${table} WHERE model = (SELECT key FROM models WHERE key = ? AND retired_at IS NOT NULL)`,
      ),
    ),
    model: database.prepare('DELETE FROM models WHERE key = ? AND retired_at IS NOT NULL'),
    places: database.prepare<[], Place>(`SELECT key, retired_at,
      retired_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM checks WHERE model = key)
        AND NOT EXISTS (SELECT 1 FROM states WHERE model = key) AS bare
      FROM models ORDER BY key`),
  };
}
type Statements = ReturnType<typeof prepare>;

/** Deletes healthy results in [from, to); reads one batch of rows at a time, however many others lie between. */
function* dropHealthy(statements: Statements, key: number, from: number, to: number): Generator<number> {
  for (let start = from; start < to;) {
    const next = statements.nth.get(key, start, to);
    const { changes } = statements.healthy.run(key, start, next ?? to);
    yield next === undefined ? changes : batchSize;
    start = next ?? to;
  }
}

function deletionsOf(statements: Statements, limits: Limits, swept: number): Deletion[] {
  const upTo =
    (statement: Statements['checks'], limit: number): Deletion =>
    (key) =>
      exhaust(() => statement.run(key, limit));
  const inForce =
    (statement: Statements['states'], limit: number): Deletion =>
    (key) =>
      exhaust(() => statement.run(key, key, limit));
  return [
    (key) => dropHealthy(statements, key, swept, limits.checks),
    upTo(statements.checks, limits.failures),
    upTo(statements.details, limits.details),
    upTo(statements.gaps, limits.checks),
    upTo(statements.hours, limits.hours / hourMs),
    upTo(statements.days, limits.days / dayMs),
    upTo(statements.maintenance, limits.days),
    upTo(statements.exclusions, limits.days),
    inForce(statements.states, limits.days),
    inForce(statements.epochs, limits.checks),
  ];
}

/** Deletes everything beyond retention, in small pieces; yields the cost of each. */
function* pieces(statements: Statements, limits: Limits, swept: number): Generator<number> {
  const deletions = deletionsOf(statements, limits, swept);
  for (const { key, retired_at: retiredAt, bare } of statements.places.all()) {
    for (const deletion of deletions) yield* deletion(key);
    if (retiredAt === null || retiredAt >= (bare ? limits.checks : limits.days)) continue;
    for (const statement of statements.everything) yield* exhaust(() => statement.run(key));
    yield statements.model.run(key).changes;
  }
  yield* exhaust(() => statements.incidents.run(limits.days));
  const [notices, messages, vendors] = [statements.notices(), statements.messages(), statements.vendors()];
  yield* exhaust(() => notices.run(limits.outbox));
  yield* exhaust(() => messages.run(limits.outbox));
  yield* exhaust(() => vendors.run(limits.days));
}

/** Prepares deletion by retention: each call runs one bounded batch and returns whether more is left. */
export function preparePrune(database: Database, retention: () => Retention): (now: number) => boolean {
  const statements = prepare(database);
  const horizons = prepareHorizons(database);
  const advance = prepareAdvance(database);
  let done = '';

  function* sweep(now: number): Generator<void> {
    const limits = limitsAt(now, retention());
    if (JSON.stringify(limits) === done) return;
    const { swept } = horizons();
    advance({ checks: limits.checks, hours: limits.hours, days: limits.days });
    const work = pieces(statements, limits, swept);
    const batch = database.transaction((): boolean => {
      for (let cost = 0; cost < batchSize;) {
        const piece = work.next();
        if (piece.done === true) return false;
        cost += piece.value + 1;
      }
      return true;
    });
    while (batch.immediate()) yield;
    advance({ swept: limits.checks });
    done = JSON.stringify(limits);
    yield* vacuum();
  }

  function* vacuum(): Generator<void> {
    const pages = (name: string): number => Number(database.pragma(name, { simple: true }));
    while (pages('freelist_count') > Math.max(vacuumPages, pages('page_count') * spareShare)) {
      yield;
      database.pragma(`incremental_vacuum(${vacuumPages})`);
    }
  }

  let running: Generator<void> | null = null;
  return (now) => {
    running ??= sweep(now);
    try {
      const { done: finished = false } = running.next();
      if (finished) running = null;
      return !finished;
    } catch (error) {
      running = null;
      throw error;
    }
  };
}
