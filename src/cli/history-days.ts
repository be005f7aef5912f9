import type { StoredExclusion, StoredModel, StoreReader } from '../store/port.js';
import { countedMs } from './incident-time.js';
import { figuresOf, followedIn, pastOf, type Figures } from './past.js';
import type { AskedWindow } from './window-options.js';

/** Figures with the number of incidents that lasted in their time. */
export interface HistoryFigures extends Figures {
  readonly incidents: number;
}

/** Figures of a calendar day, or of the part of it that was asked for. */
export interface HistoryDay extends HistoryFigures {
  /** Such as `2026-01-31`. */
  readonly date: string;
}

/** A model's past, day by day. */
export interface History {
  readonly model: string;
  /** Unix ms; null while the model is in the registry. */
  readonly retiredAt: number | null;
  readonly total: HistoryFigures;
  /** Oldest first; none when the model was not followed then. */
  readonly days: readonly HistoryDay[];
}

/** Reads the days of a window, clipped to the time in which the model was followed. */
export async function readHistory(
  store: StoreReader,
  model: StoredModel,
  exclusions: readonly StoredExclusion[],
  window: AskedWindow,
): Promise<History> {
  const past = pastOf(model, exclusions);
  const followed = followedIn(window, model, past);
  const query = { model: model.key, ...followed, limit: Number.MAX_SAFE_INTEGER };
  const incidents = await store.incidents(query);
  const counted = (figures: Figures): HistoryFigures => ({
    ...figures,
    incidents: incidents.filter((incident) => countedMs(incident, figures) > 0).length,
  });
  const days: HistoryDay[] = [];
  for (const { date, ...span } of window.clock.days(followed)) {
    days.push({ date, ...counted(await figuresOf(store, past, span)) });
  }
  const total = counted(await figuresOf(store, past, followed));
  return { model: model.id, retiredAt: model.retiredAt, total, days };
}
