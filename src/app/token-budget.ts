import type { Logger } from 'pino';
import { estimateTokens } from '../checker/ask/token-estimate.js';
import { reachedShare, tokensAfter, tokensIn, tokensOf, tokensOn } from '../domain/budget.js';
import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { show, type Tracked } from './tracked.js';

/** The place of one check in the budget of its model; exactly one of the two is called, once. */
export interface BudgetPlace {
  /** Counts what the check used instead of what was reserved for it. */
  settle(found: Found): void;
  /** Gives back what was reserved for a check that had no result. */
  release(): void;
}

export interface TokenBudget {
  /** A place for a check, with its estimate reserved; else why nothing may be sent. */
  enter(tracked: Tracked): BudgetPlace | { readonly refused: string };
}

/** Logs that a check reached 80 % or 100 % of the token budget of the day. */
function tell({ view }: Tracked, before: Tracked['view']['tokensToday'], log: Logger): void {
  const { model, tokensToday } = view;
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

/** What the checks of one model that run now may use, and what the newest reply with a usage used. */
interface Running {
  reserved: number;
  lastUse: number;
}

/**
 * Holds the token budgets. A check counts with its estimate from its start, so that checks which run at one time do not all
 * find the same room; when it ends, with what it used.
 */
export function createTokenBudget(parts: { clock: Clock; log: Logger }): TokenBudget {
  const { clock, log } = parts;
  const running = new WeakMap<Tracked, Running>();
  const estimates = new WeakMap<Model, number>();

  function estimateOf(model: Model): number {
    const known = estimates.get(model);
    if (known !== undefined) return known;
    const { inputTokens, outputTokens } = estimateTokens(model);
    estimates.set(model, inputTokens + outputTokens);
    return inputTokens + outputTokens;
  }

  /** Counts tokens of a check that began at Unix ms `at`: slots do not go back with the clock, and the budget is of its day. */
  function count(tracked: Tracked, tokens: number, at: number): void {
    const before = tracked.view.tokensToday;
    show(tracked, { tokensToday: tokensAfter(before, tokens, at) });
    tell(tracked, before, log);
  }

  return {
    enter(tracked) {
      const { model, tokensToday } = tracked.view;
      const budget = model.tokensPerDay;
      if (budget === null)
        return {
          // Without a budget what replies say is shown, and nothing else.
          settle: (found) => count(tracked, tokensOf(found, 0), found.startedAt),
          release: () => undefined,
        };
      const now = running.get(tracked) ?? { reserved: 0, lastUse: tokensIn(tracked.view.latest?.usage) };
      const used = tokensOn(tokensToday, clock.wall());
      if (used >= budget) return { refused: `budget.tokens_per_day ${budget} is used up until 00:00 UTC` };
      if (used + now.reserved >= budget)
        return { refused: `the checks that run may use the rest of budget.tokens_per_day ${budget}` };
      running.set(tracked, now);
      const estimate = estimateOf(model);
      const reserved = Math.max(estimate, now.lastUse);
      now.reserved += reserved;
      return {
        settle(found) {
          now.reserved -= reserved;
          const tokens = tokensOf(found, estimate);
          if (found.usage !== null) now.lastUse = tokensIn(found.usage);
          count(tracked, tokens, found.startedAt);
        },
        release: () => {
          now.reserved -= reserved;
        },
      };
    },
  };
}
