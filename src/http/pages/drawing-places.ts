import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { networkOf } from '../client-network.js';
import { HttpError } from '../http-error.js';

/** Pages that are drawn at one time. */
const mostAtOnce = 2;
/** Most readers that wait for a place. */
const mostWaiting = 128;
/** ms after which a page that is not yet drawn, since the store hangs, keeps no other from being drawn. */
const patienceMs = 2_000;
/** ms that a reader has for a page. */
const readMs = 30_000;
/** Bytes of pages that are drawn and not yet read, of all readers and of those of one network, from which further ones wait. */
const mostUnread = 32 * 1024 * 1024;
const mostUnreadOfNetwork = mostUnread / 4;

/** Places for pages in memory, since a page of a thousand models has a megabyte and many readers can ask at one moment. */
export interface DrawingPlaces {
  /**
   * Resolves when the page of this reply may be drawn: networks (an IPv4 address, 64 bits of an IPv6 address) in turn, the readers of
   * one in the order of the calls, and none while 32 MiB, or 8 of its network, are not yet read. The place is free again when
   * the page is drawn or the reply closed, and after 2 s at the latest. The connection of a reader that takes more than 30 s is
   * closed. Rejects with HttpError 503 when 128 wait, those of a network that has more of them than another first.
   */
  take(reply: FastifyReply): Promise<void>;
  /** The page of this reply is drawn and has this many bytes, which count until they are read. */
  drawn(reply: FastifyReply, bytes: number): void;
}

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (error: HttpError) => void;
}

const busy = (): HttpError =>
  new HttpError(503, 'busy', `${mostWaiting} readers of pages wait already; try again soon`);

/** Creates the places of a server. */
export function createDrawingPlaces(): DrawingPlaces {
  /** By network, the one whose turn is next first. */
  const waiting = new Map<string, Waiting[]>();
  const unreadOf = new Map<string, number>();
  const whenDrawn = new WeakMap<ServerResponse, (bytes: number) => void>();
  let taken = 0;
  let waitingInAll = 0;
  let unread = 0;

  const mayDraw = (network: string): boolean =>
    taken < mostAtOnce && unread < mostUnread && (unreadOf.get(network) ?? 0) < mostUnreadOfNetwork;

  function count(network: string, bytes: number): void {
    unread += bytes;
    const left = (unreadOf.get(network) ?? 0) + bytes;
    if (left > 0) unreadOf.set(network, left);
    else unreadOf.delete(network);
  }

  function serve(): void {
    for (const [network, readers] of waiting) {
      if (!mayDraw(network)) continue;
      const next = readers.shift();
      // Behind the others, where this loop comes to it again.
      waiting.delete(network);
      if (readers.length > 0) waiting.set(network, readers);
      waitingInAll -= 1;
      taken += 1;
      // What draws without a pause would else do so for many in one turn of the loop.
      if (next !== undefined) setImmediate(next.begin);
    }
  }

  /** Refuses the newest reader of the network with the most, unless that would be this one. */
  function makeRoom(network: string): void {
    const own = waiting.get(network)?.length ?? 0;
    const longest = [...waiting.values()].reduce((most, each) => (each.length > most.length ? each : most));
    if (longest.length <= own + 1) throw busy();
    longest.pop()?.refuse(busy());
    waitingInAll -= 1;
  }

  async function turnOf(network: string): Promise<void> {
    if (waitingInAll >= mostWaiting) makeRoom(network);
    waitingInAll += 1;
    await new Promise<void>((begin, refuse) => {
      const readers = waiting.get(network);
      if (readers === undefined) waiting.set(network, [{ begin, refuse }]);
      else readers.push({ begin, refuse });
    });
  }

  return {
    async take({ raw, request }) {
      const network = networkOf(request.socket.remoteAddress ?? '');
      if (mayDraw(network)) taken += 1;
      else await turnOf(network);
      let isDrawing = true;
      let bytes = 0;
      const free = (): void => {
        if (isDrawing) taken -= 1;
        isDrawing = false;
        serve();
      };
      // A reader that left while it waited closes no second time.
      if (raw.closed) {
        free();
        throw new HttpError(503, 'closed', 'the reader has left');
      }
      const impatience = setTimeout(free, patienceMs).unref();
      const end = setTimeout(() => raw.destroy(), readMs).unref();
      raw.once('close', () => {
        clearTimeout(impatience);
        clearTimeout(end);
        whenDrawn.delete(raw);
        count(network, -bytes);
        free();
      });
      whenDrawn.set(raw, (length) => {
        clearTimeout(impatience);
        bytes = length;
        count(network, bytes);
        free();
      });
    },
    drawn({ raw }, bytes) {
      whenDrawn.get(raw)?.(bytes);
      whenDrawn.delete(raw);
    },
  };
}
