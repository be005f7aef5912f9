import { dayMs, hourMs, minuteMs } from './period.js';

const units = [
  ['y', 365 * dayMs],
  ['d', dayMs],
  ['h', hourMs],
  ['m', minuteMs],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Format of a duration: a whole number and its unit; a year is 365 days. */
export const durationPattern = /^\d{1,9}(?:ms|s|m|h|d|y)$/;

/** Milliseconds of a duration such as `500ms`, `30s`, `5m`, `2h`, `30d` or `5y`; null for other text. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null;
  const unit = text.replace(/^\d+/, '');
  const size = units.find(([name]) => name === unit)?.[1];
  const ms = size === undefined ? NaN : Number.parseInt(text, 10) * size;
  return Number.isSafeInteger(ms) ? ms : null;
}

/** The shortest exact form of whole milliseconds; `parseDuration` reverses it. */
export function formatDuration(ms: number): string {
  const [name, size] = units.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${name}`;
}

/** A duration in the unit in which it is shown: whole ms below one second, else seconds with two decimals. */
export function shownDuration(ms: number): {
  readonly unit: 'ms' | 's';
  readonly value: number;
  readonly text: string;
} {
  // The API has whole ms: rounded from those, a figure is the same wherever it is shown.
  const whole = Math.round(ms);
  if (whole < 1_000) return { unit: 'ms', value: whole, text: String(whole) };
  const text = (whole / 1_000).toFixed(2);
  return { unit: 's', value: Number(text), text };
}

/** `940 ms`, `1.25 s` */
export function tookText(ms: number): string {
  const { text, unit } = shownDuration(ms);
  return `${text} ${unit}`;
}

/** ms of time down, or of an incident, in the whole seconds in which it is told: rounded up, so that none is said of none only. */
export const wholeSecondsUp = (ms: number): number => Math.ceil(ms / 1_000) * 1_000;
