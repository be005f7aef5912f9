import { ended } from '../domain/believe.js';
import type { Health } from '../domain/health.js';
import { stateAt } from '../domain/timeline.js';
import { nothingPending } from './pending.js';
import { pendingOf, type Tracked } from './tracked.js';

/** Begins a new time line at `now` that goes on with what is believed. */
export function rebaseHealth(health: Health, now: number): Health {
  const { state, reason } = stateAt(health, now);
  return {
    ...health,
    firstSeen: now,
    settled: now,
    since: now,
    state,
    reason,
    run: null,
    unknowns: health.unknowns && ended(health.unknowns),
  };
}

/** Puts a model on a fresh store, where it has the number `key`: its past went aside with the old file. */
export function rebase(tracked: Tracked, key: number, now: number): void {
  const health = rebaseHealth(tracked.memory.health, now);
  const publications = tracked.pending?.publications ?? [];
  tracked.memory = { ...tracked.memory, health };
  tracked.view.key = key;
  tracked.view.health = health;
  tracked.view.stored = health;
  tracked.pending = { ...nothingPending(), publications };
  pendingOf(tracked).points.push({ from: now, state: health.state, reason: health.reason });
  pendingOf(tracked).epochs.push(...tracked.memory.epochs);
  for (const window of health.windows) pendingOf(tracked).maintenance.set(window.from, window);
  for (const gap of health.gaps) pendingOf(tracked).gaps.push(gap);
  if (health.incident) pendingOf(tracked).incidents.set(health.incident.openedAt, health.incident);
}
