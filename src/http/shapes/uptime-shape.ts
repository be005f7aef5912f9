import * as z from 'zod';
import { tableOf } from '../../domain/table.js';
import { quantile } from '../../domain/histogram.js';
import { outcomes } from '../../domain/reason.js';
import { states, type Interval, type State, type StateDurations } from '../../domain/state.js';
import { uptimeOf } from '../../domain/uptime.js';
import type { Counts } from '../../store/port.js';
import { countField, ratioField, secondsField, timeField } from './fields.js';
import { coverageField, uptimeField } from './model-shape.js';
import { isoTime, toSeconds } from '../time.js';

const quantileField = secondsField.nullable();
export const latencyField = z.object({ p50: quantileField, p95: quantileField, p99: quantileField });
export const checksField = z.object({ total: countField, ...fromKeys(outcomes, () => countField) });

export const uptimeSchema = z
  .object({
    model: z.string(),
    from: timeField.describe('Start of the window, at the earliest when the model was first seen.'),
    to: timeField.describe('End of the window, at the latest now.'),
    uptime: uptimeField,
    coverage: coverageField,
    seconds: z.record(z.enum(states), secondsField).describe('Seconds in each state.'),
    checks: checksField.describe('Results by outcome.'),
    uptime_by_checks: ratioField
      .nullable()
      .describe('Same as `uptime`, but by results instead of time; null without results.'),
    latency_seconds: latencyField.describe('Quantiles over healthy and degraded results, within 4 %.'),
    resolution: z
      .enum(['exact', 'hour', 'day'])
      .describe(
        'Unit to which the ends of the window are moved for `checks` and `latency_seconds`; seconds are exact.',
      ),
  })
  .describe('Uptime of a model over a window.');

function fromKeys<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return tableOf(keys, valueOf);
}

/** Seconds in each state. */
export function durationsShape(durations: StateDurations): Record<State, number> {
  return fromKeys(states, (state) => toSeconds(durations[state]));
}

/** Results by outcome, and all of them. */
export function checksShape(counts: Counts['outcomes']): z.output<typeof checksField> {
  const { healthy, degraded, unhealthy, unknown } = counts;
  return { total: healthy + degraded + unhealthy + unknown, healthy, degraded, unhealthy, unknown };
}

/** Quantiles in seconds; null without measurements. */
export function latencyShape(latency: Counts['latency']): z.output<typeof latencyField> {
  const at = (q: number): number | null => toSeconds(quantile(latency, q));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Uptime of a model over a window that is clipped already. */
export function uptimeShape(
  model: string,
  { from, to }: Interval,
  durations: StateDurations,
  counts: Counts,
): z.output<typeof uptimeSchema> {
  const { healthy, degraded, unhealthy } = counts.outcomes;
  const known = healthy + degraded + unhealthy;
  return {
    model,
    from: isoTime(from),
    to: isoTime(to),
    ...uptimeOf(durations),
    seconds: durationsShape(durations),
    checks: checksShape(counts.outcomes),
    uptime_by_checks: known === 0 ? null : (healthy + degraded) / known,
    latency_seconds: latencyShape(counts.latency),
    resolution: counts.resolution,
  };
}
