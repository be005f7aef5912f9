import { amountText } from '../../domain/cost.js';
import { rateFigure } from '../../domain/baseline.js';
import { quantile } from '../../domain/histogram.js';
import { speedQuantile, type SpeedMeasure } from '../../domain/speed.js';
import { percentDown, providerUptimeOf, uptimeOf, type Uptime } from '../../domain/uptime.js';
import { checksShape } from '../../http/shapes/uptime-shape.js';
import { tookText } from '../../domain/duration.js';
import { downTimeText } from '../../report/down-time-text.js';
import { blamesText } from '../../report/blames-text.js';
import { ageText } from './time-text.js';
import type { History, HistoryFigures } from '../history-days.js';
import type { AskedWindow } from '../../calendar/past-window.js';
import { renderTable, type Column } from './table.js';
import { plainText } from '../../domain/plain-text.js';
import { painted, type Paint, type Terminal } from '../terminal.js';
import { keysOf } from '../../domain/table.js';

const levels = {
  up: { paint: 'green', letter: '.', meaning: 'up' },
  brief: { paint: 'yellow', letter: 'd', meaning: 'down up to 1 %' },
  long: { paint: 'red', letter: 'D', meaning: 'down longer' },
  unknown: { paint: 'dim', letter: '?', meaning: 'unknown' },
} as const satisfies Record<string, { paint: Paint; letter: string; meaning: string }>;

/** Level of a day's cell. */
type DayLevel = keyof typeof levels;

const leastUptime = 0.99;
const leastCoverage = 0.5;

/** Any unhealthy time decides, however little was watched; a good day needs at least half of it watched. */
export function dayLevel({ uptime, coverage }: Uptime): DayLevel {
  if (uptime === null) return 'unknown';
  if (uptime < 1) return uptime < leastUptime ? 'long' : 'brief';
  return (coverage ?? 0) < leastCoverage ? 'unknown' : 'up';
}

/** The colour of a day. */
function dayPaint(uptime: Uptime): Paint {
  return levels[dayLevel(uptime)].paint;
}

/**
 * One cell per day, oldest left, in lines that start with their first date and fit the terminal, and a legend. Without
 * colours the cells are letters.
 */
export function dayBar(days: readonly (Uptime & { readonly date: string })[], terminal: Terminal): string {
  const cell = (level: DayLevel): string =>
    painted(terminal.colour ? '█' : levels[level].letter, levels[level].paint, terminal);
  const room = (terminal.width ?? Infinity) - 'yyyy-mm-dd '.length;
  const perLine = Math.max(1, Math.min(room, days.length));
  const lines: string[] = [];
  for (let from = 0; from < days.length; from += perLine) {
    const part = days.slice(from, from + perLine);
    lines.push(`${part[0]?.date ?? ''} ${part.map((day) => cell(dayLevel(day))).join('')}`);
  }
  const legend = keysOf(levels).map((level) => `${cell(level)} ${levels[level].meaning}`);
  return `${lines.join('\n')}\n${legend.join('  ')}`;
}

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

/** A quantile of a measure of streams as text. */
function speed(measure: SpeedMeasure, q: number): (row: Row) => string | null {
  return ({ counts }) => {
    const found = speedQuantile(counts.speed, measure, q);
    if (found === null) return null;
    return measure === 'throughput' ? rateFigure(found) : tookText(found);
  };
}

/** Reasons with their time; those under a second are left out. */
function unknownText(unknown: HistoryFigures['unknown']): string | null {
  const long = unknown.filter(([, ms]) => ms >= 1_000);
  return long.length === 0 ? null : long.map(([reason, ms]) => `${reason} ${ageText(ms)}`).join(', ');
}

const costOf = ({ counts, currency }: Row): string | null =>
  counts.cost === null || !currency ? null : amountText(counts.cost, currency);

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
];

const ofStreams: readonly Column<Row>[] = [
  { head: 'FIRST P95', cell: speed('firstToken', 0.95), align: 'right', optional: true },
  { head: 'TOKENS/S P50', cell: speed('throughput', 0.5), align: 'right', optional: true },
  { head: 'GAP P95', cell: speed('gap', 0.95), align: 'right', optional: true },
];

const costColumn: Column<Row> = {
  head: 'COST',
  cell: costOf,
  align: 'right',
  optional: true,
  blank: (row) => costOf(row) === null,
};

const unknownColumn: Column<Row> = {
  head: 'UNKNOWN',
  cell: ({ unknown }) => unknownText(unknown),
  optional: true,
};

/** Columns of streams only where any was measured. */
const columnsFor = (total: Row): readonly Column<Row>[] => [
  ...columns,
  ...ofStreams.filter(({ cell }) => cell(total) !== null),
  costColumn,
  unknownColumn,
];

/** Whose downtime it was; left out where only the provider was down. */
const blameColumns: readonly Column<Row>[] = [
  {
    head: 'PROVIDER',
    cell: (row) => {
      const { uptime } = providerUptimeOf(row);
      return uptime === null ? null : percentDown(uptime);
    },
    align: 'right',
    optional: true,
  },
  {
    head: 'DOWN BY',
    cell: ({ coverage, down }) => (coverage ? blamesText(down) : null),
    optional: true,
  },
];

const isShared = ({ durations, down }: HistoryFigures): boolean => down.provider < durations.unhealthy;

/** One row per day and a total; on a terminal also a bar of the days. */
export function historyTable(history: History, { clock, timezone }: AskedWindow, terminal: Terminal): string {
  const { model, retiredAt, total, days } = history;
  const all = rowOf('in total', total);
  const rows = days.map(({ date, ...figures }) => rowOf(date, figures));
  const bar = days.map(({ date, durations }) => ({ date, ...uptimeOf(durations) }));
  const left = retiredAt === null ? '' : `; left the registry ${clock.text(retiredAt)}`;
  return [
    `${plainText(model)}, ${clock.text(total.from)} to ${clock.text(total.to)}, ${timezone}${left}`,
    ...(terminal.width === null ? [] : [dayBar(bar, terminal)]),
    renderTable(
      isShared(total) ? [...columnsFor(all), ...blameColumns] : columnsFor(all),
      [...rows, all],
      terminal,
    ),
    ...roundings(history),
  ].join('\n\n');
}

/** Notes on windows whose days, or a first part of a day, do not start at the units in which counts are kept. */
function roundings({ days }: History): string[] {
  const kept = days.map(({ counts }) => counts.resolution);
  const unit = (['day', 'hour'] as const).find((resolution) => kept.includes(resolution));
  if (unit === undefined) return [];
  return [
    `Uptime is exact. Checks and latencies of the oldest days are kept by the ${unit} of UTC: a row counts the whole of each that it touches.`,
  ];
}
