import type { MessageMember } from '../domain/notify/message.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { plainText } from '../domain/plain-text.js';
import type { VendorWord } from '../domain/vendor-word.js';

/** How a message is told on one channel. */
export interface Telling {
  readonly timezone: string;
  /** Address of the page about a model and its incident; null without a public address. */
  readonly linkTo: (model: string, incident: number | null) => string | null;
  /** What the vendor of a model says now; unset where nobody reads it. */
  readonly vendorSays?: (model: string) => VendorWord | null;
}

/** The first characters, without half a character at the end. */
export const cut = (text: string, most: number): string =>
  text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

/** Foreign text as a line of at most `most` characters, without control characters. */
export function bounded(text: string, most: number): string {
  // What is far beyond the limit is not read at all.
  const plain = plainText(text.slice(0, 16 * most));
  return plain.length <= most ? plain : `${cut(plain, most - 1)}…`;
}

/** How sure an end is; empty where it needs no proof. */
export function proofText({ confirmedBy }: { readonly confirmedBy?: number | undefined }): string {
  if (confirmedBy === undefined) return '';
  return `, confirmed by ${confirmedBy} ${confirmedBy === 1 ? 'check' : 'checks'}`;
}

/** `45 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function shownSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span < minuteMs) return `${Math.ceil(span / 1_000)} s`;
  const parts = (unit: number, name: string, small: number, smallName: string): string => {
    const rest = Math.floor((span % unit) / small);
    return `${Math.floor(span / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
  };
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  return span < dayMs ? parts(hourMs, 'h', minuteMs, 'min') : parts(dayMs, 'd', hourMs, 'h');
}

/** `2026-11-30 14:03` in the zone, with its name. */
export function timeText(at: number, timezone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  return `${text} ${timezone}`;
}

/** A value that all have; null where they differ. */
export function common<Value>(values: readonly Value[]): Value | null {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : null;
}

/** `acknowledged by Ann until 2026-11-30 18:00 UTC`; of a news that, or what became of it. */
export function acknowledgedText(
  { ackNews, acknowledged }: MessageMember,
  { timezone }: Telling,
  longestName: number,
): string | null {
  const by = (of: { readonly by: string }): string => bounded(of.by, longestName);
  if (ackNews?.what === 'taken_back') return `acknowledgement taken back by ${by(ackNews.of)}`;
  if (ackNews?.what === 'snooze_ended') return `snooze by ${by(ackNews.of)} is over`;
  if (acknowledged === undefined) return null;
  const { until } = acknowledged;
  return `acknowledged by ${by(acknowledged)}${until === null ? '' : ` until ${timeText(until, timezone)}`}`;
}
