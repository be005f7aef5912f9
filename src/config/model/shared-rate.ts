import { formatDuration } from '../../domain/duration.js';
import type { Model } from '../../domain/model.js';

const minuteMs = 60_000;

/** Most starts of an interval in any 60 s. */
const startsOf = (everyMs: number): number => Math.ceil(minuteMs / everyMs);

/**
 * A model and its probes, their intervals extended so that together they fit in `rate_per_min`: those that start most often first, of like ones the last.
 * What is paused or comes by `cron` stays as it is; `warning` says what changed, or that there is no room for all.
 */
export function fitInRate(several: readonly Model[]): { models: readonly Model[]; warning: string | null } {
  const rate = several[0]?.ratePerMin ?? null;
  const counts = new Map<Model, number>();
  for (const model of several)
    if (!model.pause && model.schedule.kind === 'every') counts.set(model, startsOf(model.schedule.everyMs));
  const unchanged = { models: several, warning: null };
  if (rate === null || counts.size < 2) return unchanged;
  const sum = (): number => [...counts.values()].reduce((all, count) => all + count, 0);
  if (sum() <= rate) return unchanged;
  while (sum() > rate) {
    const [model, most] = [...counts].reduce((best, one) => (one[1] >= best[1] ? one : best));
    if (most === 1) break;
    counts.set(model, most - 1);
  }
  const models = several.map((model) => {
    const count = counts.get(model);
    if (count === undefined || model.schedule.kind === 'cron') return model;
    const everyMs = Math.max(model.schedule.everyMs, Math.ceil(minuteMs / count));
    return everyMs === model.schedule.everyMs
      ? model
      : { ...model, schedule: { kind: 'every' as const, everyMs } };
  });
  const stretched = models.flatMap(({ id, schedule }, index) =>
    schedule === several[index]?.schedule || schedule.kind === 'cron'
      ? []
      : [`${id} to ${formatDuration(schedule.everyMs)}`],
  );
  const said = [
    ...(stretched.length === 0 ? [] : [`intervals are stretched: ${stretched.join(', ')}`]),
    ...(sum() > rate
      ? [`not all have room at once, and checks beyond the rate end as rate_budget; set at least ${sum()}`]
      : []),
  ];
  return {
    models,
    warning: `allows ${rate} checks a minute, which the ${counts.size} probes of the model share: ${said.join('; ')}`,
  };
}
