import { mayBeCharged, monthOf } from './budget.js';
import type { Found } from './check.js';
import type { Price } from './model.js';

/** A sum in billionths of a currency. Whole numbers, so that sums of checks, hours and counters are equal. */
export interface Cost {
  readonly currency: string;
  readonly nanos: number;
}

/** Cost of the UTC month with that number since year 0. */
export interface MonthCost {
  readonly month: number;
  readonly nanos: number;
}

export const nanosPerUnit = 1e9;
const tokensPerPrice = 1e6;

/** The sum of what is known; null where neither is. */
export function sumOfCosts(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : one + other;
}

const boundedNanos = (nanos: number): number | null => {
  const whole = Math.round(nanos);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : null;
};

/** Cost of these tokens and one request, in billionths; null where it is too great to be true. */
export function costOfTokens(
  price: Price,
  usage: { inputTokens: number; outputTokens: number },
): number | null {
  const { inputPerMillion, outputPerMillion, perRequest } = price;
  const ofTokens = usage.inputTokens * inputPerMillion + usage.outputTokens * outputPerMillion;
  return boundedNanos(ofTokens * (nanosPerUnit / tokensPerPrice) + perRequest * nanosPerUnit);
}

const isFree = ({ inputPerMillion, outputPerMillion }: Price): boolean =>
  inputPerMillion === 0 && outputPerMillion === 0;

/**
 * Cost of a check in billionths: of the tokens that the reply tells. A refusal costs nothing. Null without a price, and where a
 * provider may charge for a check of which no usage is known.
 */
export function costOf(price: Price | null, found: Found): number | null {
  if (price === null) return null;
  const { usage } = found;
  if (usage !== null && usage.inputTokens + usage.outputTokens > 0) return costOfTokens(price, usage);
  if (!mayBeCharged(found)) return 0;
  return isFree(price) ? boundedNanos(price.perRequest * nanosPerUnit) : null;
}

/** The price in the currency of what was counted before; null for another one, since sums have one currency. */
export function priceInForce(price: Price | null, counted: Cost | null): Price | null {
  return price === null || counted === null || counted.currency === price.currency ? price : null;
}

/** The sum after a check. It begins with the first cost that is known, whose currency it keeps. */
export function costAfter(before: Cost | null, price: Price | null, nanos: number | null): Cost | null {
  const currency = before?.currency ?? price?.currency;
  if (currency === undefined || nanos === null) return before;
  const total = (before?.nanos ?? 0) + nanos;
  // Beyond nine million of a currency sums of billionths are no longer exact.
  return Number.isSafeInteger(total) ? { currency, nanos: total } : before;
}

/** Cost of both histories of a model; of two currencies the later one. */
export function costOfBoth(later: Cost | null, earlier: Cost | null): Cost | null {
  if (later === null) return earlier;
  return earlier?.currency === later.currency ? { ...later, nanos: later.nanos + earlier.nanos } : later;
}

/** The month of the budget at `at`: a month ahead stays, since the clock may be set back over its start. */
function monthAt({ month }: MonthCost, at: number): number {
  const present = monthOf(at);
  return month === present + 1 ? month : present;
}

/** Billionths in the UTC month of `now`; 0 before the first. */
export function costOn(count: MonthCost | null, now: number): number {
  return count !== null && count.month === monthAt(count, now) ? count.nanos : 0;
}

/** What checks have cost in the UTC month of `now`; null while nothing is known. */
export function costOfMonth(counted: Cost | null, month: MonthCost | null, now: number): Cost | null {
  if (counted === null) return null;
  return { currency: counted.currency, nanos: costOn(month, now) };
}

/** The count after a check that cost `nanos` at Unix ms `at`. */
export function monthCostAfter(before: MonthCost, nanos: number, at: number): MonthCost {
  return { month: monthAt(before, at), nanos: costOn(before, at) + nanos };
}

/** Raises the count to at least `known`, which includes what was spent before a restart. */
export function costAtLeast(count: MonthCost, known: MonthCost): MonthCost {
  if (count.month > known.month) return count;
  return { month: known.month, nanos: Math.max(count.month === known.month ? count.nanos : 0, known.nanos) };
}

/** The amount in units of the currency. */
export const amountOf = (nanos: number): number => nanos / nanosPerUnit;

/** An amount for people: `$0.0042`, `12.30 EUR`; small amounts with two digits that count. */
export function amountText(nanos: number, currency: string): string {
  const amount = amountOf(nanos);
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(amount)));
  const text = amount.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(2, digits),
    maximumFractionDigits: Math.max(2, digits),
  });
  return currency === 'USD' ? `$${text}` : `${text} ${currency}`;
}

/** Sums by currency, in the order in which the currencies come. */
export function sumsByCurrency(costs: Iterable<Cost | null>): Cost[] {
  const sums = new Map<string, number>();
  for (const cost of costs)
    if (cost !== null) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.nanos);
  return [...sums].map(([currency, nanos]) => ({ currency, nanos }));
}

/** These sums as text, the currencies in alphabetical order; empty without a cost. */
export function costTexts(costs: Iterable<Cost | null>): string[] {
  return sumsByCurrency(costs)
    .sort((a, b) => (a.currency < b.currency ? -1 : 1))
    .map(({ currency, nanos }) => amountText(nanos, currency));
}
