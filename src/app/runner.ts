import type { Logger } from 'pino';
import { reachedShare, tokensAfter, tokensOn } from '../domain/budget.js';
import type { Check } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import { judgeKey, keyFor, keysAfter } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import { recheckAt } from '../domain/recheck.js';
import { notSent, type CheckResult, type RecordedResult } from '../domain/result.js';
import type { ModelView } from '../domain/view.js';
import type { Job } from '../scheduler/port.js';
import type { Recorder } from './recorder.js';
import type { Tracked } from './tracked.js';

const overRateDetail = 'rate_per_min is used up for this minute';

/** True when the model's token budget for the UTC day of `now` is used up. */
function budgetSpent({ model, tokensToday }: ModelView, now: number): boolean {
  return model.tokensPerDay !== null && tokensOn(tokensToday, now) >= model.tokensPerDay;
}

/** Makes one attempt, unless something forbids to send it. */
export function createAttempt(check: Check, clock: Clock) {
  const forbidden = (model: Model, reason: Reason, detail: string | null): CheckResult =>
    notSent(clock.wall(), reason, outcomeFor(reason, model.outcomes), detail);

  return async (
    view: ModelView,
    overRate: boolean,
    signal: AbortSignal,
    key?: number,
  ): Promise<CheckResult> => {
    if (overRate) return forbidden(view.model, 'rate_budget', overRateDetail);
    if (budgetSpent(view, clock.wall())) {
      const detail = `budget.tokens_per_day ${view.model.tokensPerDay ?? 0} is used up until 00:00 UTC`;
      return forbidden(view.model, 'budget_spent', detail);
    }
    return check(view.model, signal, key);
  };
}

/** Works what a check says of its key into what is known of all keys, and that into the result. */
function weighKey(tracked: Tracked, asked: Model, result: CheckResult): CheckResult {
  const { keys } = tracked.memory;
  const { endpoint, outcomes } = tracked.view.model;
  const { keyIndex } = result;
  if (keys === null || keyIndex === null) return result;
  // The keys were exchanged while the check ran.
  if (endpoint.apiKeys[keyIndex] !== asked.endpoint.apiKeys[keyIndex]) return result;
  tracked.memory = { ...tracked.memory, keys: keysAfter(keys, result) };
  return judgeKey(result, keys, outcomes);
}

/** Logs that a check reached a share of the token budget. */
function tellBudget({ model, tokensToday }: ModelView, before: ModelView['tokensToday'], log: Logger): void {
  const budget = model.tokensPerDay;
  const share = budget === null ? null : reachedShare(before, tokensToday, budget);
  if (share === null) return;
  log.warn(
    { model: model.id, tokens: tokensToday.tokens, tokens_per_day: budget },
    share === 1
      ? 'token budget is used up: no checks until 00:00 UTC'
      : 'over 80 % of the token budget of the day is used up',
  );
}

/**
 * Makes one attempt that is recorded nowhere; the tokens that it used count toward the budget of the day, until a restart. The view
 * is that of `tracked`, or one with another deadline.
 */
export function createUnrecordedAttempt(parts: {
  attempt: ReturnType<typeof createAttempt>;
  clock: Clock;
  log: Logger;
}) {
  return async (
    tracked: Tracked,
    view: ModelView,
    overRate: boolean,
    signal: AbortSignal,
  ): Promise<CheckResult> => {
    const result = await parts.attempt(view, overRate, signal);
    const before = tracked.view.tokensToday;
    tracked.view.tokensToday = tokensAfter(before, result.usage, parts.clock.wall());
    tellBudget(tracked.view, before, parts.log);
    return result;
  };
}

/** Carries a job from its start to the recorded result, and asks for a recheck where a failure wants confirming. */
export function createRunner(parts: {
  attempt: ReturnType<typeof createAttempt>;
  clock: Clock;
  recorder: Recorder;
  tracked: (id: string) => Tracked | undefined;
  recheck: (id: string, at: number) => void;
  log: Logger;
}) {
  const { attempt, clock, recorder, log } = parts;

  /** Models of which one failure was told; a broken one would tell the same at each slot. */
  const told = new WeakSet<Tracked>();
  const tell = (tracked: Tracked, err: unknown): void => {
    if (told.has(tracked)) return;
    told.add(tracked);
    log.error(
      { model: tracked.view.model.id, err },
      'check failed with an internal error; other checks continue',
    );
  };

  return async (job: Job, signal: AbortSignal, hasResult: () => void): Promise<void> => {
    const tracked = parts.tracked(job.id);
    if (tracked === undefined) return;
    // What was aborted is counted by who aborted it, and what left the registry is no longer anybody's.
    const current = (): boolean => !signal.aborted && parts.tracked(job.id) === tracked;
    let recording: Promise<RecordedResult> | null = null;
    try {
      const { view } = tracked;
      const { model, tokensToday } = view;
      const { keys } = tracked.memory;
      const key = keys === null ? undefined : keyFor(keys, job.kind === 'recheck');
      const result = await attempt(view, job.overRate, signal, key);
      if (!current()) return;
      const endedAt = clock.wall();
      recording = recorder.record(tracked, weighKey(tracked, model, result), job.slot, job.kind);
      hasResult();
      const recorded = await recording;
      tellBudget(view, tokensToday, log);
      const at = recheckAt(tracked.memory.health, recorded, endedAt, model.confirm.recheckAfterMs);
      if (at !== null) parts.recheck(job.id, at);
    } catch (error) {
      tell(tracked, error);
      if (recording !== null || job.kind !== 'scheduled' || !current()) return;
      // As a check that was aborted: it was begun, and has no result.
      recorder.miss(tracked, { lastSlot: job.slot, unwatched: null }, 'stopped', 1);
    }
  };
}
