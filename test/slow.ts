import { it } from '@jest/globals';

/** True when all of the long tests is asked for with MODELPULSE_SLOW=1. Otherwise they do a quick part. */
export const slow = process.env.MODELPULSE_SLOW === '1';

/** The whole amount of work, or what a quick part of the test takes of it. */
export function amount<Value>(whole: Value, quick: Value): Value {
  return slow ? whole : quick;
}

/** All cases of a test, or the first of them, where each takes a part of a second. */
export const some = <Case>(cases: readonly Case[], quick: number): readonly Case[] =>
  amount(cases, cases.slice(0, quick));

/** A test that takes seconds, and beside which quicker ones of the same behaviour run: only with MODELPULSE_SLOW=1. */
export const inFull = slow ? it : it.skip;
