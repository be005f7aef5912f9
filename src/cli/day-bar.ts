import type { Uptime } from '../domain/uptime.js';
import { painted, type Paint, type Terminal } from './terminal.js';

const levels = {
  up: { paint: 'green', letter: '.', meaning: 'up' },
  brief: { paint: 'yellow', letter: 'd', meaning: 'down up to 1 %' },
  long: { paint: 'red', letter: 'D', meaning: 'down longer' },
  unknown: { paint: 'dim', letter: '?', meaning: 'unknown' },
} as const satisfies Record<string, { paint: Paint; letter: string; meaning: string }>;

/** What a cell can say of its day. */
export type DayLevel = keyof typeof levels;

const leastUptime = 0.99;
const leastCoverage = 0.5;

/** A bad moment tells however little was watched; a good day has to be watched for at least half of it. */
export function dayLevel({ uptime, coverage }: Uptime): DayLevel {
  if (uptime === null) return 'unknown';
  if (uptime < 1) return uptime < leastUptime ? 'long' : 'brief';
  return (coverage ?? 0) < leastCoverage ? 'unknown' : 'up';
}

/** The colour of a day. */
export function dayPaint(uptime: Uptime): Paint {
  return levels[dayLevel(uptime)].paint;
}

/**
 * A cell for each day, oldest left, in lines that begin with their first date and are no wider than the terminal, and a
 * legend. Without colours the cells are letters.
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
  const legend = Object.keys(levels).map((name) => {
    const level = name as DayLevel;
    return `${cell(level)} ${levels[level].meaning}`;
  });
  return `${lines.join('\n')}\n${legend.join('  ')}`;
}
