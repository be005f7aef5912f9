import type { Check } from '../domain/check.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import { outcomeFor, type Reason } from '../domain/reason.js';
import { recheckAt } from '../domain/recheck.js';
import { notSent, type CheckResult } from '../domain/result.js';
import { dayMs } from '../domain/rollup.js';
import type { ModelView } from '../domain/view.js';
import type { Job } from '../scheduler/port.js';
import type { Recorder } from './recorder.js';
import type { Tracked } from './tracked.js';

const overRateDetail = 'rate_per_min is used up for this minute';

/** True when the model's token budget for the UTC day of `now` is used up. */
function budgetSpent({ model, tokensToday }: ModelView, now: number): boolean {
  const used = tokensToday.day === Math.floor(now / dayMs) ? tokensToday.tokens : 0;
  return model.tokensPerDay !== null && used >= model.tokensPerDay;
}

/** Makes one attempt, unless something forbids to send it. */
export function createAttempt(check: Check, clock: Clock) {
  const forbidden = (model: Model, reason: Reason, detail: string | null): CheckResult =>
    notSent(clock.wall(), reason, outcomeFor(reason, model.outcomes), detail);

  return async (view: ModelView, overRate: boolean, signal: AbortSignal): Promise<CheckResult> => {
    if (overRate) return forbidden(view.model, 'rate_budget', overRateDetail);
    if (budgetSpent(view, clock.wall())) {
      const detail = `budget.tokens_per_day ${view.model.tokensPerDay ?? 0} is used up until 00:00 UTC`;
      return forbidden(view.model, 'budget_spent', detail);
    }
    return check(view.model, signal);
  };
}

/** Carries a job from its start to the recorded result, and asks for a recheck where a failure wants confirming. */
export function createRunner(parts: {
  attempt: ReturnType<typeof createAttempt>;
  clock: Clock;
  recorder: Recorder;
  tracked: (id: string) => Tracked | undefined;
  recheck: (id: string, at: number) => void;
}) {
  const { attempt, clock, recorder } = parts;
  return async (job: Job, signal: AbortSignal): Promise<void> => {
    const tracked = parts.tracked(job.id);
    if (tracked === undefined) return;
    const { confirm } = tracked.view.model;
    const result = await attempt(tracked.view, job.overRate, signal);
    if (signal.aborted || parts.tracked(job.id) !== tracked) return;
    const endedAt = clock.wall();
    const recording = recorder.record(tracked, result, job.slot, job.kind);
    const recorded = await recording;
    const at = recheckAt(tracked.memory.health, recorded, endedAt, confirm.recheckAfterMs);
    if (at !== null) parts.recheck(job.id, at);
  };
}
