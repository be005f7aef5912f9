import { latestTime, parseIsoTime } from '../domain/time.js';

/** Unix ms of an ISO 8601 time (UTC by default) or of Unix seconds, from 1970 to 2100; null when `text` is neither. */
export function parseTime(text: string): number | null {
  const ms = timeOf(text);
  return ms !== null && ms >= 0 && ms <= latestTime ? ms : null;
}

function timeOf(text: string): number | null {
  if (/^\d{1,11}(\.\d{1,9})?$/.test(text)) return Math.round(Number(text) * 1000);
  // An unencoded plus sign in a query arrives as a space.
  return parseIsoTime(text.replace(/ (\d\d:?\d\d)$/, '+$1'), (local) => local);
}

/** ISO 8601 in UTC with ms. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Seconds with the precision of ms. */
export function toSeconds(ms: number): number;
export function toSeconds(ms: number | null): number | null;
export function toSeconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms) / 1000;
}
