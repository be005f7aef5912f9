import type { VNode } from 'preact';
import { wholeSecondsUp } from '../domain/duration.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { percentDown, type Uptime } from '../domain/uptime.js';

/** A ratio in percent without the sign, rounded down; 100 without decimals, since it means not one bad millisecond. */
export function percent(ratio: number, digits = 2): string {
  return ratio >= 1 ? '100' : percentDown(ratio, digits).slice(0, -1);
}

/** Uptime as it is shown; an en dash where it is not known. */
export function uptimeFigure({ uptime }: Uptime): string {
  return uptime === null ? '–' : percent(uptime);
}

export function coverageFigure({ coverage }: Uptime): string {
  return coverage === null ? '–' : percent(coverage, 1);
}

/** Coverage below this makes a figure an estimate. */
export const fullCoverage = 0.95;

const units = [
  ['d', dayMs],
  ['h', hourMs],
  ['min', minuteMs],
  ['s', 1_000],
] as const;

/** A span in at most two units next to each other, rounded down: `2 h 14 min`, `10 d`. */
export function span(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0 s';
  let left = ms;
  const parts = units.slice(first, first + 2).flatMap(([name, size], index) => {
    const count = Math.floor(left / size);
    left -= count * size;
    // Ten days and some hours are ten days.
    return count > 0 && !(index === 1 && name === 'h' && ms >= 10 * dayMs) ? [`${count} ${name}`] : [];
  });
  return parts.join(' ');
}

/** The span of an incident or of time in a state: rounded up to a second as in the report, of which these are the first two units. */
export const lastedSpan = (ms: number): string => span(wholeSecondsUp(ms));

/** `1 model`, `2 models`. */
export const plural = (count: number, noun = 'model'): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A text with a capital letter at its beginning. */
export const asSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** UTC parts of a time. */
export interface ClockTime {
  /** `27 Nov` */
  readonly day: string;
  /** `09:42` */
  readonly minute: string;
  /** `09:42:16` */
  readonly second: string;
  readonly year: number;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

export function clockTime(unixMs: number): ClockTime {
  const iso = new Date(unixMs).toISOString();
  return {
    day: `${Number(iso.slice(8, 10))} ${months[Number(iso.slice(5, 7)) - 1] ?? ''}`,
    minute: iso.slice(11, 16),
    second: iso.slice(11, 19),
    year: Number(iso.slice(0, 4)),
  };
}

/** `09:42` today, `26 Nov 09:42` else; with the year where it is another one. */
export function timeText(unixMs: number, now: number, precision: 'minute' | 'second' = 'minute'): string {
  const { day, year, ...time } = clockTime(unixMs);
  const today = clockTime(now);
  if (day === today.day && year === today.year) return time[precision];
  return `${day}${year === today.year ? '' : ` ${year}`} ${time[precision]}`;
}

/** `2026-11-27T09:42:16Z` */
export function isoSeconds(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19)}Z`;
}

/** A time of the day, in UTC; the script adds the local one. */
export function At(props: {
  readonly time: number;
  readonly now: number;
  readonly precision?: 'minute' | 'second';
}): VNode {
  const { time, now, precision } = props;
  return <time datetime={isoSeconds(time)}>{timeText(time, now, precision)}</time>;
}

/** From one time to another, whose day is not said twice. */
export function FromTo(props: { readonly from: number; readonly to: number; readonly now: number }): VNode {
  const { from, to, now } = props;
  return (
    <>
      <At time={from} now={now} />
      {' to '}
      <At time={to} now={from} />
    </>
  );
}

/** How long something has lasted; the script lets it tick. */
export function Since({ time, now }: { readonly time: number; readonly now: number }): VNode {
  return (
    <time datetime={isoSeconds(time)} data-tick="">
      {span(Math.max(0, now - time))}
    </time>
  );
}
