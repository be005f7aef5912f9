import type { Logger } from 'pino';
import { reachedShare, tokensAfter, tokensOn } from '../domain/budget.js';
import type { Check } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import { notSent, type CheckResult } from '../domain/result.js';
import type { ModelView } from '../domain/view.js';
import { HttpError } from '../http/http-error.js';
import type { Backend } from '../http/port.js';
import type { Roster } from './roster.js';
import { show, type Tracked } from './tracked.js';

/** Probes at one time; they wait for nobody, so that the registry's checks are not kept from their slots. */
const probesAtOnce = 64;
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

/** Logs that a check reached a share of the token budget. */
export function tellBudget(
  { model, tokensToday }: ModelView,
  before: ModelView['tokensToday'],
  log: Logger,
): void {
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
    show(tracked, { tokensToday: tokensAfter(before, result.usage, parts.clock.wall()) });
    tellBudget(tracked.view, before, parts.log);
    return result;
  };
}

/** Checks of models of the registry that somebody else schedules: they use up rate and budget and record nothing. */
export function createProbe(parts: {
  roster: Roster;
  attempt: ReturnType<typeof createUnrecordedAttempt>;
  /** Takes a place in the model's rate; false when none is left. */
  spend: (id: string) => boolean;
}): Backend['probe'] {
  const { roster, attempt, spend } = parts;
  let running = 0;

  return async (id, timeoutMs, signal): Promise<CheckResult | null> => {
    const tracked = roster.get(id);
    if (tracked === undefined) return null;
    const { view } = tracked;
    if (view.model.pause) throw new HttpError(409, 'paused', 'the model is paused');
    if (running >= probesAtOnce)
      throw new HttpError(503, 'busy', `${probesAtOnce} probes are running already; try again soon`);
    running += 1;
    try {
      const model = { ...view.model, timeoutMs: Math.floor(Math.min(view.model.timeoutMs, timeoutMs)) };
      return await attempt(tracked, { ...view, model }, !spend(id), signal);
    } finally {
      running -= 1;
    }
  };
}
