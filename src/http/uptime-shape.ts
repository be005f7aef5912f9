import { z } from 'zod';
import { quantile } from '../domain/histogram.js';
import { outcomes } from '../domain/reason.js';
import { states, type Interval, type StateDurations } from '../domain/state.js';
import { uptimeOf } from '../domain/uptime.js';
import type { Counts } from '../store/port.js';
import { countField, ratioField, secondsField, timeField } from './fields.js';
import { coverageField, uptimeField } from './model-shape.js';
import { isoTime, toSeconds } from './time.js';

const latencyField = secondsField.nullable();

export const uptimeSchema = z
  .object({
    model: z.string(),
    from: timeField.describe('Beginning of the window, not before the model was first seen.'),
    to: timeField.describe('End of the window, not after now.'),
    uptime: uptimeField,
    coverage: coverageField,
    seconds: z.record(z.enum(states), secondsField).describe('Seconds in each state.'),
    checks: z
      .object({ total: countField, ...fromKeys(outcomes, () => countField) })
      .describe('Results by outcome.'),
    uptime_by_checks: ratioField
      .nullable()
      .describe('As `uptime`, but of results instead of time; null without any.'),
    latency_seconds: z
      .object({ p50: latencyField, p95: latencyField, p99: latencyField })
      .describe('Quantiles over healthy and degraded results, within 4 %.'),
    resolution: z
      .enum(['exact', 'hour', 'day'])
      .describe(
        'What the ends of the window are moved to for `checks` and `latency_seconds`; seconds are exact.',
      ),
  })
  .describe('How healthy a model was over a window.');

function fromKeys<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Record<K, V>;
}

/** Uptime of a model over a window that is clipped already. */
export function uptimeShape(
  model: string,
  { from, to }: Interval,
  durations: StateDurations,
  counts: Counts,
): z.output<typeof uptimeSchema> {
  const { healthy, degraded, unhealthy, unknown } = counts.outcomes;
  const known = healthy + degraded + unhealthy;
  const latency = (q: number): number | null => toSeconds(quantile(counts.latency, q));
  return {
    model,
    from: isoTime(from),
    to: isoTime(to),
    ...uptimeOf(durations),
    seconds: fromKeys(states, (state) => toSeconds(durations[state])),
    checks: { total: known + unknown, healthy, degraded, unhealthy, unknown },
    uptime_by_checks: known === 0 ? null : (healthy + degraded) / known,
    latency_seconds: { p50: latency(0.5), p95: latency(0.95), p99: latency(0.99) },
    resolution: counts.resolution,
  };
}
