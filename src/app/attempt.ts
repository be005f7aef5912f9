import { createTimeLimit, type TimeLimit } from '../checker/transport/time-limit.js';
import type { Ask, Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { Usual } from '../domain/baseline.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import { notSent, type CheckResult } from '../domain/result.js';
import { HttpError } from '../http/http-error.js';
import type { Backend } from '../http/port.js';
import { adjusted, undisturbed, type Circumstances } from './adjustments.js';
import { priced } from './cost-budget.js';
import type { Roster } from './roster.js';
import { withoutStall, type FindStalled, type Stalled } from './stalls.js';
import type { TokenBudget } from './token-budget.js';
import type { Tracked } from './tracked.js';

/** Most concurrent probes; further ones are refused, not queued, so that scheduled checks are not delayed. */
const probesAtOnce = 64;
const overRateDetail = 'rate_per_min is reached: as many requests were sent in the last 60 s';

/** A result before adjustment, with its circumstances. */
export interface Attempted {
  readonly found: Found;
  readonly circumstances: Circumstances;
}

/** How one attempt differs from the usual one. */
interface Deviation {
  /** Index of the API key; the next one in rotation unless given. */
  readonly key?: number | undefined;
  /** The model with another timeout. */
  readonly model?: Model;
}

/** `overRate`: the rate is reached, and no request is sent. */
export type Attempt = (
  tracked: Tracked,
  overRate: boolean,
  signal: AbortSignal,
  deviation?: Deviation,
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
  budget: TokenBudget;
  /** Usual speed of a model at a time; null where it is not compared. */
  usualOf?: (tracked: Tracked, now: number) => Usual | null;
}): Attempt {
  const { ask, findStalled, connectivity, clock, budget, usualOf } = parts;

  const forbidden = (model: Model, reason: Reason, detail: string | null): Attempted => ({
    found: notSent(clock.wall(), reason, outcomeFor(reason, model.outcomes), detail),
    circumstances: undisturbed(model),
  });

  return async (tracked, overRate, signal, { key, model = tracked.view.model } = {}) => {
    if (overRate) return forbidden(model, 'rate_budget', overRateDetail);
    const place = budget.enter(tracked);
    if ('refused' in place) return forbidden(model, 'budget_spent', place.refused);
    const limit = createTimeLimit({ clock, timeoutMs: model.timeoutMs, signal });
    const from = clock.monotonic();
    let found: Found;
    try {
      found = priced(tracked, await connectivity.watching(model, ask(model, signal, key)));
    } catch (error) {
      place.release();
      throw error;
    }
    // Before the look around, which may take as long as the rest of the timeout.
    place.settle(found);
    const stalled = findStalled(model, found, from, clock.monotonic());
    const evidence = stalled === null ? found : evidenceOf(found, stalled, model);
    const blind = await connectivity.isBlindTo(model, evidence, limit);
    const usual = usualOf?.(tracked, found.startedAt) ?? null;
    return { found, circumstances: { ...undisturbed(model), stalled, blind, usual } };
  };
}

/** Makes one attempt without recording it. What it used counts for the budgets. */
export function createUnrecordedAttempt(parts: {
  attempt: Attempt;
  /** Called when there is something to store of the model. */
  changed: (tracked: Tracked) => void;
}) {
  return async (
    tracked: Tracked,
    overRate: boolean,
    signal: AbortSignal,
    model?: Model,
  ): Promise<CheckResult> => {
    const { spent, spentMonth } = tracked.memory;
    const { found, circumstances } = await parts.attempt(tracked, overRate, signal, model && { model });
    const { memory } = tracked;
    if (memory.spent !== spent || memory.spentMonth !== spentMonth) parts.changed(tracked);
    return adjusted(found, circumstances);
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
      return await attempt(tracked, !spend(id), signal, model);
    } finally {
      running -= 1;
    }
  };
}
