import { clipTo, merge, subtract, totalOf } from '../domain/intervals.js';
import type { Interval } from '../domain/state.js';
import type { StoredIncident } from '../store/port.js';

/** ms that the incident lasts within a window, without what an operator took out of the figures. */
export function countedMs({ openedAt, closedAt, exclusions }: StoredIncident, window: Interval): number {
  const span = { from: Math.max(openedAt, window.from), to: Math.min(closedAt ?? window.to, window.to) };
  return span.from < span.to ? totalOf(subtract(span, clipTo(merge(exclusions), span))) : 0;
}
