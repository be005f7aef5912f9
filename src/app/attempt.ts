import type { Logger } from 'pino';
import { reachedShare, tokensAfter, tokensOn } from '../domain/budget.js';
import { createTimeLimit, type TimeLimit } from '../checker/transport/time-limit.js';
import type { Ask, Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import { notSent, type CheckResult } from '../domain/result.js';
import type { ModelView } from '../domain/view.js';
import { HttpError } from '../http/http-error.js';
import type { Backend } from '../http/port.js';
import { adjusted, undisturbed, type Circumstances } from './adjustments.js';
import type { Roster } from './roster.js';
import { withoutStall, type FindStalled, type Stalled } from './stalls.js';
import { show, type Tracked } from './tracked.js';

/** Most concurrent probes; further ones are refused, not queued, so that scheduled checks are not delayed. */
const probesAtOnce = 64;
const overRateDetail = 'rate_per_min is reached: as many requests were sent in the last 60 s';

/** True when the model's token budget for the UTC day of `now` is used up. */
function budgetSpent({ model, tokensToday }: ModelView, now: number): boolean {
  return model.tokensPerDay !== null && tokensOn(tokensToday, now) >= model.tokensPerDay;
}

/** A result before adjustment, with its circumstances. */
export interface Attempted {
  readonly found: Found;
  readonly circumstances: Circumstances;
}

/** `overRate`: the rate is reached, and no request is sent. `key` is the index of the API key; the next one in rotation unless given. */
export type Attempt = (
  view: ModelView,
  overRate: boolean,
  signal: AbortSignal,
  key?: number,
) => Promise<Attempted>;

/** The result as evidence of connectivity. A failure that is set aside for a stall is no evidence of the token endpoint. */
function evidenceOf({ tokenEndpoint, ...found }: Found, stalled: Stalled, model: Model): Found {
  const result = withoutStall(found, stalled, model);
  return tokenEndpoint === undefined || stalled.setAside ? result : { ...result, tokenEndpoint };
}

/** Makes one attempt, unless the rate or token budget is used up, and collects its circumstances. */
export function createAttempt(parts: {
  ask: Ask;
  findStalled: FindStalled;
  connectivity: {
    isBlindTo(model: Model, found: Found, limit: TimeLimit): Promise<boolean>;
    watching<T>(model: Model, asking: Promise<T>): Promise<T>;
  };
  clock: Clock;
}): Attempt {
  const { ask, findStalled, connectivity, clock } = parts;

  const forbidden = (model: Model, reason: Reason, detail: string | null): Attempted => ({
    found: notSent(clock.wall(), reason, outcomeFor(reason, model.outcomes), detail),
    circumstances: undisturbed(model),
  });

  return async (view, overRate, signal, key) => {
    const { model } = view;
    if (overRate) return forbidden(model, 'rate_budget', overRateDetail);
    if (budgetSpent(view, clock.wall())) {
      const detail = `budget.tokens_per_day ${model.tokensPerDay ?? 0} is used up until 00:00 UTC`;
      return forbidden(model, 'budget_spent', detail);
    }
    const limit = createTimeLimit({ clock, timeoutMs: model.timeoutMs, signal });
    const from = clock.monotonic();
    const found = await connectivity.watching(model, ask(model, signal, key));
    const stalled = findStalled(model, found, from, clock.monotonic());
    const evidence = stalled === null ? found : evidenceOf(found, stalled, model);
    const blind = await connectivity.isBlindTo(model, evidence, limit);
    return { found, circumstances: { ...undisturbed(model), stalled, blind } };
  };
}

/** Logs that a check reached 80 % or 100 % of the token budget of the day. */
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
 * Makes one attempt without recording it. Its tokens count toward the budget of the day; a restart forgets them, since they are not
 * stored. The view is that of `tracked`, or a copy with another timeout.
 */
export function createUnrecordedAttempt(parts: { attempt: Attempt; clock: Clock; log: Logger }) {
  return async (
    tracked: Tracked,
    view: ModelView,
    overRate: boolean,
    signal: AbortSignal,
  ): Promise<CheckResult> => {
    const { found, circumstances } = await parts.attempt(view, overRate, signal);
    const result = adjusted(found, circumstances);
    const before = tracked.view.tokensToday;
    show(tracked, { tokensToday: tokensAfter(before, result.usage, parts.clock.wall()) });
    tellBudget(tracked.view, before, parts.log);
    return result;
  };
}

/**
 * Handles GET /probe: checks a model of the registry without recording the result. The request counts against rate and budget.
 * Resolves to null for an unknown id; rejects with HttpError 409 for a paused model and 503 when 64 run.
 */
export function createProbe(parts: {
  roster: Roster;
  attempt: ReturnType<typeof createUnrecordedAttempt>;
  /** Counts a request against the model's rate; false when there is no room. */
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
