import type { Incident } from '../domain/incident.js';
import { addAll } from '../domain/list.js';
import type { Outcome, Reason } from '../domain/reason.js';
import type { Step } from '../domain/reduce.js';
import type { RecordedResult } from '../domain/result.js';
import { addChanges, addEnds, addResult, rowsOfSpan, type HourlyChanges } from '../domain/rollup.js';
import type { Notice } from '../domain/notify/notice.js';
import type { Interval, StatePoint } from '../domain/state.js';
import type { Span } from '../domain/timeline.js';
import type { Epoch } from '../domain/epoch.js';
import type { NoteChange } from '../domain/model-note.js';
import type { VersionChange } from '../domain/version.js';
import type { ModelKey, ModelWrite, Refusal } from '../store/port.js';
import type { MonotonicMs } from '../domain/clock.js';

/** A result to publish when its write ends, fails or hangs. */
export interface Publication {
  readonly result: RecordedResult;
  /** Version changes that the result shows. */
  readonly changes: readonly VersionChange[];
  /** Notes that began or ended with the result. */
  readonly notes: readonly NoteChange[];
  /** Called after publication, or when the store refuses the result. */
  readonly done: (result: RecordedResult) => void;
}

/** Unwritten changes of one model since its last write. */
export interface Pending {
  /** Start of the wait for a write; null when no result waits. */
  waitingSince: MonotonicMs | null;
  results: RecordedResult[];
  /** Unix ms from which stored points are replaced; null for none. */
  rewriteFrom: number | null;
  points: StatePoint[];
  readonly rollups: HourlyChanges;
  /** Spans of whole hours, which the rollups lack: after an absence they are months. */
  wholeHours: Span[];
  readonly incidents: Map<number, Incident>;
  /** The first slot of each gap in which the daemon did not check. */
  gaps: number[];
  /** Windows by start; an empty window deletes the stored one. */
  readonly maintenance: Map<number, Interval>;
  epochs: Epoch[];
  /** Changes to tell. */
  notices: Notice[];
  /** Results outside maintenance, by outcome and reason. */
  readonly totals: Map<string, { outcome: Outcome; reason: Reason; count: number }>;
  inputTokens: number;
  outputTokens: number;
  versionChanges: number;
  publications: Publication[];
}

/** Readonly view of `Pending`. */
export type PendingView = {
  readonly [Key in keyof Pending]: Pending[Key] extends (infer Item)[]
    ? readonly Item[]
    : Pending[Key] extends Map<infer From, infer To>
      ? ReadonlyMap<From, To>
      : Pending[Key];
};

export function emptyPending(): Pending {
  return {
    waitingSince: null,
    results: [],
    rewriteFrom: null,
    points: [],
    rollups: new Map(),
    wholeHours: [],
    incidents: new Map(),
    gaps: [],
    maintenance: new Map(),
    epochs: [],
    notices: [],
    totals: new Map(),
    inputTokens: 0,
    outputTokens: 0,
    versionChanges: 0,
    publications: [],
  };
}

/** Both lists, the earlier one changed. */
function joined<Part>(earlier: Part[], later: readonly Part[]): Part[] {
  if (earlier.length === 0) return [...later];
  addAll(earlier, later);
  return earlier;
}

function addPoints(pending: Pending, rewriteFrom: number | null, points: readonly StatePoint[]): void {
  if (rewriteFrom !== null) {
    pending.points = pending.points.filter(({ from }) => from < rewriteFrom);
    pending.rewriteFrom = Math.min(pending.rewriteFrom ?? rewriteFrom, rewriteFrom);
  }
  pending.points = joined(pending.points, points);
}

function addTotal(pending: Pending, outcome: Outcome, reason: Reason, count: number): void {
  const key = `${outcome} ${reason}`;
  const total = pending.totals.get(key) ?? { outcome, reason, count: 0 };
  pending.totals.set(key, { ...total, count: total.count + count });
}

/** Adds a result and its changes to the time line, sums and counters; the caller adds version changes. */
export function addStep(pending: Pending, result: RecordedResult, step: Step): void {
  pending.results.push(result);
  addPoints(pending, step.rewriteFrom, step.points);
  for (const span of step.spans) {
    const whole = addEnds(pending.rollups, span);
    if (whole !== null) pending.wholeHours.push(whole);
  }
  addResult(pending.rollups, result);
  if (step.incident) pending.incidents.set(step.incident.openedAt, step.incident);
  if (!step.maintenance) addTotal(pending, result.outcome, result.reason, 1);
  pending.inputTokens += result.usage?.inputTokens ?? 0;
  pending.outputTokens += result.usage?.outputTokens ?? 0;
}

