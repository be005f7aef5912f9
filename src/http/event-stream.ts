import { Readable } from 'node:stream';
import type { ModelEvent } from '../domain/event.js';
import type { EventFeed } from './event-feed.js';

/** ms between two heartbeats, less than the minute after which proxies close an idle connection. */
const heartbeatMs = 15_000;

const reset = 'events were missed, because they are too old or the daemon was restarted: read the state anew';

interface EventStreamOptions {
  /** Only events of this model. */
  readonly model: string | undefined;
  /** Only events of these kinds. */
  readonly kinds?: readonly ModelEvent['kind'][] | undefined;
  /** The last event the client received; undefined starts with the next one. */
  readonly lastEventId: string | undefined;
  /** Asked before events and with each heartbeat; the stream ends when its client may no longer read it. */
  readonly mayRead?: () => boolean;
}

/**
 * The events of the feed as text/event-stream. The feed is the buffer: the stream reads an event when its client can
 * take it, and is cut when the next event is no longer kept. Only `end` ends it.
 */
export function openEventStream(
  feed: EventFeed,
  { model, kinds, lastEventId, mayRead = () => true }: EventStreamOptions,
): { readonly stream: Readable; end(): void } {
  const known = lastEventId === undefined ? feed.newest : feed.numberOf(lastEventId);
  const missed = known === null || known < feed.oldest - 1;
  let read = missed ? feed.newest : known;
  let hasRoom = false;

  const stream = new Readable({
    read() {
      hasRoom = true;
      pump();
    },
    destroy(error, done) {
      stop();
      done(error);
    },
  });

  function pump(): void {
    if (read < feed.oldest - 1) {
      stream.destroy();
      return;
    }
    if (hasRoom && read < feed.newest && !mayRead()) {
      end();
      return;
    }
    while (hasRoom && read < feed.newest) {
      read += 1;
      const asked =
        (model === undefined || feed.modelAt(read) === model) &&
        (kinds === undefined || kinds.includes(feed.kindAt(read)));
      if (asked) hasRoom = stream.push(feed.textAt(read));
    }
  }

  const stopListening = feed.listen(pump);
  const heartbeat = setInterval(() => {
    if (!mayRead()) {
      end();
      return;
    }
    // A line with the id alone is no event, but updates the id with which a client reconnects.
    if (hasRoom) hasRoom = stream.push(`: alive\nid: ${feed.idOf(read)}\n\n`);
  }, heartbeatMs).unref();

  const stop = (): void => {
    stopListening();
    clearInterval(heartbeat);
  };

  function end(): void {
    stop();
    stream.push(null);
  }

  const id = `id: ${feed.idOf(read)}\n`;
  stream.push(
    missed
      ? `${id}event: reset\ndata: ${JSON.stringify({ message: reset })}\n\n`
      : `: events follow\n${id}\n`,
  );
  return { stream, end };
}
