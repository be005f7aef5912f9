import { quantile } from '../domain/histogram.js';
import { percentDown, uptimeOf, type Uptime } from '../domain/uptime.js';
import { checksShape } from '../http/uptime-shape.js';
import { dayBar, dayPaint } from './day-bar.js';
import { downTimeText } from './down-time.js';
import type { History, HistoryFigures } from './history-days.js';
import { renderTable, type Column } from './table.js';
import { plainText, type Terminal } from './terminal.js';
import { ageText, tookText } from './time-text.js';
import type { AskedWindow } from './window-options.js';

type Row = HistoryFigures & Uptime & { readonly name: string };

function rowOf(name: string, figures: HistoryFigures): Row {
  return { ...figures, ...uptimeOf(figures.durations), name };
}

function latency(q: number): (row: Row) => string | null {
  return ({ counts }) => {
    const ms = quantile(counts.latency, q);
    return ms === null ? null : tookText(ms);
  };
}

/** Reasons with their time; what lasted less than a second is not worth a word. */
function unknownText(unknown: HistoryFigures['unknown']): string | null {
  const long = unknown.filter(([, ms]) => ms >= 1_000);
  return long.length === 0 ? null : long.map(([reason, ms]) => `${reason} ${ageText(ms)}`).join(', ');
}

const number = (amount: number): string => amount.toLocaleString('en-US');

const columns: readonly Column<Row>[] = [
  { head: 'DAY', cell: ({ name }) => name },
  {
    head: 'UPTIME',
    cell: ({ uptime }) => (uptime === null ? null : percentDown(uptime)),
    paint: dayPaint,
    align: 'right',
  },
  {
    head: 'COVERAGE',
    cell: ({ coverage }) => (coverage === null ? null : percentDown(coverage, 0)),
    align: 'right',
  },
  {
    head: 'DOWN',
    cell: ({ coverage, durations }) => (coverage ? downTimeText(durations.unhealthy) : null),
    align: 'right',
  },
  { head: 'INCIDENTS', cell: ({ incidents }) => number(incidents), align: 'right' },
  {
    head: 'CHECKS',
    cell: ({ counts }) => number(checksShape(counts.outcomes).total),
    align: 'right',
    optional: true,
  },
  {
    head: 'NOT HEALTHY',
    cell: ({ counts }) => number(checksShape(counts.outcomes).total - counts.outcomes.healthy),
    align: 'right',
    optional: true,
  },
  { head: 'P50', cell: latency(0.5), align: 'right', optional: true },
  { head: 'P95', cell: latency(0.95), align: 'right', optional: true },
  { head: 'UNKNOWN', cell: ({ unknown }) => unknownText(unknown), optional: true },
];

/** One row a day and one for all of them; on a terminal the days as a bar, too. */
export function historyTable(history: History, { clock, timezone }: AskedWindow, terminal: Terminal): string {
  const { model, retiredAt, total, days } = history;
  const rows = days.map(({ date, ...figures }) => rowOf(date, figures));
  const bar = days.map(({ date, durations }) => ({ date, ...uptimeOf(durations) }));
  const left = retiredAt === null ? '' : `; left the registry ${clock.text(retiredAt)}`;
  return [
    `${plainText(model)}, ${clock.text(total.from)} to ${clock.text(total.to)}, ${timezone}${left}`,
    ...(terminal.width === null ? [] : [dayBar(bar, terminal)]),
    renderTable(columns, [...rows, rowOf('in total', total)], terminal),
    ...roundings(history),
  ].join('\n\n');
}

/** What is to be said where counts are kept in units that days of the zone, or a first part of one, do not begin with. */
function roundings({ days }: History): string[] {
  const kept = days.map(({ counts }) => counts.resolution);
  const unit = (['day', 'hour'] as const).find((resolution) => kept.includes(resolution));
  if (unit === undefined) return [];
  return [
    `Uptime is exact. Checks and latencies of the oldest days are kept by the ${unit} of UTC: a row counts the whole of each that it touches.`,
  ];
}
