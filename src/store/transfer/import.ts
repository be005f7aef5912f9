import type { Database } from 'better-sqlite3';
import { dayMs } from '../../domain/period.js';
import { describe } from '../sqlite/file/failure.js';
import { fileKinds, modelKinds, type Kind, type Row } from './history-kinds.js';
import { LineError, lineOf, type Line } from './import-line.js';
import { prepareTaking, type Taken, type Taking } from './import-model.js';
import { prepareHorizons } from '../sqlite/rows/horizon-row.js';
import { openLoneWriter } from '../sqlite/lone-writer.js';
import type { MemoryReading } from '../port.js';
import { StoreError } from '../store-error.js';
import { memberOf, parseJson } from '../../domain/json.js';

const kindNames = [...Object.keys(modelKinds), ...Object.keys(fileKinds)];

/** True when the row's key is greater than that of the row before. */
function rises(previous: Row, row: Row, order: readonly string[]): boolean {
  for (const member of order) {
    const [before, now] = [previous[member] ?? 0, row[member] ?? 0];
    if (before !== now) return before < now;
  }
  return order.length === 0;
}

/**
 * Throws StoreError for horizons that would hide existing data: they apply to all models, and never go back. Allows a
 * day, which retention deletes between two exports.
 */
function prepareReach(database: Database): (horizons: readonly Row[]) => void {
  const oldest = database.prepare<[], number | null>('SELECT min(first_seen) FROM models').pluck().get();
  const known = prepareHorizons(database)();
  return (horizons) => {
    for (const { name, since } of horizons) {
      if (name === 'swept') continue;
      const reach = Math.max(oldest ?? Infinity, Number(memberOf(known, String(name))));
      if (Number(since) <= reach + dayMs) continue;
      const [theirs, ours] = [Number(since), reach].map((time) => new Date(time).toISOString());
      throw new StoreError(
        'unavailable',
        `the file has ${String(name)} only from ${theirs} on, the database from ${ours}: older data would no longer be read; ` +
          'import the file into a database of its own',
      );
    }
  };
}

/** Adds the lines about the whole file, when some of it was imported. */
function prepareFileRows(database: Database) {
  const requireReach = prepareReach(database);
  const bare = database.prepare('SELECT 1 FROM models').get() === undefined;
  const missed = database.prepare<[Row]>(`INSERT INTO missed VALUES (@cause, @count)
    ON CONFLICT (cause) DO UPDATE SET count = count + excluded.count`);
  const horizon = database.prepare<[Row]>(`INSERT INTO horizons VALUES (@name, @since)
    ON CONFLICT (name) DO UPDATE SET since = max(since, excluded.since)`);
  const swept = database.prepare<[{ since: number }]>(
    "UPDATE horizons SET since = min(since, @since) WHERE name = 'swept'",
  );
  return (rows: Readonly<Record<keyof typeof fileKinds, readonly Row[]>>, whole: boolean): void => {
    requireReach(rows.horizon);
    // Counts that an earlier file of the same daemon contained must not be added again.
    if (whole) for (const row of rows.missed) missed.run(row);
    const from = rows.horizon.find(({ name }) => name === 'swept');
    // Imported data must be swept too, from where the file's own sweep stopped.
    const known = swept.run({ since: Number(from?.since ?? 0) }).changes > 0;
    if (bare && !known && from !== undefined) horizon.run(from);
    for (const row of rows.horizon) if (row !== from) horizon.run(row);
  };
}

