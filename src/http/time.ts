import { latestTime } from '../domain/time.js';

const isoPattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+ -]\d\d:?\d\d)?)?$/;

/** Unix ms of an ISO 8601 time, UTC unless it says otherwise, or of Unix seconds, from 1970 to 2100; null when `text` is neither. */
export function parseTime(text: string): number | null {
  const ms = timeOf(text);
  return ms !== null && ms >= 0 && ms <= latestTime ? ms : null;
}

function timeOf(text: string): number | null {
  if (/^\d{1,11}(\.\d{1,9})?$/.test(text)) return Math.round(Number(text) * 1000);
  const [, year, month, day, time = '00:00', zone = 'Z'] = isoPattern.exec(text) ?? [];
  if (year === undefined) return null;
  // Date.parse takes 30 February for 2 March.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day))
    return null;
  // In a query a plus sign that was not encoded arrives as a space.
  const offset = zone.replace(' ', '+').replace(/^(.\d\d)(\d\d)$/, '$1:$2');
  const parsed = Date.parse(`${year}-${month}-${day}T${time}${offset}`);
  return Number.isNaN(parsed) ? null : parsed;
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
