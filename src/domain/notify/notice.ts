import type { Health } from '../health.js';
import type { Acknowledgement } from '../incident.js';
import type { Model } from '../model.js';
import { blameFor, type Blame, type StateReason } from '../reason.js';
import { changeWords, type VersionChange } from '../version.js';

/** States that people are told of. */
export const toldStates = ['unhealthy', 'degraded', 'unknown', 'maintenance'] as const;
export type ToldState = (typeof toldStates)[number];

/** What happens at one moment, and has no end. */
export const remarks = ['version', 'certificate', 'key', 'budget', 'objective'] as const;
export type Remark = (typeof remarks)[number];

export function isRemark(what: ToldState | Remark): what is Remark {
  return (remarks as readonly string[]).includes(what);
}

/** A change of one model that channels may tell, as it is stored with the result that shows it. */
export interface Notice {
  /**
   * `began`, `changed` and `ended` are of a state; `happened` is a remark; `acknowledged` and `taken_back` are what somebody did to
   * the acknowledgement of an incident.
   */
  readonly kind: 'began' | 'changed' | 'ended' | 'happened' | 'acknowledged' | 'taken_back';
  readonly what: ToldState | Remark;
  readonly model: string;
  readonly provider: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Unix ms: start of the state, or time of the remark. */
  readonly since: number;
  /** Unix ms of the change itself; of an end the end. */
  readonly at: number;
  readonly reason: StateReason | null;
  readonly blame: Blame | null;
  readonly detail: string | null;
  /** Failed checks of an incident so far; null for other states. */
  readonly failures: number | null;
  /** Of the end of an incident: how many checks in a row confirm it. */
  readonly confirmedBy?: number;
  /** The acknowledgement in force, or of a notice about one: who did it, and when. */
  readonly acknowledged?: Acknowledgement;
}

/** A state or remark of a model, apart from what happened to it when. */
export type NoticedState = Omit<Notice, 'kind' | 'at' | 'confirmedBy'>;

/** The state alone of what has more: a notice, or what a channel knows of it. */
export function stateOf(known: NoticedState): NoticedState {
  const { model, provider, labels, what, since, reason, blame, detail, failures, acknowledged } = known;
  const state = { model, provider, labels, what, since, reason, blame, detail, failures };
  return acknowledged === undefined ? state : { ...state, acknowledged };
}

/** A notice as the store has it; ids grow in the order of commits. */
export interface StoredNotice {
  readonly id: number;
  readonly notice: Notice;
}

/** What of a model's memory shows that there is something to tell. */
export interface NoticeSource {
  readonly health: Health;
  readonly certificateExpiresAt: number | null;
}

/** What a result adds. */
interface Seen {
  readonly model: Pick<Model, 'id' | 'provider' | 'labels'>;
  readonly slot: number;
  readonly reason: StateReason;
  readonly detail: string | null;
  readonly changes: readonly VersionChange[];
  /** Of keys and budgets. */
  readonly warnings: readonly Omit<NoticedState, 'model' | 'provider' | 'labels' | 'failures'>[];
  /** ms before the end of a certificate at which it is told; null for never. */
  readonly certificateMs: number | null;
}

interface Stretch {
  readonly what: ToldState;
  readonly since: number;
  readonly reason: StateReason | null;
  readonly failures: number | null;
}

/** Longest detail in a notice. */
const longestDetail = 500;

/** The open incident, and the state of the time line where it is another one that is told. */
function stretchesOf({ incident, state, since, reason }: Health): Stretch[] {
  const found: Stretch[] = [];
  if (incident !== null) {
    const now = state === 'unhealthy' && reason !== null ? reason : incident.reason;
    found.push({
      what: 'unhealthy',
      since: incident.openedAt,
      reason: now,
      failures: incident.checksFailed,
    });
  }
  const blame = reason === null ? null : blameFor(reason);
  // A pause and the time before the first result have no blame: nobody has to act.
  if (state === 'degraded' || state === 'maintenance' || (state === 'unknown' && blame !== null))
    found.push({ what: state, since, reason, failures: null });
  return found;
}

