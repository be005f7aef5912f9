import { signOf } from '../domain/connectivity.js';
import type { StoredModel } from '../store/port.js';

/** True when the newest check that left the machine, or tried to, found that the monitor itself reaches nobody. */
export function isBlind(models: readonly StoredModel[]): boolean {
  let newest = { at: -Infinity, blind: false };
  for (const { latest, retiredAt } of models) {
    if (latest === null || retiredAt !== null || latest.startedAt < newest.at) continue;
    const blind = latest.reason === 'no_connectivity';
    if (blind || signOf(latest) === 'answered') newest = { at: latest.startedAt, blind };
  }
  return newest.blind;
}
