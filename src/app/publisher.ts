import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { blameFor, type StateReason } from '../domain/reason.js';
import type { ModelEvent } from '../domain/event.js';
import type { Incident } from '../domain/incident.js';
import { sameStretch } from '../domain/timeline.js';
import type { ModelView } from '../domain/view.js';
import { incidentOfModelAddress, modelAddress } from '../page/page-address.js';
import type { Memory } from './memory.js';
import type { Publication } from './pending.js';
import { announce, showMemory, showResult, type Tracked } from './tracked.js';

/** What a write, or its failure, leaves to publish of one model. */
export interface Shown {
  readonly tracked: Tracked;
  readonly memory: Memory;
  readonly publications: readonly Publication[];
  /** The newest incident closed by these results. */
  readonly closed: Incident | null;
  /** The stored memory; null when the write failed. */
  readonly written: Memory | null;
}

export interface Publisher {
  publish(shown: Shown): void;
  /** Publishes a change of state, caused by a result or by expiry. */
  announce(tracked: Tracked): void;
  /** Publishes what another instance has recorded of a model: `tracked` is what is stored now, `before` what was known of it. */
  follow(before: Tracked, tracked: Tracked): void;
}

/** Detail of the first failure of the run if it has this reason, else of the newest result if that has it. */
function detailOf({ health, latest }: ModelView, reason: StateReason | null): string | null {
  const { run } = health;
  if (run?.kind === 'failure' && run.reason === reason) return run.detail ?? null;
  return latest?.reason === reason ? latest.detail : null;
}

/** Publishes recorded results: to the views that metrics and API read, as events, and to the log. */
export function createPublisher(parts: {
  clock: Clock;
  log: Logger;
  stateChanged: (tracked: Tracked) => void;
  publish: (event: ModelEvent) => void;
  /** Public address of the server, without a trailing slash; null without one. */
  publicUrl?: () => string | null;
  /** True for a model of another instance, which logs its states. */
  isFollowed?: (tracked: Tracked) => boolean;
  /** The model of a probe; undefined for a model, whose state is told itself. */
  modelOf?: (tracked: Tracked) => Tracked | undefined;
}): Publisher {
  const { clock, log, stateChanged, publish, publicUrl = () => null, isFollowed = () => false } = parts;
  const { modelOf = () => undefined } = parts;
  const linkTo = (model: string, incident: Incident | null): { readonly url?: string } => {
    const base = publicUrl();
    if (base === null) return {};
    const path = incident === null ? modelAddress(model) : incidentOfModelAddress(model, incident.openedAt);
    return { url: `${base}${path}` };
  };
  const tellState = (tracked: Tracked, closed: Incident | null): void => {
    const { view } = tracked;
    const { before, current } = announce(tracked, clock.wall());
    if (sameStretch(current, before)) return;
    if (current.state !== before.state) stateChanged(tracked);
    const { state, since, reason, probe } = current;
    const decides = view.probes.find(({ name }) => name === probe)?.view ?? view;
    const detail = detailOf(decides, reason);
    const ofProbe = probe === null ? {} : { probe };
    const change = { model: view.model.id, state, was: before.state, since, reason, ...ofProbe };
    const incident = view.health.incident ?? closed;
    publish({ kind: 'state', ...change, incident });
    const line = {
      ...change,
      since: new Date(since).toISOString(),
      blame: reason && blameFor(reason),
      ...(incident === null ? {} : { incident: new Date(incident.openedAt).toISOString() }),
      ...(detail === null ? {} : { detail }),
      ...linkTo(change.model, incident),
    };
    if (isFollowed(tracked)) log.debug(line, 'state changed');
    else if (state === 'unhealthy') log.warn(line, 'state changed');
    else log.info(line, 'state changed');
  };
  /** Tells the state of a model, or of a probe and then that of its model. */
  const tellStates = (tracked: Tracked, closed: Incident | null): void => {
    tellState(tracked, closed);
    const model = modelOf(tracked);
    if (model !== undefined) tellState(model, null);
  };

  return {
    announce(tracked) {
      tellStates(tracked, null);
    },
    follow({ announced: before, view: { latest: known } }, tracked) {
      const { model, latest, health } = tracked.view;
      if (latest !== null && latest.slot !== known?.slot)
        publish({ kind: 'result', model: model.id, result: latest });
      const { current } = announce(tracked, clock.wall());
      if (current.state === before.state && current.reason === before.reason) return;
      const { state, since, reason, probe } = current;
      const change = {
        model: model.id,
        state,
        was: before.state,
        since,
        reason,
        ...(probe !== null && { probe }),
      };
      publish({ kind: 'state', ...change, incident: health.incident });
      const itsModel = modelOf(tracked);
      if (itsModel !== undefined) tellState(itsModel, null);
    },
    publish({ tracked, memory, publications, closed, written }) {
      showMemory(tracked, memory, written);
      const model = tracked.view.model.id;
      for (const { result, changes, notes } of publications) {
        showResult(tracked, result, changes.length);
        publish({ kind: 'result', model, result });
        log.debug({ model, outcome: result.outcome, reason: result.reason }, 'checked');
        for (const change of changes) {
          publish({ kind: 'version', model, slot: result.slot, change });
          log.info({ model, ...change }, 'model version changed');
        }
        for (const { kind, text, change } of notes)
          log.info({ model, note: kind, text }, change === 'began' ? 'model note' : 'model note is over');
      }
      tellStates(tracked, closed);
      for (const { result, done } of publications) done(result);
    },
  };
}
