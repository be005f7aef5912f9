import type { TimeSpent } from '../domain/down-time.js';
import type { Epoch } from '../domain/epoch.js';
import type { ExcludedPeriod, Exclusion } from '../domain/exclusion.js';
import type {
  Acknowledgement,
  Incident,
  IncidentPlace,
  Note,
  OpenAcknowledgement,
} from '../domain/incident.js';
import type { Notice } from '../domain/notify/notice.js';
import { missCauses, type MissCause } from '../domain/check.js';
import type { Blame, Outcome, Reason } from '../domain/reason.js';
import type { RecordedResult } from '../domain/result.js';
import type { Rollup } from '../domain/rollup.js';
import type { Interval, StateDurations, StatePoint } from '../domain/state.js';
import type { Span } from '../domain/timeline.js';
import type { ShardFence } from './fleet-port.js';
import type { OutboxStore } from './outbox-port.js';
import type { VendorStore } from './vendor-port.js';
import type { Resolution } from './window.js';

/** Number that the store assigns to a model at first sight; stable across renames. */
export type ModelKey = number;

export { missCauses, type MissCause };

/** Stored data of a model, read at start. */
export interface StoredModel {
  readonly key: ModelKey;
  readonly id: string;
  readonly firstSeen: number;
  /** The reducer's memory as it was last written; null before the first write. */
  readonly health: unknown;
  /** Last slot that ended as a result or a counted miss; null when there is none or the model was retired. */
  readonly watermark: number | null;
  readonly retiredAt: number | null;
  readonly latest: RecordedResult | null;
  /** Newest success's slot, for last_success_timestamp_seconds. */
  readonly lastSuccess: number | null;
  readonly totals: ModelTotals;
}

