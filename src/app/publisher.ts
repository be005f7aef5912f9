import type { Logger } from 'pino';
import { observeSeconds } from '../domain/buckets.js';
import type { Clock } from '../domain/clock.js';
import { blameFor } from '../domain/reason.js';
import type { RecordedResult } from '../domain/result.js';
import { dayMs } from '../domain/rollup.js';
import { nextEdge, stateAt } from '../domain/timeline.js';
import type { Tracked } from './tracked.js';
import type { Shown } from './writer.js';

export interface Publisher {
  publish(shown: Shown): void;
  /** Tells of a state that changed, by proof or by silence. */
  announce(tracked: Tracked): void;
}

/** Shows what was recorded: the views that metrics and API read, and the log. */
export function createPublisher(
  clock: Clock,
  log: Logger,
  stateChanged: (tracked: Tracked) => void,
): Publisher {
  const show = ({ view, totals }: Tracked, result: RecordedResult): void => {
    view.latest = result;
    view.inputTokens += result.usage?.inputTokens ?? 0;
    view.outputTokens += result.usage?.outputTokens ?? 0;
    const tokens = (result.usage?.inputTokens ?? 0) + (result.usage?.outputTokens ?? 0);
    const day = Math.floor(result.slot / dayMs);
    view.tokensToday = { day, tokens: tokens + (view.tokensToday.day === day ? view.tokensToday.tokens : 0) };
    if (result.certificateExpiresAt !== null) view.certificateExpiresAt = result.certificateExpiresAt;
    if (result.durationMs !== null) observeSeconds(view.durations, result.durationMs / 1_000);
    if (result.firstTokenMs !== null && view.firstTokens !== null) {
      observeSeconds(view.firstTokens, result.firstTokenMs / 1_000);
    }
    view.rateLimitRemaining = { ...view.rateLimitRemaining, ...result.rateLimitRemaining };
    if (result.outcome === 'healthy' || result.outcome === 'degraded') view.lastSuccess = result.slot;
    if (result.keyIndex !== null && result.keyIndex < view.keys.length && result.outcome !== 'unknown') {
      const refused = blameFor(result.reason) === 'account' && result.outcome === 'unhealthy';
      view.keys = view.keys.with(result.keyIndex, !refused);
    }
    if (result.maintenance) return;
    const key = `${result.outcome} ${result.reason}`;
    const total = totals.get(key);
    if (total !== undefined) {
      total.count += 1;
      return;
    }
    const first = { outcome: result.outcome, reason: result.reason, count: 1 };
    totals.set(key, first);
    view.results.push(first);
  };

  const announce = (tracked: Tracked): void => {
    const { view, announced } = tracked;
    const now = clock.wall();
    const current = stateAt(view.health, now);
    tracked.announced = { state: current.state, until: nextEdge(view.health, now) };
    if (current.state === announced.state) return;
    stateChanged(tracked);
    const line = {
      model: view.model.id,
      state: current.state,
      was: announced.state,
      since: new Date(current.since).toISOString(),
      reason: current.reason,
      blame: current.reason === null ? null : blameFor(current.reason),
      ...(current.state === 'unhealthy' || current.state === 'degraded'
        ? { detail: view.latest?.detail }
        : {}),
    };
    if (current.state === 'unhealthy') log.warn(line, 'state changed');
    else log.info(line, 'state changed');
  };

  return {
    announce,
    publish({ tracked, memory, publications, written }) {
      const { view } = tracked;
      view.health = memory.health;
      if (written) view.stored = memory.health;
      view.latestConclusive = memory.conclusive === null ? null : { reason: memory.conclusive };
      for (const { result, drifted } of publications) {
        show(tracked, result);
        log.debug({ model: view.model.id, outcome: result.outcome, reason: result.reason }, 'checked');
        if (!drifted) continue;
        view.versionChanges += 1;
        log.info({ model: view.model.id, response_model: result.responseModel }, 'reply names another model');
      }
      announce(tracked);
      for (const { result, done } of publications) done(result);
    },
  };
}
