import { countedMs } from '../domain/incident.js';
import type { StateReason } from '../domain/reason.js';
import type { Interval } from '../domain/state.js';
import type { TimelineInterval } from '../domain/timeline.js';
import { timelineBetween } from '../store/history.js';
import type { StoredModel, StoredPeriod, StoreReader } from '../store/port.js';
import { pastOf } from '../app/stored-past.js';
import { figuresOf, followedIn, type Figures } from '../report/past-figures.js';
import type { AskedWindow } from '../calendar/past-window.js';

/** Figures with the number of incidents in their time, and the reasons for unknown time. */
export interface HistoryFigures extends Figures {
  readonly incidents: number;
  /** ms by reason, the longest first; excludes time for which an earlier release kept no reason. */
  readonly unknown: readonly (readonly [reason: StateReason, ms: number])[];
}

/** ms by reason for which the model was unknown within a span. */
function unknownIn(unknown: readonly TimelineInterval[], { from, to }: Interval): HistoryFigures['unknown'] {
  const sums = new Map<StateReason, number>();
  for (const { reason, ...each } of unknown) {
    const ms = Math.min(each.to, to) - Math.max(each.from, from);
    if (reason !== null && ms > 0) sums.set(reason, (sums.get(reason) ?? 0) + ms);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** Figures of a calendar day, or of the requested part of it. */
interface HistoryDay extends HistoryFigures {
  /** Such as `2026-01-31`. */
  readonly date: string;
}

/** A model's past, day by day. */
export interface History {
  readonly model: string;
  /** Unix ms; null while the model is in the registry. */
  readonly retiredAt: number | null;
  readonly total: HistoryFigures;
  /** Oldest first; empty when the model was not in the registry at any time of the window. */
  readonly days: readonly HistoryDay[];
}

/** Reads the days of a window, clipped to the time in which the model was in the registry. */
export async function readHistory(
  store: StoreReader,
  model: StoredModel,
  exclusions: readonly StoredPeriod[],
  window: AskedWindow,
): Promise<History> {
  const past = pastOf(model, exclusions);
  const followed = followedIn(window, model, past);
  const query = { model: model.key, ...followed, limit: Number.MAX_SAFE_INTEGER };
  const incidents = await store.incidents(query);
  const timeline = await timelineBetween(store, past, followed);
  const unknown = timeline.filter(({ state }) => state === 'unknown');
  const counted = (figures: Figures): HistoryFigures => ({
    ...figures,
    unknown: unknownIn(unknown, figures),
    incidents: incidents.filter((incident) => countedMs(incident, figures) > 0).length,
  });
  const days: HistoryDay[] = [];
  for (const { date, ...span } of window.clock.days(followed)) {
    days.push({ date, ...counted(await figuresOf(store, past, span)) });
  }
  const total = counted(await figuresOf(store, past, followed));
  return { model: model.id, retiredAt: model.retiredAt, total, days };
}