/** Counters that continue after a restart. */
export interface ModelTotals {
  readonly results: readonly { outcome: Outcome; reason: Reason; count: number }[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly versionChanges: number;
}

/** Name of a model in the store. */
export type StoredName = Pick<StoredModel, 'key' | 'id' | 'retiredAt'>;

/** Everything that one flush writes for one model; applied whole, in one transaction with the other models. */
export interface ModelWrite {
  readonly key: ModelKey;
  readonly results: readonly RecordedResult[];
  /** Stored points at or after this time are deleted before `points` are inserted; null deletes none. */
  readonly rewriteFrom: number | null;
  readonly points: readonly StatePoint[];
  /** Changes by UTC hour start (ms); the store adds them to hours and days alike. */
  readonly rollups: ReadonlyMap<number, Rollup>;
  /** Spans of whole UTC hours that `rollups` lack, added to hours and days; the hours of whole days of a final one get no rows. */
  readonly wholeHours: readonly Span[];
  /** Upserted by (model, openedAt). */
  readonly incidents: readonly Incident[];
  /** First slots of gaps, missed while the daemon did not run. */
  readonly gaps: readonly number[];
  /** Maintenance intervals; one with a known `from` replaces it, one with `to` <= `from` deletes it. */
  readonly maintenance: readonly Interval[];
  /** Schedule, timeout and confirmation from a time on, as JSON. */
  readonly epochs: readonly { readonly from: number; readonly settings: unknown }[];
  /** Changes to tell; none unless set. */
  readonly notices?: readonly Notice[];
  readonly health: unknown;
  readonly watermark: number | null;
  /** Added to the stored totals. */
  readonly totals: ModelTotals;
}

export interface Batch {
  readonly models: readonly ModelWrite[];
  /** Added to the stored counters. */
  readonly missed: ReadonlyMap<MissCause, number>;
  /** Where instances share the store: once a shard has another fence, nothing is written, and `write` rejects with FencedError. */
  readonly fences?: readonly ShardFence[];
}

/** A part of a batch whose content the store refuses, so that a retry would fail too. */
export interface Refusal {
  /** Null for data of no model. */
  readonly key: ModelKey | null;
  readonly what:
    | 'result'
    | 'model'
    | 'totals'
    | 'state'
    | 'incident'
    | 'gap'
    | 'maintenance'
    | 'epoch'
    | 'notice'
    | 'rollup'
    | 'missed';
  /** Slot of a result. */
  readonly slot: number | null;
  /** The refused value, bounded: the numbers that are no safe integers, or else the beginning of the part. */
  readonly value: string;
  readonly message: string;
}

export interface StoredIncident extends Incident {
  readonly id: number;
  readonly model: string;
  /** The newest one, also when its time is over; null without one. */
  readonly acknowledged: Acknowledgement | null;
  /** Oldest first. */
  readonly notes: readonly Note[];
  /** Those that overlap the incident. */
  readonly exclusions: readonly Exclusion[];
}

export interface StoredAcknowledgement extends OpenAcknowledgement {
  readonly key: ModelKey;
}

/** A change of an acknowledgement; null takes it back. */
export interface AcknowledgementChange {
  readonly acknowledgement: Acknowledgement | null;
  /** What channels may tell of it, written with it. */
  readonly notice: Notice;
}

export interface StoredPeriod extends ExcludedPeriod {
  readonly key: ModelKey;
}

export interface ResultQuery extends Interval {
  readonly outcome?: Outcome;
  readonly limit: number;
  /** Only slots before this one; the cursor of newest-first paging. */
  readonly before?: number;
}

export interface IncidentQuery {
  readonly model?: ModelKey;
  /** Only those of models with these keys. */
  readonly models?: readonly ModelKey[];
  /** Only those of the model that has or had this id. */
  readonly named?: string;
  readonly blame?: Blame;
  readonly open?: boolean;
  /** Incidents that overlap [from, to). */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  /** By the time of opening unless set; `stored` is by id, in which an import comes last. The newest is the first of both. */
  readonly order?: 'stored';
  /** Only those behind this one in the order by the time of opening, in which an id alone is no place. */
  readonly after?: IncidentPlace;
  /** Only ids below this one, for the order `stored`. */
  readonly before?: number;
  /** No further incident once notes and exclusions have more characters than this. */
  readonly mostText?: number;
}

/** A window of a model, for several in one call. */
export interface ModelWindow extends Interval {
  readonly key: ModelKey;
  /** Intervals that do not count. */
  readonly without?: readonly Interval[];
}

/** Counts, tokens and latency over a window, and how far its ends were moved to available data. */
export interface Counts extends Omit<Rollup, 'durations'> {
  readonly resolution: Resolution;
}

/** Results in one batch that block the event loop for a few ms only. */
export const batchResults = 100;

/** Some hours of a model, by their starts in Unix ms. */
export interface HoursOfModel {
  readonly key: ModelKey;
  readonly hours: readonly number[];
}

/** Histograms of several hours together. */
export type Histograms = Pick<Rollup, 'latency' | 'speed'>;

/** Rows of hours and days in one batch that take the thread of the store some ms. */
export const batchRows = 5_000;

/** The store as code outside `store/` uses it; nothing here assumes SQLite or a single process. */
export interface Store extends OutboxStore, VendorStore {
  /** All models that still have history. */
  models(): Promise<readonly StoredModel[]>;
  /** Names of the models that are not retired, and of those with these ids or keys: the retired ones of years may be many. */
  names(which: readonly (string | ModelKey)[]): Promise<readonly StoredName[]>;
  /**
   * Returns the model; creates it at first sight, or renames `renameFrom` when `id` has no history. With `own`, the id of an instance, the
   * shard of `renameFrom` gets another fence where another instance has it, so that nothing is written under the former name.
   */
  register(
    id: string,
    now: number,
    renameFrom: string | null,
    fences?: readonly ShardFence[],
    own?: string,
  ): Promise<StoredModel>;
  /** Marks models that left the registry, all or none; their history stays until retention. With `own`, as `register`. */
  retire(keys: readonly ModelKey[], now: number, fences?: readonly ShardFence[], own?: string): Promise<void>;
  missed(): Promise<ReadonlyMap<MissCause, number>>;
  /**
   * Durable when it resolves; rejects when nothing was written, for a reason that may pass. Resolves with the parts
   * that were left out because the store refuses their content. One batch is one transaction and is not divided: keep
   * it to about `batchResults` results and `batchRows` rows of hours and days, and yield to the event loop between two.
   */
  write(batch: Batch): Promise<readonly Refusal[]>;
  /** Points in [from, to), preceded by the one in effect at `from`; the first `most` of them. */
  points(key: ModelKey, from: number, to: number, most?: number): Promise<readonly StatePoint[]>;
  /**
   * Exact ms per state of the stored time line in each of the windows, whose ends must not be after the last point written,
   * in the order of the windows: one call for many, since its way to the store costs more than the answer.
   */
  durations(windows: readonly ModelWindow[]): Promise<readonly StateDurations[]>;
  /** The same with the unhealthy time by the blame of the points' reasons, both of one state of the store. */
  spent(windows: readonly ModelWindow[]): Promise<readonly TimeSpent[]>;
  /** Excludes the intervals of `without`. */
  counts(key: ModelKey, from: number, to: number, without?: readonly Interval[]): Promise<Counts>;
  /** Of each model, in this order. */
  hourHistograms(asked: readonly HoursOfModel[]): Promise<readonly Histograms[]>;
  /** Newest first. */
  results(key: ModelKey, query: ResultQuery): Promise<readonly RecordedResult[]>;
  /** Newest first. */
  incidents(query: IncidentQuery): Promise<readonly StoredIncident[]>;
  maintenance(key: ModelKey, from: number, to: number): Promise<readonly Interval[]>;
  epochs(key: ModelKey): Promise<readonly { from: number; settings: unknown }[]>;
  gaps(key: ModelKey): Promise<readonly number[]>;
  /** Acknowledgements of open incidents. */
  acknowledged(): Promise<readonly StoredAcknowledgement[]>;
  /** By start. */
  exclusions(key: ModelKey): Promise<readonly Exclusion[]>;
  /** Exclusions of all models with ids above `after`, by id, without their texts; a page, empty behind the last one. */
  excludedPeriods(after: number): Promise<readonly StoredPeriod[]>;
  /** Adds a note; returns the incident, or null when there is none with this id. */
  addNote(incident: number, note: Note): Promise<StoredIncident | null>;
  /**
   * Acknowledges an open incident, or takes that back; returns it as it is then, or null when there is none with this id. `changed` is
   * false where nothing was to be done: it is closed, or has the same acknowledgement already.
   */
  acknowledge(
    incident: number,
    change: AcknowledgementChange,
  ): Promise<{ readonly incident: StoredIncident; readonly changed: boolean } | null>;
  exclude(key: ModelKey, exclusion: Omit<Exclusion, 'id'>): Promise<Exclusion>;
  /** Deletes an exclusion; false when the model has none with this id. */
  include(key: ModelKey, id: number): Promise<boolean>;
  /** Deletes at most one bounded batch of data beyond retention; true when more is left. */
  prune(now: number): Promise<boolean>;
  /** Random text that no other store has, the same for good: for ids that nobody may guess. Made with its first use, in no export. */
  secret(): Promise<string>;
  /** Bytes on disk, WAL included. */
  sizeBytes(): Promise<number>;
  close(): Promise<void>;
}

/** Methods of the store that change nothing; for commands that read beside the daemon. */
export type StoreReader = Omit<
  Store,
  | 'register'
  | 'retire'
  | 'write'
  | 'prune'
  | 'addNote'
  | 'acknowledge'
  | 'exclude'
  | 'include'
  | 'secret'
  | 'keepVendorIncidents'
  | Exclude<keyof OutboxStore, 'notices'>
>;

/** Functions on the memory of a model, whose format the store does not know. */
export interface MemoryReading {
  /** The time its rollups cover: from its first sight to its newest slot. */
  covered(memory: unknown): Interval;
  /** The same memory with the history of the memory `earlier` before its own. */
  following(memory: unknown, earlier: unknown): unknown;
  /** Times that a replay of the results leaves out. */
  breaks(memory: unknown): readonly Interval[];
  /** A stored epoch; null when it is not valid. */
  epoch(settings: unknown): Epoch | null;
  /** Why it is no memory, such as `health.settled must be a number`; null when it is one. */
  problem(memory: unknown): string | null;
  /** The same for the newest result, which is stored beside the memory. */
  problemOfLatest(latest: unknown): string | null;
}
