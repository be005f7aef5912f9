import { durationPattern, formatDuration } from '../../domain/duration.js';

const unitMs = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** ms of a duration as Go and Prometheus write them, such as 1m30s or 1.5h; null for another text. */
export function goDurationMs(text: string): number | null {
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$/.test(text)) return null;
  let ms = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d{1,64}(?:\.\d{1,64})?)(ns|us|µs|ms|[smhdw])/g))
    ms += Number(amount) * unitMs[unit as keyof typeof unitMs];
  return ms;
}

/** A duration of the registry within these bounds; null where it is none. */
export function durationWithin(ms: number | null, leastMs: number, mostMs: number): string | null {
  if (ms === null || !(ms >= leastMs && ms <= mostMs)) return null;
  const text = formatDuration(Math.round(ms));
  return durationPattern.test(text) ? text : null;
}

const hour = 3_600_000;

/** `schedule` with this interval; undefined where the registry takes no such interval. */
export function scheduleOf(ms: number | null): { readonly every: string } | undefined {
  const every = durationWithin(ms, 1_000, 365 * 24 * hour);
  return every === null ? undefined : { every };
}

/** `timeout` of a check; undefined where the registry takes no such time. */
export function timeoutOf(ms: number | null): string | undefined {
  return durationWithin(ms, 100, hour) ?? undefined;
}
