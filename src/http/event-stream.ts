import { Readable } from 'node:stream';
import type { ModelEvent } from '../domain/event.js';
import type { EventFeed } from './event-feed.js';

/** ms for which an answer of `mayRead` holds: to compare tokens takes longer than to send an event. */
const permittedMs = 1_000;
/** ms that a client gets to read the end of its stream. */
const farewellMs = 1_000;
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
  /** Asked before events, once a second at most, and with each heartbeat; the stream ends when its client may no longer read it. */
  readonly mayRead?: () => boolean;
}

/**
 * The events of the feed as text/event-stream. The feed is the buffer: the stream reads an event when its client can
 * take it, and is cut when the next event is no longer kept.
 */
export function openEventStream(
  feed: EventFeed,
  { model, kinds, lastEventId, mayRead = () => true }: EventStreamOptions,
): { readonly stream: Readable; end(): void } {
  const known = lastEventId === undefined ? feed.newest : feed.numberOf(lastEventId);
  const missed = known === null || known < feed.oldest - 1;
  let read = missed ? feed.newest : known;
  let hasRoom = false;
  let permittedUntil = -Infinity;

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
    while (hasRoom && read < feed.newest) {
      read += 1;
      const asked =
        (model === undefined || feed.modelAt(read) === model) &&
        (kinds === undefined || kinds.includes(feed.kindAt(read)));
      if (!asked) continue;
      if (!isPermitted()) {
        end();
        return;
      }
      hasRoom = stream.push(feed.textAt(read));
    }
  }

  function isPermitted(): boolean {
    const now = performance.now();
    if (now < permittedUntil) return true;
    permittedUntil = now + permittedMs;
    return mayRead();
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
    const late = setTimeout(() => stream.destroy(), farewellMs).unref();
    stream.once('close', () => {
      clearTimeout(late);
    });
  }

  const id = `id: ${feed.idOf(read)}\n`;
  stream.push(
    missed
      ? `${id}event: reset\ndata: ${JSON.stringify({ message: reset })}\n\n`
      : `: events follow\n${id}\n`,
  );
  return { stream, end };
}
