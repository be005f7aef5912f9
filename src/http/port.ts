import type { Exclusion } from '../domain/exclusion.js';
import type { Acknowledgement, Note } from '../domain/incident.js';
import type { CheckResult, RecordedResult } from '../domain/result.js';
import type { Interval } from '../domain/state.js';
import type { VendorIncident } from '../domain/vendor.js';
import type { VendorPageState } from '../domain/vendor-word.js';
import type { ModelView } from '../domain/view.js';
import type { Format } from '../metrics/format.js';
import type { MonitorView } from '../page/monitor-view.js';
import type { MessageQuery, StoredMessage } from '../store/outbox-port.js';
import type { Store, StoredIncident } from '../store/port.js';
import type { VendorQuery } from '../store/vendor-port.js';
import type { EventFeed } from './event-feed.js';
import type { HealthAnswer } from './shapes/health-shape.js';
import type { LongAnswer, LongQuestion } from './long-read.js';

/** Methods of the store that routes read. */
export type HistoryStore = Pick<
  Store,
  | 'points'
  | 'durations'
  | 'spent'
  | 'counts'
  | 'results'
  | 'incidents'
  | 'exclusions'
  | 'names'
  | 'maintenance'
  | 'secret'
>;

/** The model-health API as routes use it. */
export interface HealthApi {
  /** Current settings; a reload may change them. */
  terms(): { readonly enabled: boolean; readonly apiKeys: readonly string[]; readonly ratePerMin: number };
  /** Checks the model that a body describes, for the caller with this key, or returns why the body is invalid. */
  ask(
    body: unknown,
    signal: AbortSignal,
    key: string,
  ): Promise<
    | HealthAnswer
    | {
        readonly problems: readonly {
          readonly path: readonly (string | number)[];
          readonly message: string;
        }[];
      }
  >;
  /** Checks a model of the registry; null when none has this name and, if given, this version. */
  askSaved(
    name: string,
    version: string | null,
    signal: AbortSignal,
    key: string,
  ): Promise<HealthAnswer | null>;
}

/** Notes to incidents, and exclusions. */
export interface Annotations {
  /** The incident with its new note; null when no incident has this id. */
  note(incident: number, note: Omit<Note, 'at'>): Promise<StoredIncident | null>;
  /** Excludes time of a model from the figures; null when the registry has no such model. */
  exclude(model: string, window: Interval & { readonly reason: string }): Promise<Exclusion | null>;
  /** Deletes an exclusion; false when the model has none with this id. */
  include(model: string, exclusion: number): Promise<boolean>;
}

/** Who cares for incidents. Both resolve with null when no incident has this id, and reject with HttpError 409 for a closed one. */
export interface Acknowledgements {
  /** Replaces an earlier one; `address` is the client's, for the log. */
  acknowledge(
    incident: number,
    acknowledgement: Omit<Acknowledgement, 'at'>,
    address: string,
  ): Promise<StoredIncident | null>;
  takeBack(incident: number, by: string, address: string): Promise<StoredIncident | null>;
}

/** Who sent a request, for the log. */
export interface Caller {
  readonly address: string;
  /** Bounded, without control characters; null when the request names none. */
  readonly userAgent: string | null;
}

/** Pauses by hand; false when the registry has no such model. Resolves when the change is in effect. */
export interface Pauses {
  pause(model: string): Promise<boolean>;
  /** Rejects with HttpError 409 while the configuration pauses the model. */
  resume(model: string): Promise<boolean>;
}

/** Messages to the channels of the configuration. */
export interface Notifications {
  list(query: MessageQuery): Promise<readonly StoredMessage[]>;
  /** What a channel of the configuration is, such as `slack`; null for one that it has no longer. */
  kindOf(channel: string): string | null;
  /** Sends a message again; null when none has this id, `no_channel` when its channel is not configured. */
  replay(id: string): Promise<StoredMessage | 'no_channel' | null>;
}

/** What vendors say on their status pages. */
export interface Vendors {
  /** All pages that are read. */
  pages(): readonly VendorPageState[];
  /** The page of a model; null for one without. */
  ofModel(model: string): VendorPageState | null;
  /** Name of the page of a model, also before it was read. */
  pageOf(model: string): string | null;
  /** Of the past too. None while no pages are read. */
  incidents(query: VendorQuery): Promise<readonly VendorIncident[]>;
}

/** A text as one reader receives it. */
export interface Reading {
  readonly chunks: AsyncIterable<string | Buffer>;
  /** Aborts when the reader is dropped in favour of others because it reads too slowly. */
  readonly givenUp: AbortSignal;
  /** Call this when the reader has ended, also when it read nothing. */
  leave(): void;
}

/** The daemon as routes use it. */
export interface Backend {
  views(): Iterable<ModelView>;
  view(id: string): ModelView | undefined;
  readonly store: HistoryStore;
  /** Answers outside the event loop; 503 when too many queries wait already. Only the first page of several is refused. */
  readLong(question: LongQuestion): Promise<LongAnswer<Uint8Array>>;
  readonly events: EventFeed;
  readonly health: HealthApi;
  readonly annotations: Annotations;
  readonly acknowledgements: Acknowledgements;
  readonly pauses: Pauses;
  readonly notifications: Notifications;
  /** Unset where no status page is read. */
  readonly vendors?: Vendors;
  /** Checks a model of the registry now, or joins the check that is running; resolves when it is recorded. */
  checkNow(id: string): Promise<RecordedResult>;
  /** Reloads the configuration; with problems nothing changes. `unapplied` is true if it is valid, but the store failed. */
  reload(caller: Caller): Promise<{
    readonly problems: readonly string[];
    readonly warnings: readonly string[];
    readonly unapplied: boolean;
  }>;
  /** True while the scheduler ticks. */
  live(): boolean;
  /** True once the configuration was loaded and the store opened. */
  ready(): boolean;
  /** All metrics. */
  exposition(format: Format): Reading;
  /** Checks a model of the registry now without recording the result; null when no model has this id. */
  probe(id: string, timeoutMs: number, signal: AbortSignal): Promise<CheckResult | null>;
  /** What the daemon knows of itself, for people. */
  monitor(): Promise<MonitorView>;
  /** The effective configuration of a model as YAML, secrets masked; null when the registry has no such model. */
  configurationOf(id: string): string | null;
  /** Unix time in ms. */
  now(): number;
}

/** Receives every error that answers 500 or cuts an answer short; `where` is method and route. */
export type Report = (error: unknown, where: string) => void;

export interface RouteOptions {
  readonly backend: Backend;
  readonly report: Report;
}
