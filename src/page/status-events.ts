import { createHash } from 'node:crypto';
import type { StatusMaintenance, StatusPageView } from './status-view.js';

export type StatusEventKind = 'incident' | 'maintenance' | 'announcement';

/** Id of the element on the page that shows an event. */
export function eventAnchor(kind: StatusEventKind, id: string): string {
  return `${kind}-${id}`;
}

/** Address of an event: the page, at that element. */
export function eventUrl({ url }: StatusPageView, kind: StatusEventKind, id: string): string {
  return `${url}#${encodeURIComponent(eventAnchor(kind, id))}`;
}

/** The same hex digits for the same parts, in every process and release. */
export function fixedHash(length: number, parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, length);
}

export type MaintenancePhase = 'scheduled' | 'in_progress' | 'completed';

export function phaseOf({ from, to }: StatusMaintenance, now: number): MaintenancePhase {
  if (now < from) return 'scheduled';
  return now < to ? 'in_progress' : 'completed';
}

/** When the phase of a maintenance began: the time of its newest message. Null for a planned one that came from no one. */
export function phaseSince(maintenance: StatusMaintenance, now: number): number | null {
  const { from, to, announcedAt } = maintenance;
  // What is entered after the fact is news when it is entered.
  const told = announcedAt ?? null;
  const phase = phaseOf(maintenance, now);
  if (phase === 'scheduled') return told;
  return Math.max(phase === 'in_progress' ? from : to, told ?? 0);
}

/** When anything on the page last changed; never later than now. */
export function lastChange(view: StatusPageView): number {
  const { now, components, incidents, maintenances, announcements } = view;
  let last = 0;
  const see = (time: number | null): void => {
    if (time !== null && time <= now && time > last) last = time;
  };
  for (const { since } of components) see(since);
  for (const { openedAt, closedAt } of incidents) see(closedAt ?? openedAt);
  for (const maintenance of maintenances) see(phaseSince(maintenance, now));
  for (const { from } of announcements) see(from);
  return last === 0 ? now : last;
}
