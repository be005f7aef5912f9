import { readMemory } from '../app/memory.js';
import { epochAt } from '../domain/epoch.js';
import { healthFrom } from '../domain/health.js';
import type { StoredModel } from '../store/port.js';

/**
 * What the newest checks say against the state and is not confirmed yet, such as `last check failed: timeout (1 of 2)`; null
 * when nothing does.
 */
export function unconfirmed(model: StoredModel, now: number): string | null {
  const { latest } = model;
  const memory = readMemory(model.health, model.id);
  if (memory?.epochs === undefined || latest === null || latest.maintenance) return null;
  const { belief, run, unknowns, validUntil } = healthFrom(memory.health, model.firstSeen);
  const { failures, successes } = epochAt(memory.epochs, latest.slot);
  if (run !== null && now <= run.validUntil) {
    if (run.kind === 'failure' && belief !== 'down' && latest.outcome === 'unhealthy')
      return `last check failed: ${latest.reason} (${run.count} of ${failures})`;
    if (run.kind === 'success' && belief === 'down')
      return `last check passed (${run.count} of ${successes})`;
  }
  const doubted = unknowns !== null && unknowns.count > 0 && unknowns.count < failures && now < validUntil;
  return doubted ? `last check says nothing: ${unknowns.reason} (${unknowns.count} of ${failures})` : null;
}
