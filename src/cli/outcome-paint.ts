import type { State } from '../domain/state.js';
import type { Paint } from './terminal.js';

const paints = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'dim',
  maintenance: 'dim',
} as const satisfies Record<State, Paint>;

/** The colour of a state, and of an outcome, whose words are the same. */
export function outcomePaint(state: State): Paint {
  return paints[state];
}
