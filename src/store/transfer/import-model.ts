import { addEnds, type HourlyChanges } from '../../domain/rollup.js';
import { parseJson } from '../../domain/json.js';
import type { Interval } from '../../domain/state.js';
import type { ModelKind, Row } from './history-kinds.js';
import type { MemoryReading, ModelWrite, StoredModel } from '../port.js';
import { given, type Reading } from '../read/reading.js';
import type { Horizons } from '../window.js';

/**
 * Outcome for a model: `new` without existing history, `before` the existing history, `there` when already imported, or
 * `left` out because it overlaps.
 */
export type Taken =
  | { readonly how: 'new' | 'before' | 'there'; readonly id: string }
  | { readonly how: 'left'; readonly id: string; readonly there: Interval; readonly file: Interval };

/** A model while its lines are read. */
export interface Taking {
  readonly taken: Taken;
  /** Unix ms of its newest slot; null before the first. */
  readonly settled: number | null;
  /** Unix ms of its first sight; null without a memory. */
  readonly firstSeen: number | null;
  add(kind: ModelKind, row: Row): Reading<void>;
  finish(): Reading<void>;
}

/** A store into which a history is imported, in one open transaction. */
export interface ImportTarget {
  /** What it is before the import: its earliest first sight (Unix ms; null without models), and its horizons. */
  before(): Reading<{ readonly oldest: number | null; readonly horizons: Horizons }>;
  find(id: string): Reading<StoredModel | undefined>;
  hasHistory(key: number): Reading<boolean>;
  /** True where a state begins at `from`. */
  begins(key: number, from: number): Reading<boolean>;
  /** Adds a model; returns its key. */
  insertModel(row: Row): Reading<number>;
  /** Gives the model `row.model` all of the row but its id. */
  replaceModel(row: Row): Reading<void>;
  /** Gives the model `row.model` the first sight of the row, and its newest success and result where it has none. */
  moveBack(row: Row): Reading<void>;
  write(write: ModelWrite): Reading<void>;
  /** Notes of incidents that go on at `until`, oldest first: those of the file were added later but are older. */
  sortNotes(key: number, until: number): Reading<void>;
  /**
   * Adds a row to the key `row.model`. `until` (Unix ms) is the start of the existing history, `end` the end of the file's
   * history; both null without existing history.
   */
  add(kind: ModelKind, row: Row): Reading<void>;
  addMissed(row: Row): Reading<void>;
  addHorizon(row: Row): Reading<void>;
  /** True where a channel was ever told of anything here. */
  hasChannels(): Reading<boolean>;
  /** Adds a notice; returns its number. */
  addNotice(row: Row): Reading<number>;
  addChannel(row: Row): Reading<void>;
  addMessage(row: Row): Reading<void>;
  /** Adds an incident of a vendor, unless it is known. */
  addVendorIncident(row: Row): Reading<void>;
  /** Moves the horizon `swept` back; false where there is none. */
  lowerSwept(since: number): Reading<boolean>;
}

const nothing = function* (): Reading<void> {
  yield* given(undefined);
};

/** Prepares the import of models, in the open transaction. */
export function createTaking(target: ImportTarget, memory: MemoryReading): (row: Row) => Reading<Taking> {
  const adding =
    (model: number, bounds: { until: number | null; end: number | null }): Taking['add'] =>
    (kind, row) =>
      target.add(kind, { ...row, ...bounds, model });

  function* fresh(row: Row, known: StoredModel | undefined, file: Interval | null): Reading<Taking> {
    const model = known?.key ?? (yield* target.insertModel(row));
    if (known !== undefined) yield* target.replaceModel({ ...row, model });
    return {
      taken: { how: 'new', id: String(row.id) },
      settled: file?.to ?? null,
      firstSeen: file?.from ?? null,
      add: adding(model, { until: null, end: null }),
      finish: nothing,
    };
  }

  /** The time between the two histories is unknown. */
  function* bridge({ key, health }: StoredModel, row: Row, file: Interval, until: number): Reading<void> {
    const rollups: HourlyChanges = new Map();
    const between = { from: file.to, to: until, state: 'unknown', sign: 1, final: true } as const;
    const wholeHours = addEnds(rollups, between);
    yield* target.write({
      key,
      results: [],
      rewriteFrom: null,
      points: file.to < until ? [{ from: file.to, state: 'unknown', reason: 'not_watched' }] : [],
      rollups,
      wholeHours: wholeHours === null ? [] : [wholeHours],
      incidents: [],
      gaps: [],
      maintenance: [],
      epochs: [],
      health: memory.following(health, parseJson(String(row.memory))),
      watermark: null,
      totals: {
        results: [],
        inputTokens: Number(row.input_tokens),
        outputTokens: Number(row.output_tokens),
        versionChanges: Number(row.version_changes),
      },
    });
    yield* target.moveBack({ ...row, model: key });
  }

  function before(row: Row, known: StoredModel, file: Interval, until: number): Taking {
    return {
      taken: { how: 'before', id: known.id },
      settled: file.to,
      firstSeen: file.from,
      add: adding(known.key, { until, end: file.to }),
      *finish() {
        yield* bridge(known, row, file, until);
        yield* target.sortNotes(known.key, until);
      },
    };
  }

  return function* (row) {
    const known = yield* target.find(String(row.id));
    const file = row.memory === null ? null : memory.covered(JSON.parse(String(row.memory)));
    const lived = known !== undefined && (yield* target.hasHistory(known.key));
    if (known === undefined || (!lived && file !== null)) return yield* fresh(row, known, file);
    const times = { settled: file?.to ?? null, firstSeen: file?.from ?? null };
    const alone = { ...times, add: nothing, finish: nothing };
    if (file === null) return { ...alone, taken: { how: 'there', id: known.id } };
    const there =
      known.health === null ? { from: known.firstSeen, to: known.firstSeen } : memory.covered(known.health);
    const earlier = file.from < there.from && file.to <= there.from;
    if (known.health !== null && earlier) return before(row, known, file, there.from);
    const begun = there.from === file.from || (yield* target.begins(known.key, file.from));
    if (begun && file.to <= there.to) return { ...alone, taken: { how: 'there', id: known.id } };
    return { ...alone, taken: { how: 'left', id: known.id, there, file } };
  };
}
