import type { Blame, Outcome, Reason, StateReason } from '../domain/reason.js';

export type { Blame, Outcome, Reason, StateReason };

/** Headers of a reply: a `Headers`, pairs, or an object as Node has it. */
export type ReplyHeaders =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | number | readonly string[] | undefined | null>>;

/** A reply to a call of a model, by whatever client it was made. */
export interface ModelReply {
  /** Whose API it is, such as `openai`, `anthropic`, `bedrock`; `openai_compatible` unless set. docs/providers.md lists them. */
  readonly provider?: string | undefined;
  readonly status: number;
  readonly headers?: ReplyHeaders | null | undefined;
  /** Text, bytes or the parsed JSON. At most 1 MiB is read. */
  readonly body?: string | Uint8Array | ArrayBuffer | object | null | undefined;
  /** Name of the model, so that its words are not taken for what is wrong. */
  readonly model?: string | undefined;
}

/** What a reply means. */
export interface Classification {
  readonly reason: Reason;
  /** Who has to act; null when nobody has. */
  readonly blame: Blame | null;
  /** What one such reply says of the model. */
  readonly outcome: Outcome;
  /** What the reply says, in one line of at most 300 characters without secrets; null when the reason says all. */
  readonly detail: string | null;
  readonly retry: {
    /** Whether the same request may succeed later. */
    readonly helps: boolean;
    /** ms that the reply asks to wait; null where it does not say. */
    readonly afterMs: number | null;
  };
}

/** A model as an entry of `models` in the configuration describes it (docs/configuration.md), with the same names. */
export interface ModelDescription {
  readonly id?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly base_url?: string;
  readonly api_key?: string;
  readonly [key: string]: unknown;
}

/** Result of one check. */
export interface CheckOutcome {
  readonly model: string;
  /** Unix ms. */
  readonly startedAt: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly blame: Blame | null;
  readonly detail: string | null;
  readonly httpStatus: number | null;
  /** ms from the call to the last byte; null when nothing was sent. */
  readonly durationMs: number | null;
  /** ms to the first text; null unless streamed. */
  readonly firstTokenMs: number | null;
  readonly retryAfterMs: number | null;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
  /** Text of the answer, at most 1024 characters; null when there was none. */
  readonly response: string | null;
}

export interface ProberOptions {
  /** Source of variables, also of those of proxies; `process.env` unless set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** False opens a connection for each check. */
  readonly reuseConnections?: boolean;
}

/** Checks models once each. */
export interface Prober {
  /** Resolves with the result, whatever happens to the check; rejects with ConfigError where the description is not valid. */
  check(model: ModelDescription, options?: { readonly signal?: AbortSignal }): Promise<CheckOutcome>;
  /** Closes its connections. */
  close(): Promise<void>;
}

export interface MonitorOptions {
  /** A configuration: the path of a file, or an object with the keys of one. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** The models, where no configuration has them. */
  readonly models?: readonly ModelDescription[];
  /**
   * Where the history is: `temporary`, in a folder that is removed by `stop`, or a file of SQLite. That of the configuration unless
   * set; `temporary` without one.
   */
  readonly store?: 'temporary' | { readonly path: string };
  /** True serves pages, API and metrics at `server.listen`. */
  readonly listen?: boolean;
  /** Least level that is logged to standard output, as JSON lines; `silent` unless set. */
  readonly logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export type ModelState = 'healthy' | 'degraded' | 'unhealthy' | 'unknown' | 'maintenance';

/** A model as the monitor sees it now. */
export interface MonitoredModel {
  readonly id: string;
  readonly state: ModelState;
  /** Unix ms since which it has this state. */
  readonly since: number;
  readonly reason: StateReason | null;
  readonly blame: Blame | null;
  /** The newest check; null before the first. */
  readonly latest: CheckOutcome | null;
  /** Unix ms of the next check; null when none is planned. */
  readonly nextCheck: number | null;
}

export type MonitorEvent =
  | { readonly kind: 'result'; readonly model: string; readonly result: CheckOutcome }
  | {
      readonly kind: 'state';
      readonly model: string;
      readonly state: ModelState;
      readonly was: ModelState;
      readonly since: number;
      readonly reason: StateReason | null;
      readonly blame: Blame | null;
    };

/** The daemon inside of another program. */
export interface Monitor {
  /** Address of the server; null where nothing listens. */
  readonly url: string | null;
  /** Warnings about the configuration. */
  readonly warnings: readonly string[];
  models(): readonly MonitoredModel[];
  /** The model with this id; null for none. */
  model(id: string): MonitoredModel | null;
  /** Calls `listener` after each event; the returned function ends that. What a listener throws is logged. */
  listen(listener: (event: MonitorEvent) => void): () => void;
  /** Reads the configuration again, where it is a file; resolves with the problems, of which none means that it is in force. */
  reload(): Promise<readonly string[]>;
  /** Lets running checks end, writes and closes everything. Idempotent; false when something could not be written. */
  stop(): Promise<boolean>;
}
