import * as z from 'zod';
import { day, duration, minute, wholeNumber } from './fields.js';

const mostAmount = 1_000_000;

const amount = (): z.ZodNumber =>
  z.number().min(0, 'must not be negative').max(mostAmount, `must be at most ${mostAmount}`);

/** What a model costs: overrides the price that comes with the program. */
export const priceSchema = z
  .union(
    [
      z.literal(0),
      z.strictObject({
        input_per_million: amount().describe('Price of a million input tokens.'),
        output_per_million: amount().describe('Price of a million output tokens.'),
        per_request: amount().optional().describe('Price of a request; default: 0.'),
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, 'must be a currency of three letters such as USD')
          .optional()
          .describe(
            'Currency of the price; default: USD. Costs of a model have one currency: while another one is stored, nothing is counted.',
          ),
      }),
    ],
    'must be 0, or a map with input_per_million and output_per_million',
  )
  .optional()
  .describe(
    'Price of the model, or 0 for none; default: the price in the list that comes with modelpulse, by address and name of the model.',
  );

/** Limits on what checks use. */
export const budgetSchema = z
  .strictObject({
    tokens_per_day: wholeNumber(1, 1_000_000_000_000)
      .optional()
      .describe(
        'Most tokens that checks may use in a UTC day, estimated where a reply does not tell them; after that, no checks are sent until the next day.',
      ),
    usd_per_month: amount()
      .gt(0, 'must be greater than 0')
      .optional()
      .describe(
        'Most US dollars that checks may cost in a UTC month, estimated likewise; after that, no checks are sent until the next month. Needs a price.',
      ),
  })
  .refine(({ tokens_per_day: tokens, usd_per_month: usd }) => tokens !== undefined || usd !== undefined, {
    error: 'must have "tokens_per_day" or "usd_per_month"',
  })
  .optional()
  .describe('Limits on the cost of checks.');

/** How the balance of the provider's account is watched. */
export const balanceSchema = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        every: duration(minute, 30 * day)
          .optional()
          .describe('Interval between two questions for the balance; default: 10m.'),
        warn_below: amount()
          .optional()
          .describe('Amount in the currency of the account below which an alert fires; default: none.'),
      }),
    ],
    'must be true, false, or a map with "every" (at least 1m) and "warn_below"',
  )
  .optional()
  .describe(
    'Asks the provider for the balance of the account of the key, where its API tells one (docs/providers.md); default: false. It never changes the state of the model.',
  );
