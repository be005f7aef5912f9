import type { State } from './state.js';

/** ms added to (sign 1) or taken from (sign -1) a state over [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: State;
  readonly sign: 1 | -1;
}

/** Spans of segments that each end where the next begins, the last one at `to`. */
export function spansOf(
  segments: readonly { from: number; state: State }[],
  to: number,
  sign: 1 | -1,
): Span[] {
  return segments
    .map(({ from, state }, index) => ({ from, to: segments[index + 1]?.from ?? to, state, sign }))
    .filter((span) => span.to > span.from);
}
