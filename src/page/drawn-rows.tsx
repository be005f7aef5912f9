import { setImmediate } from 'node:timers/promises';
import { renderToString } from 'preact-render-to-string';
import { dayMs } from '../domain/period.js';
import { keysOf } from '../domain/table.js';
import type { Glance } from './glance.js';
import { span } from './figures.js';
import { ModelRow } from './overview-rows.js';
import type { Row } from './overview-view.js';

/** Rows whose HTML is kept: as many as a page shows at most. */
const mostKept = 1_000;
/** Rows that are drawn, and rows that are looked at, before checks get a turn: some 2 ms. */
const drawnAtOnce = 25;
const seenAtOnce = 200;

interface Kept {
  readonly row: Row;
  readonly glance: Glance | null;
  /** What a row shows of the time at which it was drawn. */
  readonly lasted: string;
  readonly day: number;
  readonly bytes: string;
}

/** Draws all rows of a page, each as `bytesOf` its HTML, in slices of the loop's time. */
export type RowDrawer = (
  rows: readonly Row[],
  now: number,
  glanceFor: (key: number) => Glance | null,
) => Promise<readonly string[]>;

/** The UTF-8 of a text with one character a byte: half the memory of a text, and joined without encoding it again. */
export const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** The bytes of all pieces, written to their place: a joined text would be as long as the page once more. */
export function joinedBytes(pieces: readonly string[]): Buffer {
  const joined = Buffer.allocUnsafe(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) at += joined.write(piece, at, 'latin1');
  return joined;
}

/** A drawer that draws a row anew only when what it shows has changed: between two pages that is nearly none. */
export function createRowDrawer(): RowDrawer {
  const kept = new Map<number, Kept>();
  return async (rows, now, glanceFor) => {
    const day = Math.floor(now / dayMs);
    const pieces: string[] = [];
    let work = 0;
    // What was done before in this turn of the loop counts, too.
    await setImmediate();
    for (const row of rows) {
      const lasted = span(Math.max(0, now - row.since));
      const glance = glanceFor(row.key);
      const known = kept.get(row.key);
      if (
        known?.glance === glance &&
        known.lasted === lasted &&
        known.day === day &&
        isSame(known.row, row)
      ) {
        work += 1 / seenAtOnce;
        pieces.push(known.bytes);
      } else {
        work += 1 / drawnAtOnce;
        const bytes = bytesOf(renderToString(<ModelRow row={row} glance={glance} now={now} />));
        if (known === undefined && kept.size >= mostKept) kept.clear();
        // Until its first result a row counts down to it.
        if (row.checked) kept.set(row.key, { row, glance, lasted, day, bytes });
        pieces.push(bytes);
      }
      if (work >= 1) {
        work = 0;
        await setImmediate();
      }
    }
    return pieces;
  };
}

/** True if all members are the same but the time of the next check, which is shown until the first result only. */
function isSame(a: Row, b: Row): boolean {
  return keysOf(a).every((key) => key === 'nextDue' || Object.is(a[key], b[key]));
}
