import fc from 'fast-check';
import { capabilities } from '../../src/checker/ask/dialects.js';
import type { Probe } from '../../src/domain/model.js';
import type { Hostile } from './replies.js';

/** What time does between two checks. Milliseconds, fractions included: the monotonic clock has them. */
export type Move =
  | { readonly kind: 'pass'; readonly ms: number; readonly lateMs: number }
  /** The event loop stands still. */
  | { readonly kind: 'block'; readonly ms: number }
  /** The wall clock is set. */
  | { readonly kind: 'set'; readonly ms: number };

/** Some seconds of a life: what time does, and what each model answers meanwhile. */
export interface Step {
  readonly moves: readonly Move[];
  readonly replies: readonly Hostile[];
}

/** A model whose provider means harm. */
export interface Asked {
  readonly provider: string;
  readonly probe: Probe;
}

/** Models beside the good one. */
export const hostileModels = 8;
/** Interval of the checks; a recheck comes within it. */
export const everyMs = 10_000;
export const recheckAfterMs = 4_000;

const dayMs = 86_400_000;
const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.double({ min: 1, max: 12_000, noNaN: true }),
  lateMs: fc.constantFrom(0, 0.25, 3.7, 40.125),
});
const set = fc.record({
  kind: fc.constant('set' as const),
  ms: fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: -10_000, max: -1_000, noNaN: true }) },
    { weight: 3, arbitrary: fc.double({ min: -10_000, max: 10_000, noNaN: true }) },
    { weight: 1, arbitrary: fc.integer({ min: -2 * dayMs, max: 2 * dayMs }) },
    { weight: 1, arbitrary: fc.constantFrom(40 * dayMs, -40 * dayMs) },
  ),
});
const block = fc.record({
  kind: fc.constant('block' as const),
  ms: fc.double({ min: 1, max: 60_000, noNaN: true }),
});

/** Ten seconds at least, so that each model is checked about once a step. */
const moves = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: pass }, { weight: 2, arbitrary: set }, { weight: 1, arbitrary: block }),
    {
      maxLength: 4,
    },
  )
  .map((each): readonly Move[] => [...each, { kind: 'pass', ms: everyMs, lateMs: 0 }]);

export const stepsOf = (replies: fc.Arbitrary<Hostile>, length: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      moves,
      replies: fc.array(replies, { minLength: hostileModels, maxLength: hostileModels }),
    }),
    { minLength: length, maxLength: length },
  );

const known = Object.entries(capabilities).flatMap(([provider, probes]) =>
  probes.map((probe): Asked => ({ provider, probe })),
);
export const askedModels: fc.Arbitrary<readonly Asked[]> = fc.array(fc.constantFrom(...known), {
  minLength: hostileModels,
  maxLength: hostileModels,
});
