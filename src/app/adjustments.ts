import type { Found } from '../domain/check.js';
import { withBaseline, type Usual } from '../domain/baseline.js';
import { withoutConnectivity } from '../domain/connectivity.js';
import { withKey, type Keys } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import type { CheckResult } from '../domain/result.js';
import { withoutStall, type Stalled } from './stalls.js';

/** Inputs of a result besides the reply. */
export interface Circumstances {
  /** The model as it was at the start of the check. */
  readonly model: Model;
  /** Effect of stalls of the monitor on the result; null for none. */
  readonly stalled: Stalled | null;
  /** True when the monitor had no connectivity. */
  readonly blind: boolean;
  /** Key health before the check; null for fewer than two keys, or when the key used was removed. */
  readonly keys: Keys | null;
  /** Usual speed of the model at this hour; null where it is not compared with that. */
  readonly usual: Usual | null;
}

export function undisturbed(model: Model): Circumstances {
  return { model, stalled: null, blind: false, keys: null, usual: null };
}

type Adjustment = (result: CheckResult, circumstances: Circumstances) => CheckResult;

/**
 * Changes to a result between judging and recording, in this order. Before them, `finish` of the checker sets reason
 * `slow` on slow successes, and the outcome from the reason and the model's overrides. After them, the reducer escalates
 * repeated results (`escalate` in domain/reduce.ts).
 */
const adjustments: readonly Adjustment[] = [
  (result, { stalled, model }) => (stalled === null ? result : withoutStall(result, stalled, model)),
  (result, { usual, model }) => (usual === null ? result : withBaseline(result, usual, model)),
  (result, { blind, model }) => (blind ? withoutConnectivity(result, model) : result),
  (result, { keys, model }) => (keys === null ? result : withKey(result, keys, model.outcomes)),
];

/** Applies the adjustments to a result. */
export function adjusted(found: Found, circumstances: Circumstances): CheckResult {
  const { tokenEndpoint, intercepted, ...plain } = found;
  const judged: CheckResult = tokenEndpoint === undefined && intercepted === undefined ? found : plain;
  return adjustments.reduce((result, adjust) => adjust(result, circumstances), judged);
}
