import { hourMs } from '../domain/period.js';

/** A pair of windows for a burn rate: the long one confirms the trouble, the short one ends the alert soon after it. */
export interface BurnWindow {
  readonly long: string;
  readonly longMs: number;
  readonly short: string;
  /** Age of the first step of the long window: the data must reach back to it, or to a short window before it. */
  readonly covered: string;
  /** How many times faster than allowed the error budget burns. */
  readonly burn: number;
  readonly severity: 'critical' | 'warning';
}

/** Windows and burn rates of Google's Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts". */
export const burnWindows: readonly BurnWindow[] = [
  { long: '1h', longMs: hourMs, short: '5m', covered: '55m', burn: 14.4, severity: 'critical' },
  { long: '6h', longMs: 6 * hourMs, short: '30m', covered: '355m', burn: 6, severity: 'critical' },
  { long: '1d', longMs: 24 * hourMs, short: '2h', covered: '1435m', burn: 3, severity: 'warning' },
  { long: '3d', longMs: 72 * hourMs, short: '6h', covered: '4315m', burn: 1, severity: 'warning' },
];

/** Minimum failures in the long window for an alert, however rare checks are. */
export const leastFailures = 3;

/** Minimum checks in the long window for an alert: each short window, a twelfth of it, then holds one or two. */
export const leastChecks = 20;

/** The share of failed checks above which the pair fires for an objective; at 1 and above it never fires. */
export function alertingRatio({ burn }: BurnWindow, objective: number): number {
  return burn * (1 - objective);
}
