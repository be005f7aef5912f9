import { formatDuration } from '../../domain/duration.js';
import type { BalanceWatch, Model, Price } from '../../domain/model.js';
import type { Problem } from '../read/problem.js';
import type { DefaultsEntry } from '../schema/asking-schema.js';
import { minute } from '../schema/fields.js';

function priceOf(entry: DefaultsEntry['price']): Price | null {
  if (entry === undefined) return null;
  const { currency = 'USD', ...given } =
    entry === 0 ? { input_per_million: 0, output_per_million: 0 } : entry;
  return {
    inputPerMillion: given.input_per_million,
    outputPerMillion: given.output_per_million,
    perRequest: given.per_request ?? 0,
    currency,
    source: 'configuration',
  };
}

function balanceOf(entry: DefaultsEntry['balance']): BalanceWatch | null {
  if (entry === undefined || entry === false) return null;
  const { every = 10 * minute, warn_below: warnBelow = null } = entry === true ? {} : entry;
  return { everyMs: every, warnBelow };
}

/** Price, budget of the month and balance of a model; absent where not set. */
export function moneyOf(
  own: DefaultsEntry,
  defaults: DefaultsEntry,
): Pick<Model, 'price' | 'usdPerMonth' | 'balance'> {
  const price = priceOf(own.price ?? defaults.price);
  const usd = (own.budget ?? defaults.budget)?.usd_per_month;
  const balance = balanceOf(own.balance ?? defaults.balance);
  return {
    ...(price !== null && { price }),
    ...(usd !== undefined && { usdPerMonth: usd }),
    ...(balance !== null && { balance }),
  };
}

/** A budget in US dollars needs a price in them. */
export function moneyProblems({ price, usdPerMonth }: Pick<Model, 'price' | 'usdPerMonth'>): Problem[] {
  const currency = price?.currency ?? 'USD';
  if (usdPerMonth === undefined || currency === 'USD') return [];
  const message = `needs a price in USD, and "price.currency" is ${currency}`;
  return [{ path: ['budget', 'usd_per_month'], message }];
}

/** The members of the file for what `moneyOf` made. */
export function moneyEntry({ price = null, balance = null }: Model) {
  return {
    ...(price?.source === 'configuration' && {
      price: {
        input_per_million: price.inputPerMillion,
        output_per_million: price.outputPerMillion,
        ...(price.perRequest > 0 && { per_request: price.perRequest }),
        currency: price.currency,
      },
    }),
    ...(balance !== null && {
      balance: {
        every: formatDuration(balance.everyMs),
        ...(balance.warnBelow !== null && { warn_below: balance.warnBelow }),
      },
    }),
  };
}

export function budgetEntry({ tokensPerDay, usdPerMonth = null }: Model) {
  if (tokensPerDay === null && usdPerMonth === null) return {};
  return {
    budget: {
      ...(tokensPerDay !== null && { tokens_per_day: tokensPerDay }),
      ...(usdPerMonth !== null && { usd_per_month: usdPerMonth }),
    },
  };
}
