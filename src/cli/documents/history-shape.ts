import { csvCell } from '../../domain/csv-cell.js';
import { isoTime, toSeconds } from '../../http/time.js';
import { uptimeShape } from '../../http/shapes/uptime-shape.js';
import type { History, HistoryFigures } from '../history-days.js';

/** Figures in the API's form, with the incidents and the reasons for unknown time. */
function figuresShape(model: string, figures: HistoryFigures) {
  const { from, to, counts, incidents, unknown, currency = null } = figures;
  return {
    ...uptimeShape(model, { from, to }, figures, counts, currency),
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
    provider_uptime,
    provider_coverage,
    unhealthy_by_blame,
    seconds,
    checks,
    uptime_by_checks,
    latency_seconds,
    first_token_seconds,
    tokens_per_second,
    gap_seconds,
    cost,
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
    ...named(first_token_seconds, (quantile) => `first_token_${quantile}_seconds`),
    ...named(tokens_per_second, (quantile) => `tokens_per_second_${quantile}`),
    ...named(gap_seconds, (quantile) => `gap_${quantile}_seconds`),
    ...{ cost: cost?.amount ?? null, currency: cost?.currency ?? null },
    resolution,
    incidents,
    ...{ provider_uptime, provider_coverage },
    ...named(unhealthy_by_blame, (blame) => `unhealthy_${blame}_seconds`),
  };
}

/** One row per day under a header, as CSV. */
export function historyCsv({ model, total, days }: History): string {
  const header = Object.keys(cellsOf(model, '', total));
  const rows = days.map(({ date, ...figures }) => Object.values(cellsOf(model, date, figures)));
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}
