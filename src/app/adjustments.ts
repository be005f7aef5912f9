import type { Found } from '../domain/check.js';
import { withoutConnectivity } from '../domain/connectivity.js';
import { withKey, type Keys } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import type { CheckResult } from '../domain/result.js';
import { withoutStandstill, type Stalled } from './stalls.js';

/** What a result depends on beside the reply. */
export interface Circumstances {
  /** As it was asked. */
  readonly model: Model;
  /** How standstills of the monitor bear on the result; null where they do not. */
  readonly stalled: Stalled | null;
  /** The monitor could reach nobody. */
  readonly blind: boolean;
  /** What was known of the model's keys before; null where there are not several, or the key is not one of them any more. */
  readonly keys: Keys | null;
}

export function undisturbed(model: Model): Circumstances {
  return { model, stalled: null, blind: false, keys: null };
}

type Adjustment = (result: CheckResult, circumstances: Circumstances) => CheckResult;

/**
 * What changes a result after its reply was judged and before it is recorded, in this order. Before it, `finish` of the checker
 * has made the reason of a success `slow` where it was, and the outcome from the reason and the model's overrides. After it,
 * the reducer escalates what is unhealthy only by repetition (`escalate` in domain/reduce.ts).
 */
const adjustments: readonly Adjustment[] = [
  (result, { stalled, model }) => (stalled === null ? result : withoutStandstill(result, stalled, model)),
  (result, { blind, model }) => (blind ? withoutConnectivity(result, model) : result),
  (result, { keys, model }) => (keys === null ? result : withKey(result, keys, model.outcomes)),
];

/** The result of a check: what was found, in the light of its circumstances. */
export function adjusted(found: Found, circumstances: Circumstances): CheckResult {
  const { tokenEndpoint, ...plain } = found;
  const judged: CheckResult = tokenEndpoint === undefined ? found : plain;
  return adjustments.reduce((result, adjust) => adjust(result, circumstances), judged);
}
