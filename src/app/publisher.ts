import type { Logger } from 'pino';
import { observeSeconds } from '../domain/buckets.js';
import { tokensAfter } from '../domain/budget.js';
import type { Clock } from '../domain/clock.js';
import { blameFor, type StateReason } from '../domain/reason.js';
import type { ModelEvent } from '../domain/event.js';
import type { Incident } from '../domain/incident.js';
import type { RecordedResult } from '../domain/result.js';
import { nextEdge, sameStretch, stateAt } from '../domain/timeline.js';
import type { ModelView } from '../domain/view.js';
import type { Tracked } from './tracked.js';
import type { Shown } from './writer.js';

export interface Publisher {
  publish(shown: Shown): void;
  /** Tells of a state that changed, by proof or by silence. */
  announce(tracked: Tracked): void;
}

/** Detail of a result that has this reason: of the failure that began the run, or of the newest result. */
function detailOf({ health, latest }: ModelView, reason: StateReason | null): string | null {
  const { run } = health;
  if (run?.kind === 'failure' && run.reason === reason) return run.detail ?? null;
  return latest?.reason === reason ? latest.detail : null;
}

/** Shows what was recorded: the views that metrics and API read, events, and the log. */
export function createPublisher(parts: {
  clock: Clock;
  log: Logger;
  stateChanged: (tracked: Tracked) => void;
  tell: (event: ModelEvent) => void;
}): Publisher {
  const { clock, log, stateChanged, tell } = parts;
  const show = ({ view, totals }: Tracked, result: RecordedResult): void => {
    view.latest = result;
    view.inputTokens += result.usage?.inputTokens ?? 0;
    view.outputTokens += result.usage?.outputTokens ?? 0;
    view.tokensToday = tokensAfter(view.tokensToday, result.usage, result.slot);
    if (result.certificateExpiresAt !== null) view.certificateExpiresAt = result.certificateExpiresAt;
    if (result.durationMs !== null) observeSeconds(view.durations, result.durationMs / 1_000);
    if (result.firstTokenMs !== null && view.firstTokens !== null) {
      observeSeconds(view.firstTokens, result.firstTokenMs / 1_000);
    }
    view.rateLimitRemaining = { ...view.rateLimitRemaining, ...result.rateLimitRemaining };
    if (result.outcome === 'healthy' || result.outcome === 'degraded') view.lastSuccess = result.slot;
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

  const announce = (tracked: Tracked, closed: Incident | null): void => {
    const { view, announced } = tracked;
    const now = clock.wall();
    const current = stateAt(view.health, now);
    tracked.announced = {
      state: current.state,
      reason: current.reason,
      until: nextEdge(view.health, now),
    };
    if (sameStretch(current, announced)) return;
    if (current.state !== announced.state) stateChanged(tracked);
    const { state, since, reason } = current;
    const detail = detailOf(view, reason);
    const change = { model: view.model.id, state, was: announced.state, since, reason };
    const incident = view.health.incident ?? closed;
    tell({ kind: 'state', ...change, incident });
    const line = {
      ...change,
      since: new Date(since).toISOString(),
      blame: reason && blameFor(reason),
      ...(incident === null ? {} : { incident: new Date(incident.openedAt).toISOString() }),
      ...(detail === null ? {} : { detail }),
    };
    if (state === 'unhealthy') log.warn(line, 'state changed');
    else log.info(line, 'state changed');
  };

  return {
    announce(tracked) {
      announce(tracked, null);
    },
    publish({ tracked, memory, publications, closed, written }) {
      const { view } = tracked;
      view.health = memory.health;
      view.keys = memory.keys?.healthy ?? [];
      if (written !== null) view.stored = written.health;
      view.latestConclusive = memory.conclusive === null ? null : { reason: memory.conclusive };
      const model = view.model.id;
      for (const { result, changes } of publications) {
        show(tracked, result);
        tell({ kind: 'result', model, result });
        log.debug({ model, outcome: result.outcome, reason: result.reason }, 'checked');
        for (const change of changes) {
          view.versionChanges += 1;
          tell({ kind: 'version', model, slot: result.slot, change });
          log.info({ model, ...change }, 'model version changed');
        }
      }
      announce(tracked, closed);
      for (const { result, done } of publications) done(result);
    },
  };
}