/** The detail that belongs to a reason: of the newest result if there is one, or of the first one of the run. */
function detailOf(
  reason: StateReason | null,
  { run }: Health,
  newest: Pick<Seen, 'reason' | 'detail'> | null,
): string | null {
  const detail = reason === newest?.reason ? newest.detail : reason === run?.reason ? run.detail : null;
  return detail?.slice(0, longestDetail) ?? null;
}

function noticeOf(
  kind: Notice['kind'],
  { id, provider, labels }: Seen['model'],
  stretch: Stretch,
  rest: Pick<Notice, 'at' | 'detail'>,
): Notice {
  const blame = stretch.reason && blameFor(stretch.reason);
  return { kind, model: id, provider, labels, ...stretch, at: rest.at, blame, detail: rest.detail };
}

/** What lasts of a model, as the notices of its beginning; with the acknowledgement of its incident that is in force. */
export function lastingNotices(
  model: Seen['model'],
  health: Health,
  acknowledged: Acknowledgement | null,
): Notice[] {
  const care = acknowledged && {
    ...{ by: acknowledged.by, at: acknowledged.at },
    ...{ note: acknowledged.note, until: acknowledged.until },
  };
  return stretchesOf(health).map((stretch) => ({
    ...noticeOf('began', model, stretch, {
      at: health.settled,
      detail: detailOf(stretch.reason, health, null),
    }),
    ...(stretch.what === 'unhealthy' && care !== null && { acknowledged: care }),
  }));
}

/** A state as it was at a time (Unix ms). */
export interface StateAt extends Pick<Notice, 'model' | 'what' | 'since'> {
  readonly at: number;
}

/** Unix ms at which a state ended; null while it lasts, and where the health does not say: it may be older, or of a new database. */
export function endIn(health: Health, { what, since, at }: Omit<StateAt, 'model'>): number | null {
  if (health.belief === 'none' || health.settled < at) return null;
  if (stretchesOf(health).some((stretch) => stretch.what === what)) return null;
  return Math.max(since, Math.min(health.settled, health.since));
}

/** Changes between the memory before a result and after it, oldest first. */
export function noticesOf(before: NoticeSource, after: NoticeSource, seen: Seen): Notice[] {
  const { model, slot } = seen;
  const base = { model: model.id, provider: model.provider, labels: model.labels };
  const make = (kind: Notice['kind'], of: Stretch, at: number): Notice =>
    noticeOf(kind, model, of, {
      at,
      detail: kind === 'ended' ? null : detailOf(of.reason, after.health, seen),
    });
  const [was, is] = [stretchesOf(before.health), stretchesOf(after.health)];
  const found: Notice[] = [];
  for (const old of was) {
    if (is.some(({ what }) => what === old.what)) continue;
    const end = Math.max(old.since, Math.min(slot, after.health.since));
    const { run } = after.health;
    const isProved = old.what === 'unhealthy' && run?.kind === 'success';
    found.push({ ...make('ended', old, end), ...(isProved && { confirmedBy: run.count }) });
  }
  for (const next of is) {
    const old = was.find(({ what }) => what === next.what);
    if (old === undefined) found.push(make('began', next, slot));
    else if (old.reason !== next.reason)
      found.push(make('changed', { ...next, since: Math.min(old.since, next.since) }, slot));
  }
  const remark = (what: Remark, detail: string): Notice => ({
    kind: 'happened',
    what,
    ...base,
    since: slot,
    at: slot,
    reason: null,
    blame: null,
    detail: detail.slice(0, longestDetail),
    failures: null,
  });
  for (const change of seen.changes) found.push(remark('version', changeWords(change)));
  const { certificateMs } = seen;
  const ends = after.certificateExpiresAt;
  if (certificateMs !== null && ends !== null && ends - slot < certificateMs) {
    const known = before.certificateExpiresAt;
    const isNew = known === null || known - before.health.settled >= certificateMs;
    if (isNew)
      found.push(remark('certificate', `the certificate expires at ${new Date(ends).toISOString()}`));
  }
  for (const warning of seen.warnings)
    found.push({ kind: 'happened', ...base, ...warning, at: slot, failures: null });
  return found;
}
