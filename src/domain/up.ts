import type { State } from './state.js';
import { shownState, type ModelView } from './view.js';

export const upRules = ['up', 'down', 'last'] as const;
/** The answer where the state says nothing of the model; `last` is what was confirmed last. */
export type UpRule = (typeof upRules)[number];

export interface UpPolicy {
  readonly unknown: UpRule;
  readonly maintenance: UpRule;
  readonly paused: UpRule;
}

/** Whether a router sends requests to a model. */
export interface Up {
  readonly up: boolean;
  readonly state: State;
  /** It works, but not well; false where it is not up. */
  readonly degraded: boolean;
  /** Nobody expects it to work: requests that run may end. */
  readonly resting: boolean;
}

/**
 * Whether a router sends requests to a model at `now`. A model of which nothing was ever confirmed counts as up by `last`: a
 * monitor that starts takes nothing away that it has not seen failing.
 */
export function upAt(view: Pick<ModelView, 'health' | 'probes'>, policy: UpPolicy, now: number): Up {
  const { health } = view;
  const { state, reason } = shownState(view, now);
  const byRule = (rule: UpRule, resting: boolean): Up => {
    const up = rule === 'last' ? health.belief !== 'down' : rule === 'up';
    const degraded = rule === 'last' && health.belief === 'up' && health.lastSuccess?.outcome === 'degraded';
    return { up, state, degraded, resting };
  };
  switch (state) {
    case 'healthy':
    case 'degraded':
      return { up: true, state, degraded: state === 'degraded', resting: false };
    case 'unhealthy':
      return { up: false, state, degraded: false, resting: false };
    case 'maintenance':
      return byRule(policy.maintenance, true);
    case 'unknown':
      return reason === 'paused' ? byRule(policy.paused, true) : byRule(policy.unknown, false);
  }
}

/**
 * The answer of HAProxy's agent protocol, without its line break. It sets weight and operational state only: words such as
 * `drain` and `ready` would replace the administrative state, which an operator of HAProxy sets by hand. A weight of 0 % drains.
 */
export function agentAnswer({ up, state, degraded, resting }: Up, degradedWeight: number): string {
  if (up) return `up ${degraded ? degradedWeight : 100}%`;
  return resting ? 'up 0%' : `down #${state}`;
}
