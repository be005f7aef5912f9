import { withNewRun, withPause, withResumption, type Health } from './health.js';
import type { Model } from './model.js';
import type { Rules } from './observation.js';
import type { Schedule } from './schedule.js';

/**
 * Version of the reducer. It is raised by a change that gives a stored result another effect, so that a replay leaves out
 * time that an earlier version wrote.
 */
export const reducerVersion = 1;

/** The rules in effect since `from` (Unix ms). Replaying the stored results with them gives the stored state. */
export interface Epoch extends Omit<Rules, 'intervalMs'> {
  readonly from: number;
  readonly schedule: Schedule;
  /** The subject of the checks changed: runs do not continue across `from`. */
  readonly newRun: boolean;
  /** No checks. */
  readonly paused?: true;
  /** `reducerVersion` of the release that applied the rules; absent in epochs of releases without it. */
  readonly reducer?: number;
}

export function epochOf(model: Model, from: number, newRun: boolean): Epoch {
  const { schedule, timeoutMs, loadingGraceMs, confirm } = model;
  const { failures, successes } = confirm;
  const reducer = reducerVersion;
  const rules = { from, schedule, newRun, timeoutMs, loadingGraceMs, failures, successes, reducer };
  return model.pause ? { ...rules, paused: true } : rules;
}

/** True when both have the same rules; `from` and `newRun` are ignored. */
export function sameEpoch(a: Epoch, b: Epoch): boolean {
  const plain = (epoch: Epoch): string => JSON.stringify({ ...epoch, from: 0, newRun: false });
  return plain(a) === plain(b);
}

/** Applies the start of an epoch, which lies after the newest slot. */
export function withEpoch(health: Health, { from, newRun, paused }: Epoch): Health {
  const known = newRun ? withNewRun(health, from) : health;
  return paused ? withPause(known, from) : withResumption(known, from);
}

/** The epoch of a slot; `epochs` are in ascending order, and the first also covers all earlier time. */
export function epochAt(epochs: readonly [Epoch, ...Epoch[]], slot: number): Epoch {
  return epochs.findLast(({ from }) => from <= slot) ?? epochs[0];
}

/** Epochs that can apply to a slot after `settled`. */
export function liveEpochs(epochs: readonly [Epoch, ...Epoch[]], settled: number): [Epoch, ...Epoch[]] {
  const current = epochAt(epochs, settled);
  return [current, ...epochs.filter(({ from }) => from > settled && from > current.from)];
}