/** Appends later changes to earlier ones; changes and returns `earlier`. */
export function addPending(earlier: Pending, later: Pending): Pending {
  earlier.waitingSince ??= later.waitingSince;
  earlier.results = joined(earlier.results, later.results);
  addPoints(earlier, later.rewriteFrom, later.points);
  addChanges(earlier.rollups, later.rollups);
  earlier.wholeHours = joined(earlier.wholeHours, later.wholeHours);
  for (const [openedAt, incident] of later.incidents) earlier.incidents.set(openedAt, incident);
  earlier.gaps = joined(earlier.gaps, later.gaps);
  for (const [from, window] of later.maintenance) earlier.maintenance.set(from, window);
  earlier.epochs = joined(earlier.epochs, later.epochs);
  earlier.notices = joined(earlier.notices, later.notices);
  for (const { outcome, reason, count } of later.totals.values()) addTotal(earlier, outcome, reason, count);
  earlier.inputTokens += later.inputTokens;
  earlier.outputTokens += later.outputTokens;
  earlier.versionChanges += later.versionChanges;
  earlier.publications = joined(earlier.publications, later.publications);
  return earlier;
}

/** Rows of hours and days that the changes write, at most. */
export function rowsOf({ rollups, wholeHours }: PendingView): number {
  return wholeHours.reduce((rows, span) => rows + rowsOfSpan(span), 2 * rollups.size);
}

/** The newest incident that the changes close. */
export function newestClosed(pending: PendingView | null): Incident | null {
  const incidents = [...(pending?.incidents.values() ?? [])];
  return incidents.findLast(({ closedAt }) => closedAt !== null) ?? null;
}

/** True for parts whose loss makes the stored time line differ from a replay of the stored results. */
export function affectsPast(what: Refusal['what']): boolean {
  return !['model', 'totals', 'rollup', 'missed', 'notice'].includes(what);
}

/** From the earliest to the latest time in the changes and the newest slot `settled`: a replay leaves it out if a part is refused. */
export function rangeOf(pending: PendingView, settled: number): Interval {
  const { results, points, gaps, epochs, maintenance, incidents, rewriteFrom } = pending;
  const times = [
    ...results.map(({ slot }) => slot),
    ...[...points, ...epochs, ...maintenance.values()].map(({ from }) => from),
    ...gaps,
    ...incidents.keys(),
    rewriteFrom ?? settled,
  ];
  // Thousands of results may wait: too many to be the arguments of one call.
  const from = times.reduce((least, time) => Math.min(least, time), settled);
  return { from, to: times.reduce((most, time) => Math.max(most, time), settled) + 1 };
}

/** Converts pending changes to a store write. */
export function writeOf(
  pending: PendingView,
  model: { key: number; memory: unknown; watermark: number | null },
): ModelWrite {
  return {
    key: model.key,
    results: pending.results,
    rewriteFrom: pending.rewriteFrom,
    points: pending.points,
    rollups: pending.rollups,
    wholeHours: pending.wholeHours,
    incidents: [...pending.incidents.values()],
    gaps: pending.gaps,
    maintenance: [...pending.maintenance.values()],
    epochs: pending.epochs.map((epoch) => ({ from: epoch.from, settings: epoch })),
    notices: pending.notices,
    health: model.memory,
    watermark: model.watermark,
    totals: {
      results: [...pending.totals.values()],
      inputTokens: pending.inputTokens,
      outputTokens: pending.outputTokens,
      versionChanges: pending.versionChanges,
    },
  };
}

/** Publications without results of the model `of` that the store refused; the callers of a refused one are still resolved. */
export function withoutRefused(
  { publications }: Pending,
  refusals: readonly Refusal[],
  of: ModelKey,
): readonly Publication[] {
  if (refusals.length === 0) return publications;
  const refused = refusals.filter(({ key, what }) => key === of && what === 'result');
  const slots = new Set(refused.map(({ slot }) => slot));
  return publications.filter(({ result, done }) => {
    if (slots.has(result.slot)) done(result);
    return !slots.has(result.slot);
  });
}
