import * as z from 'zod';
import { amountOf, costOn } from '../../domain/cost.js';
import { limitAt, limitKinds, ratioOf } from '../../domain/headroom.js';
import type { ModelView } from '../../domain/view.js';
import { countField, ratioField, timeField } from './fields.js';
import { isoTime } from '../time.js';

export const amountField = z.number().min(0);
export const currencyField = z.string().describe('ISO 4217, such as USD.');

/** A sum and its currency, in answers over a window. */
export const costField = z
  .object({ amount: amountField, currency: currencyField })
  .nullable()
  .describe(
    'Cost of the checks whose price was known, at the price of their time; null if none was. Cached input counts as other input.',
  );

/** A sum of costs with its currency; null while nothing is known. */
export function costShape(nanos: number | null, currency: string | null): z.output<typeof costField> {
  return nanos === null || currency === null ? null : { amount: amountOf(nanos), currency };
}

export const moneySchema = {
  price: z
    .object({
      input_per_million: amountField,
      output_per_million: amountField,
      per_request: amountField,
      currency: currencyField,
      source: z.enum(['configuration', 'list']).describe('`list`: the prices that come with modelpulse.'),
    })
    .nullable()
    .describe('Price of the model; null while it is not known.'),
  cost: z
    .object({
      currency: currencyField,
      total: amountField.describe('Cost of all recorded checks whose price was known.'),
      month: amountField.describe(
        'What counts for the UTC month, also of checks that were not recorded; under a budget with estimates.',
      ),
      budget: amountField.nullable().describe('`budget.usd_per_month`.'),
    })
    .nullable()
    .describe('What checks have cost; null while nothing is known.'),
  limits: z
    .array(
      z.object({
        kind: z.enum(limitKinds),
        limit: countField,
        remaining: countField,
        ratio: ratioField,
        resets_at: timeField.nullable().describe('Null if the provider does not say when.'),
      }),
    )
    .describe(
      "The provider's rate limits, as its newest reply told them; of several periods the one with the least left. A limit that is reset since then is left out.",
    ),
  balances: z
    .array(
      z.object({
        key: z.int().describe('Position of the API key, from 1.'),
        amount: z.number(),
        currency: currencyField,
        at: timeField.describe('When the provider told it.'),
        asked_by: z
          .string()
          .describe('Id of the model that asks; models with the same key share the answer.'),
      }),
    )
    .describe(
      'Balances of the accounts of the keys; only with `balance`, where the provider has an API for it.',
    ),
};

/** Price, cost, limits and balances of a model at `now`. */
export function moneyShape(view: ModelView, now: number) {
  const { price = null, usdPerMonth = null } = view.model;
  const { cost, monthCost } = view;
  return {
    price: price && {
      input_per_million: price.inputPerMillion,
      output_per_million: price.outputPerMillion,
      per_request: price.perRequest,
      currency: price.currency,
      source: price.source,
    },
    cost: cost && {
      currency: cost.currency,
      total: amountOf(cost.nanos),
      month: amountOf(costOn(monthCost, now)),
      budget: usdPerMonth,
    },
    limits: limitKinds.flatMap((kind) => {
      const limit = limitAt(view.headroom, kind, now);
      if (limit === null) return [];
      const { limit: most, remaining, resetAt } = limit;
      return [{ kind, limit: most, remaining, ratio: ratioOf(limit), resets_at: isoTime(resetAt) }];
    }),
    balances: (view.balances ?? []).map(({ key, amount, currency, at, askedBy }) => ({
      ...{ key, amount, currency },
      at: isoTime(at),
      asked_by: askedBy,
    })),
  };
}
