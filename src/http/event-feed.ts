import type { ModelEvent } from '../domain/event.js';
import { blameFor } from '../domain/reason.js';
import { resultShape } from './shapes/result-shape.js';
import { isoTime } from './time.js';

function dataOf(event: ModelEvent): object {
  const { model } = event;
  switch (event.kind) {
    case 'result':
      return resultShape(model, event.result);
    case 'state': {
      const { state, was, since, reason, probe, incident } = event;
      return {
        model,
        state,
        was,
        since: isoTime(since),
        reason,
        blame: reason && blameFor(reason),
        ...(probe !== undefined && { state_probe: probe }),
        incident: incident && {
          opened_at: isoTime(incident.openedAt),
          closed_at: incident.closedAt === null ? null : isoTime(incident.closedAt),
        },
      };
    }
    case 'version':
      return { model, slot: isoTime(event.slot), ...event.change };
  }
}

/** One event of a stream, in the form of text/event-stream. */
function eventText(id: string, event: ModelEvent): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`;
}

/** The newest events, numbered from 1; each listener reads them at its own pace. */
export interface EventFeed {
  readonly publish: (event: ModelEvent) => void;
  /** Number of the oldest event that is kept; one more than `newest` when there is none. */
  readonly oldest: number;
  /** Number of the newest event; 0 before the first. */
  readonly newest: number;
  /** Model and text of a kept event. */
  readonly modelAt: (number: number) => string;
  readonly kindAt: (number: number) => ModelEvent['kind'];
  readonly textAt: (number: number) => string;
  /** The event's id for clients; includes the run of the daemon. */
  readonly idOf: (number: number) => string;
  /** The number of an id; null when the id is of another run. */
  readonly numberOf: (id: string) => number | null;
  /** Calls `listener` after each event; the returned function unsubscribes. */
  readonly listen: (listener: () => void) => () => void;
}

/** Keeps `size` events. An event is serialized when a listener first reads it, so events without listeners cost nothing. */
export function createEventFeed({ run, size }: { readonly run: string; readonly size: number }): EventFeed {
  const kept: { readonly event: ModelEvent; text: string | null }[] = [];
  const listeners = new Set<() => void>();
  let newest = 0;

  const idOf = (number: number): string => `${run}-${number}`;
  const at = (number: number) => {
    const entry = number > newest - size && number <= newest ? kept[number % size] : undefined;
    if (entry === undefined) throw new RangeError(`event ${number} is not kept`);
    return entry;
  };

  return {
    publish(event) {
      newest += 1;
      kept[newest % size] = { event, text: null };
      for (const listener of listeners) listener();
    },
    get oldest() {
      return Math.max(1, newest - size + 1);
    },
    get newest() {
      return newest;
    },
    modelAt: (number) => at(number).event.model,
    kindAt: (number) => at(number).event.kind,
    textAt(number) {
      const entry = at(number);
      return (entry.text ??= eventText(idOf(number), entry.event));
    },
    idOf,
    numberOf(id) {
      const [, of, number] = /^(.+)-(\d{1,15})$/.exec(id) ?? [];
      return of === run && Number(number) <= newest ? Number(number) : null;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
