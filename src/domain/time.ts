declare const unixMs: unique symbol;
declare const slot: unique symbol;

/** A time in whole ms since 1970, from 2000 to 2100. Only `unixMsOf` makes one. */
type UnixMs = number & { readonly [unixMs]: true };
/** Scheduled time of a result. Only `slotOf` makes one. */
export type Slot = UnixMs & { readonly [slot]: true };

/** Start of 2000 and of 2100 in Unix ms; times outside are implausible. */
export const earliestTime = Date.UTC(2000, 0, 1);
export const latestTime = Date.UTC(2100, 0, 1);

/** True for a time between 2000 and 2100. */
export function isPlausible(ms: number): boolean {
  return ms >= earliestTime && ms <= latestTime;
}

/** Rounds down to whole ms and clamps to 2000 to 2100; NaN becomes 2000. */
function unixMsOf(ms: number): UnixMs {
  const time = Math.min(latestTime, Math.max(earliestTime, Math.floor(ms)));
  return (Number.isNaN(time) ? earliestTime : time) as UnixMs;
}

export function slotOf(ms: number): Slot {
  return unixMsOf(ms) as Slot;
}

const isoPattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Unix ms of an ISO 8601 date or time; null for other text. `reach` converts a time without a zone, given as ms as if it
 * were UTC.
 */
export function parseIsoTime(text: string, reach: (local: number) => number): number | null {
  const [, year, month, day, time = '00:00', zone] = isoPattern.exec(text) ?? [];
  if (year === undefined) return null;
  // Date.parse takes 30 February for 2 March.
  if (new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() !== Number(day))
    return null;
  const offset = zone?.replace(/^(.\d\d)(\d\d)$/, '$1:$2') ?? 'Z';
  const parsed = Date.parse(`${year}-${month}-${day}T${time}${offset}`);
  if (Number.isNaN(parsed)) return null;
  return zone === undefined ? reach(parsed) : parsed;
}