/** Imports lines one by one, in the open transaction; each method throws LineError. */
function createIntake(database: Database, memory: MemoryReading) {
  const take = prepareTaking(database, memory);
  const addFileRows = prepareFileRows(database);
  const taken = new Map<string, Taken>();
  const fileRows: Record<keyof typeof fileKinds, Row[]> = { missed: [], horizon: [] };
  let number = 0;
  let ended = false;
  let current: Taking | null = null;
  let last: { readonly kind: string; readonly row: Row } | null = null;

  const fail = (problem: string): never => {
    throw new LineError(number, problem);
  };
  const requireOrder = (kind: string, row: Row, order: readonly string[]): void => {
    if (last !== null && kindNames.indexOf(kind) < kindNames.indexOf(last.kind))
      fail(`${kind} must come before ${last.kind}`);
    if (last?.kind === kind && !rises(last.row, row, order))
      fail(`${order.join(' and ')} must be after that of the line before`);
    last = { kind, row };
  };
  const finishModel = (): void => {
    current?.finish();
    current = null;
    last = null;
  };

  function begin(row: Row): void {
    finishModel();
    const id = String(row.id);
    if (taken.has(id)) fail(`the model ${id} came before`);
    if (fileRows.missed.length + fileRows.horizon.length > 0)
      fail('model must come before missed and horizon');
    for (const [member, problemOf] of [
      ['memory', memory.problem],
      ['latest', memory.problemOfLatest],
    ] as const) {
      const stored = row[member] ?? null;
      const problem = stored === null ? null : problemOf(parseJson(String(stored)));
      if (problem !== null) fail(`${member}.${problem}`);
    }
    current = take(row);
    taken.set(id, current.taken);
  }

  function addToModel({ kind, model, row }: Extract<Line, { type: 'of model' }>): void {
    if (current === null) return fail(`${kind} must follow its model`);
    if (model !== current.taken.id) fail(`model must be ${current.taken.id}, whose lines these are`);
    const { order, settled, seen }: Pick<Kind, 'order' | 'settled' | 'seen'> = modelKinds[kind];
    requireOrder(kind, row, order);
    if (settled !== undefined && Number(row[settled]) > (current.settled ?? -Infinity))
      fail(`${settled} must not be after the newest slot in the memory of the model`);
    // No daemon makes such a result, and a replay has no state before it.
    if (seen !== undefined && current.firstSeen !== null && Number(row[seen]) <= current.firstSeen) {
      const firstSeen = new Date(current.firstSeen).toISOString();
      fail(`${seen} of the model ${model} must be after its first_seen, ${firstSeen}`);
    }
    current.add(kind, row);
  }

  function addToFile({ kind, row }: Extract<Line, { type: 'of file' }>): void {
    if (current !== null) finishModel();
    requireOrder(kind, row, fileKinds[kind].order);
    fileRows[kind].push(row);
  }

  return {
    take(text: string): void {
      number += 1;
      if (ended) fail('comes after the last line');
      const line = lineOf(text, number);
      if ((line.type === 'header') !== (number === 1))
        fail('the header must be the first line, and only that');
      switch (line.type) {
        case 'header':
          return;
        case 'model':
          begin(line.row);
          return;
        case 'of model':
          addToModel(line);
          return;
        case 'of file':
          addToFile(line);
          return;
        case 'end':
          if (line.lines !== number)
            fail(`lines is ${line.lines}, must be ${number}: lines are missing or added`);
          finishModel();
          ended = true;
      }
    },
    finish(): readonly Taken[] {
      if (!ended) fail('is the last one and not of type "end": the file is cut off');
      const all = [...taken.values()];
      const added = all.filter(({ how }) => how === 'new' || how === 'before');
      if (added.length > 0) addFileRows(fileRows, added.length === all.length);
      return all;
    },
  };
}

/**
 * Imports a history file into the database at `path`, whole or not at all; existing data stay as they are. Throws
 * StoreError, and LineError for an invalid file.
 */
export async function importHistory(
  { path, migrationsDir, memory }: { path: string; migrationsDir: string; memory: MemoryReading },
  lines: AsyncIterable<readonly string[]>,
): Promise<readonly Taken[]> {
  const { database, close } = openLoneWriter(path, migrationsDir);
  try {
    database.exec('BEGIN IMMEDIATE');
    const intake = createIntake(database, memory);
    for await (const some of lines) for (const line of some) intake.take(line);
    const taken = intake.finish();
    database.exec('COMMIT');
    return taken;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw describe(error, path);
  } finally {
    close();
  }
}
