import { withNewRun, withPause, withResumption, type Health } from './health.js';
import type { Model } from './model.js';
import type { Rules } from './observation.js';
import type { Schedule } from './schedule.js';

/** What was in force from `from` (Unix ms) on: with it, stored results replay to the stored state. */
export interface Epoch extends Omit<Rules, 'intervalMs'> {
  readonly from: number;
  readonly schedule: Schedule;
  /** The model asks something else than before: no run reaches across. */
  readonly newRun: boolean;
  /** No checks. */
  readonly paused?: true;
}

export function epochOf(model: Model, from: number, newRun: boolean): Epoch {
  const { schedule, timeoutMs, loadingGraceMs, confirm } = model;
  const { failures, successes } = confirm;
  const rules = { from, schedule, newRun, timeoutMs, loadingGraceMs, failures, successes };
  return model.pause ? { ...rules, paused: true } : rules;
}

/** True when both say the same but for their beginning. */
export function sameEpoch(a: Epoch, b: Epoch): boolean {
  const plain = (epoch: Epoch): string => JSON.stringify({ ...epoch, from: 0, newRun: false });
  return plain(a) === plain(b);
}

/** What the beginning of an epoch, after the newest slot, does to what is known. */
export function withEpoch(health: Health, { from, newRun, paused }: Epoch): Health {
  const known = newRun ? withNewRun(health, from) : health;
  return paused ? withPause(known, from) : withResumption(known, from);
}

/** The epoch a slot belongs to; `epochs` are in order and the first one reaches back for ever. */
export function epochAt(epochs: readonly [Epoch, ...Epoch[]], slot: number): Epoch {
  return epochs.findLast(({ from }) => from <= slot) ?? epochs[0];
}

/** Epochs that a slot after `settled` can still belong to. */
export function liveEpochs(epochs: readonly [Epoch, ...Epoch[]], settled: number): [Epoch, ...Epoch[]] {
  const current = epochAt(epochs, settled);
  return [current, ...epochs.filter(({ from }) => from > settled && from > current.from)];
}
