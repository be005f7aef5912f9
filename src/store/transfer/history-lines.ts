import { keysOf } from '../../domain/table.js';
import type { Reading } from '../read/reading.js';
import { StoreError } from '../store-error.js';
import type { Field } from './history-fields.js';
import {
  fileKinds,
  historyFormat,
  historyVersion,
  modelKinds,
  modelLine,
  outboxKinds,
  type FileKind,
  type ModelKind,
  type OutboxKind,
  type Row,
} from './history-kinds.js';
import { printableJson } from './printable-json.js';
import { createSpool } from './spool.js';

/** Rows of a store as of one moment. */
export interface MomentRows {
  /** The line `model`; undefined where retention has deleted it. */
  model(key: number): Reading<Row | undefined>;
  eachRow(kind: ModelKind, key: number, take: (row: Row) => void): Reading<void>;
  eachOutboxRow(kind: OutboxKind, take: (row: Row) => void): Reading<void>;
}

/** A store from which an export is made. */
export interface ExportSource {
  /** Folders for what does not fit into memory. */
  readonly folders: readonly string[];
  models(): Reading<readonly { readonly key: number; readonly id: string }[]>;
  /** Runs over one state of the store. */
  atOnce(work: (rows: MomentRows) => Reading<void>): Reading<void>;
  fileRows(kind: FileKind): Reading<readonly Row[]>;
}

function textOf(type: string, line: object): string {
  return `${printableJson({ type, ...line })}\n`;
}

function shape(row: Row, members: Readonly<Record<string, Field>>): object {
  const line: Record<string, unknown> = {};
  for (const member in members) line[member] = members[member]?.write(row[member] ?? null);
  return line;
}

function* spoolModel(rows: MomentRows, key: number, add: (line: string) => void): Reading<void> {
  const row = yield* rows.model(key);
  // Retention may have deleted it meanwhile.
  if (row === undefined) return;
  add(textOf('model', shape(row, modelLine.members)));
  for (const type of keysOf(modelKinds)) {
    const { members } = modelKinds[type];
    yield* rows.eachRow(type, key, (each) => {
      add(textOf(type, { model: row.id, ...shape(each, members) }));
    });
  }
}

function* spoolOutbox(rows: MomentRows, add: (line: string) => void): Reading<void> {
  for (const type of keysOf(outboxKinds)) {
    const { members } = outboxKinds[type];
    yield* rows.eachOutboxRow(type, (row) => {
      add(textOf(type, shape(row, members)));
    });
  }
}

/**
 * The history of the models `ids`, or of all without ids, as lines of text in pieces, and between them the promises of a store
 * that has to wait. Each model is copied in one transaction, which ends before its first line is yielded: a reader that stalls
 * holds up no store.
 */
export function* historyLines(
  source: ExportSource,
  ids: readonly string[],
): Generator<string | Promise<unknown>, void, unknown> {
  let lines = 2;
  function* spooled(
    work: (rows: MomentRows, add: (line: string) => void) => Reading<void>,
  ): Generator<string | Promise<unknown>, void, unknown> {
    const spool = createSpool(source.folders);
    try {
      yield* source.atOnce((rows) =>
        work(rows, (line) => {
          spool.add(line);
        }),
      );
      lines += spool.lines;
      yield* spool.chunks();
    } finally {
      spool.close();
    }
  }

  const keys = yield* source.models();
  const unknown = ids.find((id) => keys.every((model) => model.id !== id));
  if (unknown !== undefined) {
    const known = keys.map(({ id }) => id).join(', ') || 'none';
    throw new StoreError('unknown_model', `no model ${unknown} in the database; it has ${known}`);
  }
  yield textOf('header', { format: historyFormat, version: historyVersion });
  for (const { key, id } of keys) {
    if (ids.length > 0 && !ids.includes(id)) continue;
    yield* spooled((rows, add) => spoolModel(rows, key, add));
  }
  // Last, since retention may have continued: they hold the horizons of all models above.
  for (const type of keysOf(fileKinds)) {
    if (type === 'missed' && ids.length > 0) continue;
    for (const row of yield* source.fileRows(type)) {
      lines += 1;
      yield textOf(type, shape(row, fileKinds[type].members));
    }
  }
  // At one moment: a message and what its channel knows of it belong together.
  if (ids.length === 0) yield* spooled(spoolOutbox);
  yield textOf('end', { lines });
}
