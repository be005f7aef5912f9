import * as z from 'zod';
import type { Histogram } from '../../domain/histogram.js';
import { speedQuantile, type SpeedMeasure } from '../../domain/speed.js';
import { secondsField } from './fields.js';
import { toSeconds } from '../time.js';

/** Tokens per second. */
export const rateField = z.number().min(0);

/** A rate to a thousandth. */
export const rateOrNull = (rate: number | null): number | null =>
  rate === null ? null : Math.round(rate * 1_000) / 1_000;

const quantiles = z.object({ p50: secondsField.nullable(), p95: secondsField.nullable() });

/** How fast streams came, over a window. */
export const speedFields = {
  first_token_seconds: quantiles.describe(
    'Quantiles of the time to the first token of streamed healthy and degraded results, within 4 %; null where it is not measured.',
  ),
  tokens_per_second: z
    .object({ p5: rateField.nullable(), p50: rateField.nullable(), p95: rateField.nullable() })
    .describe('The same of the throughput; `p5` is the slow end.'),
  gap_seconds: quantiles.describe('The same of the longest gap in an answer.'),
};

type SpeedShape = { readonly [Name in keyof typeof speedFields]: z.output<(typeof speedFields)[Name]> };

/** Quantiles of a speed histogram. */
export function speedShape(speed: Histogram): SpeedShape {
  const seconds = (measure: SpeedMeasure, q: number): number | null =>
    toSeconds(speedQuantile(speed, measure, q));
  const rate = (q: number): number | null => rateOrNull(speedQuantile(speed, 'throughput', q));
  return {
    first_token_seconds: { p50: seconds('firstToken', 0.5), p95: seconds('firstToken', 0.95) },
    tokens_per_second: { p5: rate(0.05), p50: rate(0.5), p95: rate(0.95) },
    gap_seconds: { p50: seconds('gap', 0.5), p95: seconds('gap', 0.95) },
  };
}
