import type { FastifyReply } from 'fastify';
import { HttpError } from '../http-error.js';

/** Pages that are drawn or sent at one time. */
const mostAtOnce = 2;
/** Most readers that wait for a place; further ones are refused. */
const mostWaiting = 128;
/** ms after which a page that is not yet read keeps no other from being drawn. */
const patienceMs = 2_000;
/** ms that a reader has for a page; with the patience they bound the pages in memory at one time. */
const readMs = 30_000;

/** Places for pages in memory, since a page of a thousand models has a megabyte and many readers can ask at one moment. */
export interface DrawingPlaces {
  /**
   * Resolves when the page of this reply may be drawn, in the order of the calls. The place is free again when the reply is read, and
   * after 2 s at the latest. The connection of a reader that takes more than 30 s is closed. Rejects with HttpError 503 when 128 wait.
   */
  take(reply: FastifyReply): Promise<void>;
}

export function createDrawingPlaces(): DrawingPlaces {
  const waiting: (() => void)[] = [];
  let taken = 0;

  const free = (): void => {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };

  return {
    async take({ raw }) {
      if (taken < mostAtOnce) taken += 1;
      else if (waiting.length >= mostWaiting)
        throw new HttpError(503, 'busy', `${mostWaiting} readers of pages wait already; try again soon`);
      else await new Promise<void>((resolve) => waiting.push(resolve));
      // A reader that left while it waited closes no second time.
      if (raw.closed) {
        free();
        throw new HttpError(503, 'closed', 'the reader has left');
      }
      let isFree = false;
      const freeOnce = (): void => {
        if (!isFree) free();
        isFree = true;
      };
      const impatience = setTimeout(freeOnce, patienceMs).unref();
      const end = setTimeout(() => raw.destroy(), readMs).unref();
      raw.once('close', () => {
        clearTimeout(impatience);
        clearTimeout(end);
        freeOnce();
      });
    },
  };
}
