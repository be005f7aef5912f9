import { memberOf, parseJson } from '../../domain/json.js';
import { dayMs } from '../../domain/period.js';
import type { MemoryReading } from '../port.js';
import type { Reading } from '../read/reading.js';
import { StoreError } from '../store-error.js';
import { fileKinds, modelKinds, outboxKinds, type FileKind, type Kind, type Row } from './history-kinds.js';
import { LineError, lineOf, type Line } from './import-line.js';
import { createTaking, type ImportTarget, type Taken, type Taking } from './import-model.js';
import { createOutboxIntake } from './import-outbox.js';

export interface Intake {
  take(text: string): Reading<void>;
  finish(): Reading<readonly Taken[]>;
}

/** The store as it was before. */
type Before = ReturnType<ImportTarget['before']> extends Reading<infer Answer> ? Answer : never;

const kindNames = [modelKinds, fileKinds, outboxKinds].flatMap((kinds) => Object.keys(kinds));

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
function requireReach({ oldest, horizons: known }: Before, horizons: readonly Row[]): void {
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
}

/** Adds the lines about the whole file, when some of it was imported. */
function* addFileRows(
  target: ImportTarget,
  before: Before,
  rows: Readonly<Record<FileKind, readonly Row[]>>,
  whole: boolean,
): Reading<void> {
  requireReach(before, rows.horizon);
  // Counts that an earlier file of the same daemon contained must not be added again.
  if (whole) for (const row of rows.missed) yield* target.addMissed(row);
  const from = rows.horizon.find(({ name }) => name === 'swept');
  // Imported data must be swept too, from where the file's own sweep stopped.
  const known = yield* target.lowerSwept(Number(from?.since ?? 0));
  if (before.oldest === null && !known && from !== undefined) yield* target.addHorizon(from);
  for (const row of rows.horizon) if (row !== from) yield* target.addHorizon(row);
}

/** Imports lines one by one, in the open transaction; each method throws LineError. */
export function* createIntake(target: ImportTarget, memory: MemoryReading): Reading<Intake> {
  const take = createTaking(target, memory);
  const before = yield* target.before();
  const taken = new Map<string, Taken>();
  const fileRows: Record<keyof typeof fileKinds, Row[]> = { missed: [], horizon: [] };
  let number = 0;
  let ended = false;
  let isBehindModels = false;
  const outbox = createOutboxIntake(target, () => [...taken.values()].every(({ how }) => how === 'new'));
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
  function* finishModel(): Reading<void> {
    if (current !== null) yield* current.finish();
    current = null;
    last = null;
  }

  function* begin(row: Row): Reading<void> {
    yield* finishModel();
    const id = String(row.id);
    if (taken.has(id)) fail(`the model ${id} came before`);
    if (isBehindModels) fail('model must come before the lines of no model');
    for (const [member, problemOf] of [
      ['memory', memory.problem],
      ['latest', memory.problemOfLatest],
    ] as const) {
      const stored = row[member] ?? null;
      const problem = stored === null ? null : problemOf(parseJson(String(stored)));
      if (problem !== null) fail(`${member}.${problem}`);
    }
    current = yield* take(row);
    taken.set(id, current.taken);
  }

  function* addToModel({ kind, model, row }: Extract<Line, { type: 'of model' }>): Reading<void> {
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
    yield* current.add(kind, row);
  }

  function* addToFile({ kind, row }: Extract<Line, { type: 'of file' }>): Reading<void> {
    if (current !== null) yield* finishModel();
    isBehindModels = true;
    requireOrder(kind, row, fileKinds[kind].order);
    fileRows[kind].push(row);
  }

  function* addToOutbox({ kind, row }: Extract<Line, { type: 'of outbox' }>): Reading<void> {
    if (current !== null) yield* finishModel();
    isBehindModels = true;
    requireOrder(kind, row, outboxKinds[kind].order);
    yield* outbox.take(kind, row);
  }

  return {
    *take(text) {
      number += 1;
      if (ended) fail('comes after the last line');
      const line = lineOf(text, number);
      if ((line.type === 'header') !== (number === 1))
        fail('the header must be the first line, and only that');
      switch (line.type) {
        case 'header':
          return;
        case 'model':
          yield* begin(line.row);
          return;
        case 'of model':
          yield* addToModel(line);
          return;
        case 'of file':
          yield* addToFile(line);
          return;
        case 'of outbox':
          yield* addToOutbox(line);
          return;
        case 'end':
          if (line.lines !== number)
            fail(`lines is ${line.lines}, must be ${number}: lines are missing or added`);
          yield* finishModel();
          ended = true;
      }
    },
    *finish() {
      if (!ended) fail('is the last one and not of type "end": the file is cut off');
      const all = [...taken.values()];
      const added = all.filter(({ how }) => how === 'new' || how === 'before');
      if (added.length > 0) yield* addFileRows(target, before, fileRows, added.length === all.length);
      return all;
    },
  };
}
