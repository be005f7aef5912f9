import * as z from 'zod';
import { tableOf } from '../../domain/table.js';
import { quantile } from '../../domain/histogram.js';
import { outcomes } from '../../domain/reason.js';
import { downBlames, type DownBlame, type DownTime, type TimeSpent } from '../../domain/down-time.js';
import { states, type Interval, type State, type StateDurations } from '../../domain/state.js';
import { providerUptimeOf, uptimeOf } from '../../domain/uptime.js';
import type { Counts } from '../../store/port.js';
import { countField, ratioField, secondsField, timeField } from './fields.js';
import { costField, costShape } from './money-shape.js';
import { coverageField, providerFields, uptimeField } from './model-shape.js';
import { speedFields, speedShape } from './speed-shape.js';
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
    ...providerFields,
    unhealthy_by_blame: z
      .record(z.enum(downBlames), secondsField)
      .describe(
        'Unhealthy seconds by the blame of the reason for which the model became unhealthy; `none` has those of a reason that blames nobody or was not stored. They add up to `seconds.unhealthy`.',
      ),
    seconds: z.record(z.enum(states), secondsField).describe('Seconds in each state.'),
    checks: checksField.describe('Results by outcome.'),
    uptime_by_checks: ratioField
      .nullable()
      .describe('Same as `uptime`, but by results instead of time; null without results.'),
    latency_seconds: latencyField.describe('Quantiles over healthy and degraded results, within 4 %.'),
    ...speedFields,
    cost: costField,
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

/** Unhealthy seconds by blame. */
export function downTimeShape(down: DownTime): Record<DownBlame, number> {
  return fromKeys(downBlames, (blame) => toSeconds(down[blame]));
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
  spent: TimeSpent,
  counts: Counts,
  currency: string | null = null,
): z.output<typeof uptimeSchema> {
  const { healthy, degraded, unhealthy } = counts.outcomes;
  const known = healthy + degraded + unhealthy;
  const provider = providerUptimeOf(spent);
  return {
    model,
    from: isoTime(from),
    to: isoTime(to),
    ...uptimeOf(spent.durations),
    provider_uptime: provider.uptime,
    provider_coverage: provider.coverage,
    unhealthy_by_blame: downTimeShape(spent.down),
    seconds: durationsShape(spent.durations),
    checks: checksShape(counts.outcomes),
    uptime_by_checks: known === 0 ? null : (healthy + degraded) / known,
    latency_seconds: latencyShape(counts.latency),
    ...speedShape(counts.speed),
    cost: costShape(counts.cost, currency),
    resolution: counts.resolution,
  };
}
