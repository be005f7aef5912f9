import { nextEdge, stateAt } from './timeline.js';
import type { Health } from './health.js';
import type { StateReason } from './reason.js';
import type { State } from './state.js';

/** Separates the id of a model from the name of one of its probes. */
const separator = '#';

/** Id under which a probe has its history. */
export const probeId = (model: string, name: string): string => `${model}${separator}${name}`;

/** The id of the model that an id belongs to: of a probe that of its model, else the id itself. */
export function modelIdOf(id: string): string {
  const at = id.indexOf(separator);
  return at === -1 ? id : id.slice(0, at);
}

/** The name of the probe in an id; null for the id of a model. */
export function probeNameOf(id: string): string | null {
  const at = id.indexOf(separator);
  return at === -1 ? null : id.slice(at + 1);
}

/** The state that is shown of a model. */
export interface Shown {
  readonly state: State;
  /** Unix ms since which the probe that decides has its state. */
  readonly since: number;
  readonly reason: StateReason | null;
  /** Name of the probe that decides; null for the model's own. */
  readonly probe: string | null;
}

/** A probe beside the model's own. */
export interface OtherProbe {
  readonly name: string;
  readonly health: Health;
}

/** How bad a state is; 0 for those that are not conclusive. */
const weights: Readonly<Record<State, number>> = {
  unknown: 0,
  maintenance: 0,
  healthy: 1,
  degraded: 2,
  unhealthy: 3,
};

/**
 * The state of a model with several probes: the worst of the conclusive ones, of like ones that of the model's own probe and then the
 * first of the list. A model that its own probe finds working is degraded at most: it is not down, and its time line, incidents and uptime, which are
 * of that probe, say so too. Rest is that of the whole model.
 */
export function combined(main: Omit<Shown, 'probe'>, others: readonly Shown[]): Shown {
  const own: Shown = { ...main, probe: null };
  if (main.state === 'maintenance' || main.reason === 'paused') return own;
  let worst = own;
  for (const other of others) if (weights[other.state] > weights[worst.state]) worst = other;
  return worst !== own && worst.state === 'unhealthy' && weights[main.state] > 0
    ? { ...worst, state: 'degraded' }
    : worst;
}

/** The state that is shown of a model at `now`. */
export function shownAt(health: Health, others: readonly OtherProbe[], now: number): Shown {
  const main = stateAt(health, now);
  if (others.length === 0) return { ...main, probe: null };
  return combined(
    main,
    others.map((other) => ({ ...stateAt(other.health, now), probe: other.name })),
  );
}

/** Unix ms after `now` at which the shown state may next change without a result; Infinity when it cannot. */
export function nextShownEdge(health: Health, others: readonly OtherProbe[], now: number): number {
  return others.reduce((next, other) => Math.min(next, nextEdge(other.health, now)), nextEdge(health, now));
}
