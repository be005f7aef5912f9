import * as z from 'zod';
import { amountOf } from '../../domain/cost.js';
import { states } from '../../domain/state.js';
import type { Series, SeriesBucket } from '../../store/series-buckets.js';
import { countField, listOf, secondsField, timeField } from './fields.js';
import { isoTime, toSeconds } from '../time.js';
import { speedFields, speedShape } from './speed-shape.js';
import { checksField, checksShape, durationsShape, latencyField, latencyShape } from './uptime-shape.js';

const notKept = 'Null if counts of such short periods are no longer stored.';

export const seriesSchema = listOf(
  z.object({
    from: timeField,
    to: timeField,
    seconds: z.record(z.enum(states), secondsField).describe('Seconds in each state, exact.'),
    checks: checksField.nullable().describe(`Results by outcome. ${notKept}`),
    latency_seconds: latencyField.nullable().describe(`Quantiles as in \`uptime\`. ${notKept}`),
    speed: z
      .object(speedFields)
      .nullable()
      .describe(`Speed of streams. ${notKept} And null where nothing was measured.`),
    tokens: z
      .object({ input: countField, output: countField })
      .nullable()
      .describe(`Tokens that checks used. ${notKept}`),
    cost: z
      .number()
      .min(0)
      .nullable()
      .describe(`Cost of checks in \`currency\`; null if not known. ${notKept}`),
  }),
)
  .extend({
    model: z.string(),
    from: timeField.describe('Start of the window, at the earliest when the model was first seen.'),
    to: timeField.describe('End of the window, at the latest now.'),
    currency: z.string().nullable().describe('Currency of the costs; null while there are none.'),
    step: secondsField.describe('Length of a full bucket in seconds.'),
    resolution: z
      .enum(['exact', 'hour', 'day'])
      .describe(
        'Resolution of the counts stored for the oldest part of the window. Shorter buckets have no counts, and the ends of the window are moved to it.',
      ),
  })
  .describe('A window by step, always on one page.');

function bucketShape(bucket: SeriesBucket): z.output<typeof seriesSchema>['items'][number] {
  const { from, to, durations, outcomes, latency, speed, inputTokens, outputTokens, cost, counted } = bucket;
  return {
    from: isoTime(from),
    to: isoTime(to),
    seconds: durationsShape(durations),
    checks: counted ? checksShape(outcomes) : null,
    latency_seconds: counted ? latencyShape(latency) : null,
    speed: counted && speed.size > 0 ? speedShape(speed) : null,
    cost: counted && cost !== null ? amountOf(cost) : null,
    tokens: counted ? { input: inputTokens, output: outputTokens } : null,
  };
}

/** A series in the API's form. */
export function seriesShape(
  model: string,
  series: Series,
  currency: string | null,
): z.output<typeof seriesSchema> {
  return {
    model,
    from: isoTime(series.from),
    to: isoTime(series.to),
    currency,
    step: toSeconds(series.stepMs),
    resolution: series.resolution,
    items: series.buckets.map(bucketShape),
    next_cursor: null,
  };
}
