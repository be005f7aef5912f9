import { csvCell } from '../../domain/csv-cell.js';
import { isoTime, toSeconds } from '../../http/time.js';
import { uptimeShape } from '../../http/shapes/uptime-shape.js';
import type { History, HistoryFigures } from '../history-days.js';

/** Figures in the API's form, with the incidents and the reasons for unknown time. */
function figuresShape(model: string, { durations, counts, incidents, unknown, ...window }: HistoryFigures) {
  return {
    ...uptimeShape(model, window, durations, counts),
    incidents,
    unknown_seconds: Object.fromEntries(unknown.map(([reason, ms]) => [reason, toSeconds(ms)])),
  };
}

/** A history as JSON. */
export function historyShape({ model, retiredAt, total, days }: History, timezone: string): object {
  return {
    model,
    timezone,
    retired_at: isoTime(retiredAt),
    total: figuresShape(model, total),
    days: days.map(({ date, ...figures }) => ({ date, ...figuresShape(model, figures) })),
  };
}

type Cells = Readonly<Record<string, string | number | null>>;

function cellsOf(model: string, date: string, figures: HistoryFigures): Cells {
  const {
    from,
    to,
    uptime,
    coverage,
    seconds,
    checks,
    uptime_by_checks,
    latency_seconds,
    resolution,
    incidents,
  } = figuresShape(model, figures);
  const named = (values: Cells, name: (key: string) => string): Cells =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [name(key), value]));
  return {
    ...{ model, date, from, to, uptime, coverage },
    ...named(seconds, (state) => `${state}_seconds`),
    ...named(checks, (outcome) => `checks_${outcome}`),
    uptime_by_checks,
    ...named(latency_seconds, (quantile) => `latency_${quantile}_seconds`),
    resolution,
    incidents,
  };
}

/** One row per day under a header, as CSV. */
export function historyCsv({ model, total, days }: History): string {
  const header = Object.keys(cellsOf(model, '', total));
  const rows = days.map(({ date, ...figures }) => Object.values(cellsOf(model, date, figures)));
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}
