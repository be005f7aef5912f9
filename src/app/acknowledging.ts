import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import type { Acknowledgement } from '../domain/incident.js';
import { HttpError } from '../http/http-error.js';
import type { Acknowledgements } from '../http/port.js';
import type { Store, StoredIncident } from '../store/port.js';
import type { Roster } from './roster.js';
import { show } from './tracked.js';

/** ms between two reads: other instances write them too. */
const readEveryMs = 10_000;

/** Acknowledgements of incidents: stored with what channels are to be told, then shown. */
export interface Acknowledging {
  readonly operations: Acknowledgements;
  /** Reads those in the store, now and from then on. */
  begin(): void;
  stop(): void;
}

function closed(): HttpError {
  return new HttpError(409, 'incident_closed', 'the incident is closed');
}

export function createAcknowledging(parts: {
  store: Pick<Store, 'acknowledge' | 'acknowledged' | 'incidents'>;
  clock: Clock;
  roster: Pick<Roster, 'get' | 'all'>;
  log: Logger;
}): Acknowledging {
  const { store, clock, roster, log } = parts;
  let reading = false;
  let failing = false;
  let timer: NodeJS.Timeout | null = null;
  /** Changes here, so that what was read before one does not undo it. */
  let changes = 0;

  const read = async (): Promise<void> => {
    const before = changes;
    const stored = new Map((await store.acknowledged()).map(({ key, ...known }) => [key, known]));
    if (before !== changes) return;
    for (const tracked of roster.all()) {
      const acknowledged = stored.get(tracked.view.key) ?? null;
      const { acknowledged: shown } = tracked.view;
      const isShown = shown?.incident === acknowledged?.incident && shown?.at === acknowledged?.at;
      if (!isShown) show(tracked, { acknowledged });
    }
    failing = false;
  };

  const look = (): void => {
    if (reading) return;
    reading = true;
    read()
      .catch((error: unknown) => {
        if (!failing) log.warn({ err: error }, 'acknowledgements cannot be read; it is tried again');
        failing = true;
      })
      .finally(() => (reading = false));
  };

  /** Stores an acknowledgement, or with null takes it back; `said` is who did that. */
  const change = async (
    id: number,
    { next, said, address }: { next: Acknowledgement | null; said: Acknowledgement; address: string },
  ): Promise<StoredIncident | null> => {
    const [incident] = await store.incidents({ limit: 1, order: 'stored', before: id + 1 });
    if (incident?.id !== id) return null;
    const tracked = roster.get(incident.model);
    if (tracked === undefined || incident.closedAt !== null) throw closed();
    const { view } = tracked;
    const { openedAt, reason, blame, checksFailed: failures } = incident;
    const { id: model, provider, labels } = view.model;
    const done = await store.acknowledge(id, {
      acknowledgement: next,
      notice: {
        kind: next === null ? 'taken_back' : 'acknowledged',
        ...{ what: 'unhealthy', model, provider, labels, since: openedAt, at: said.at },
        ...{ reason, blame, detail: null, failures, acknowledged: said },
      },
    });
    if (done === null) return null;
    if (done.incident.closedAt !== null) throw closed();
    changes += 1;
    const { acknowledged } = done.incident;
    show(tracked, { acknowledged: acknowledged && { ...acknowledged, incident: id, openedAt } });
    if (done.changed) {
      const { by, until } = said;
      const line = { incident: id, model, by, address, ...(until !== null && { until: new Date(until) }) };
      log.info(line, next === null ? 'acknowledgement taken back' : 'incident acknowledged');
    }
    return done.incident;
  };

  return {
    operations: {
      acknowledge(id, acknowledgement, address) {
        const next = { ...acknowledgement, at: clock.wall() };
        return change(id, { next, said: next, address });
      },
      takeBack(id, by, address) {
        const said = { at: clock.wall(), by, note: null, until: null };
        return change(id, { next: null, said, address });
      },
    },
    begin() {
      look();
      timer = setInterval(look, readEveryMs);
    },
    stop() {
      if (timer !== null) clearInterval(timer);
    },
  };
}
