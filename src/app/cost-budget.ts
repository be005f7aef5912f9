import type { Logger } from 'pino';
import { estimateTokens } from '../checker/ask/token-estimate.js';
import type { Found } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import {
  amountText,
  costOf,
  costOfTokens,
  costOn,
  monthCostAfter,
  nanosPerUnit,
  priceInForce,
} from '../domain/cost.js';
import type { Model, Price } from '../domain/model.js';
import type { BudgetPlace, TokenBudget } from './token-budget.js';
import { note, type Tracked } from './tracked.js';

/** The price by which checks of the model are counted now; null while it is not known, or in another currency than before. */
const priceOf = ({ memory, view }: Tracked): Price | null =>
  priceInForce(view.model.price ?? null, memory.cost);

/** Adds what the check cost at the price in force. */
export function priced(tracked: Tracked, found: Found): Found {
  const costNanos = costOf(priceOf(tracked), found);
  return costNanos === null ? found : { ...found, costNanos };
}

const nothingSpent = { month: 0, nanos: 0 };

/** Counts what the check cost in the month in which it began. */
function spend(tracked: Tracked, nanos: number, found: Found) {
  const before = tracked.memory.spentMonth ?? nothingSpent;
  const after = monthCostAfter(before, nanos, found.startedAt);
  note(tracked, { spentMonth: after });
  return { before, after };
}

/** Logs that a check reached 80 % or 100 % of the budget of the month. */
function tell({ view }: Tracked, before: number, after: number, budget: number, log: Logger): void {
  const reached = (share: number): boolean => before < share * budget && after >= share * budget;
  if (!reached(0.8) && !reached(1)) return;
  log.warn(
    { model: view.model.id, usd: after / nanosPerUnit, usd_per_month: budget / nanosPerUnit },
    reached(1)
      ? 'budget of the month is used up: no checks until the first of the next month, 00:00 UTC'
      : 'over 80 % of the budget of the month is used up',
  );
}

/**
 * Holds the budgets in money beside those in tokens: a check needs a place in both. It counts with its estimate from its start,
 * and when it ends with what it cost. Without a price nothing can be counted, and nothing is refused: `validate` says so.
 */
export function withCostBudget(tokens: TokenBudget, parts: { clock: Clock; log: Logger }): TokenBudget {
  const { clock, log } = parts;
  const reservedBy = new WeakMap<Tracked, { nanos: number }>();
  const estimates = new WeakMap<Model, number>();

  function estimateOf(model: Model, price: Price): number {
    const known = estimates.get(model);
    if (known !== undefined) return known;
    const estimate = costOfTokens(price, estimateTokens(model)) ?? 0;
    estimates.set(model, estimate);
    return estimate;
  }

  function placeIn(tracked: Tracked): BudgetPlace | { readonly refused: string } | null {
    const { model } = tracked.view;
    const usd = model.usdPerMonth ?? null;
    // A budget counts in its own currency, also where earlier costs, and so all that are stored, have another one.
    const price = usd === null ? priceOf(tracked) : (model.price ?? null);
    if (price === null) return null;
    // Without a budget what is known is shown, and nothing else.
    if (usd === null || price.currency !== 'USD')
      return {
        settle: (found) => void spend(tracked, found.costNanos ?? 0, found),
        release: () => undefined,
      };
    const budget = usd * nanosPerUnit;
    const text = `budget.usd_per_month ${amountText(budget, 'USD')}`;
    const spent = costOn(tracked.memory.spentMonth ?? nothingSpent, clock.wall());
    if (spent >= budget)
      return { refused: `${text} is used up until the first of the next month, 00:00 UTC` };
    const running = reservedBy.get(tracked) ?? { nanos: 0 };
    if (spent + running.nanos >= budget)
      return { refused: `the checks that run may use the rest of ${text}` };
    reservedBy.set(tracked, running);
    const estimate = estimateOf(model, price);
    running.nanos += estimate;
    return {
      settle(found) {
        running.nanos -= estimate;
        const { before, after } = spend(tracked, costOf(price, found) ?? estimate, found);
        tell(tracked, before.month === after.month ? before.nanos : 0, after.nanos, budget, log);
      },
      release() {
        running.nanos -= estimate;
      },
    };
  }

  return {
    enter(tracked) {
      const first = tokens.enter(tracked);
      if ('refused' in first) return first;
      const second = placeIn(tracked);
      if (second === null) return first;
      if ('refused' in second) {
        first.release();
        return second;
      }
      return {
        settle(found) {
          first.settle(found);
          second.settle(found);
        },
        release() {
          first.release();
          second.release();
        },
      };
    },
  };
}
