import type { Blame, Outcome, Reason, StateReason } from '../../domain/reason.js';
import type { RecordedResult } from '../../domain/result.js';
import type { State } from '../../domain/state.js';
import type { Uptime } from '../../domain/uptime.js';
import type { UptimeWindow } from '../../domain/view.js';
import type { IncidentQuery, StoredIncident } from '../../store/port.js';

/** A model as tools tell it. Times are Unix ms. */
export interface ToldModel {
  readonly id: string;
  /** Null for a model that is in the history only, as the next one. */
  readonly provider: string | null;
  readonly modelName: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: State;
  readonly since: number;
  readonly reason: StateReason | null;
  /** The probe that decides the state; null for the model's own. */
  readonly probe: string | null;
  readonly latest: Pick<RecordedResult, 'slot' | 'outcome' | 'reason' | 'detail'> | null;
  readonly slo: number | null;
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
  readonly providerUptime: Readonly<Record<UptimeWindow, Uptime>>;
}

export interface ModelQuery {
  readonly state?: State | undefined;
  /** `key:value` */
  readonly label?: string | undefined;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A reply that somebody got from a model. */
export interface GivenReply {
  readonly provider?: string | undefined;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
}

/** What it means. */
export interface ExplainedReply {
  readonly reason: Reason;
  readonly outcome: Outcome;
  readonly blame: Blame | null;
  /** What the reply says, in a line without secrets. */
  readonly detail: string | null;
}

/** What the tools read: the views of a daemon, or a history. */
export interface ToolSource {
  /** In the order of their ids, one more than the limit where there are more. */
  models(query: ModelQuery): Promise<readonly ToldModel[]>;
  /** Null when there is no such model. */
  model(id: string): Promise<ToldModel | null>;
  /** Null when there is no such model. */
  incidents(
    query: Omit<IncidentQuery, 'model' | 'models' | 'named'> & { readonly id?: string | undefined },
  ): Promise<readonly StoredIncident[] | null>;
  /** Unix ms */
  now(): number;
  explain(reply: GivenReply): Promise<ExplainedReply>;
  /** Checks a model now; absent where that is not allowed. */
  readonly checkNow?: (id: string) => Promise<RecordedResult>;
}
