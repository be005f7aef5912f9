import type { ModelEvent } from '../domain/event.js';
import { blameFor } from '../domain/reason.js';
import { resultShape } from './result-shape.js';
import { isoTime } from './time.js';

function dataOf(event: ModelEvent): object {
  const { model } = event;
  switch (event.kind) {
    case 'result':
      return resultShape(model, event.result);
    case 'state': {
      const { state, was, since, reason, incident } = event;
      return {
        model,
        state,
        was,
        since: isoTime(since),
        reason,
        blame: reason && blameFor(reason),
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
export function eventText(id: string, event: ModelEvent): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`;
}
