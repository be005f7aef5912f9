import { keysOf } from '../../domain/table.js';
import { blameFor, type StateReason } from '../../domain/reason.js';
import { dayMs } from '../../domain/period.js';
import type { State } from '../../domain/state.js';
import { percentDown, type Uptime } from '../../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../../domain/view.js';
import { outcomePaint, type Terminal } from '../terminal.js';
import { renderTable, type Column } from './table.js';
import { ageText } from './time-text.js';

/** State of a model. Times in Unix ms. */
export interface StatusRow {
  readonly model: string;
  readonly state: State;
  readonly since: number;
  /** Reason of the state; null in maintenance. */
  readonly reason: StateReason | null;
  /** Unconfirmed change; null without one. */
  readonly note: string | null;
  /** When the model was first seen. */
  readonly firstSeen: number;
  /** Slot of the newest check; null before the first. */
  readonly lastCheck: number | null;
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
}

/** How the table shows a state: that of a paused model is `paused`. */
function stateText({ state, reason }: Pick<StatusRow, 'state' | 'reason'>): string {
  return state === 'unknown' && reason === 'paused' ? 'paused' : state;
}

const legend =
  'UPTIME is the share of the known time in which the model was healthy or degraded; in parentheses the share of the window that was watched.';

/** States of models, one row each, with uptime and, in parentheses, coverage. */
export function statusTable(rows: readonly StatusRow[], now: number, terminal: Terminal): string {
  const noted = rows.some(({ note }) => note !== null);
  const note = { head: 'NOTE', cell: (row: StatusRow) => row.note };
  const shown = windows.filter((window) => rows.some((row) => hasMore(row, window, now)));
  const columns: readonly Column<StatusRow>[] = [
    { head: 'MODEL', cell: ({ model }) => model },
    { head: 'STATE', cell: stateText, paint: ({ state }) => outcomePaint(state) },
    { head: 'SINCE', cell: ({ since }) => ageText(now - since) },
    { head: 'REASON', cell: ({ reason }) => reason },
    { head: 'BLAME', cell: ({ reason }) => reason && blameFor(reason) },
    {
      head: 'LAST CHECK',
      cell: ({ lastCheck }) => (lastCheck === null ? null : ageText(now - lastCheck)),
      optional: true,
    },
    ...shown.map((window): Column<StatusRow> => ({
      head: `UPTIME ${window.toUpperCase()}`,
      cell: ({ uptime }) => uptimeText(uptime[window]),
      align: 'right',
      blank: (row) => !hasMore(row, window, now),
      ...(window === windows[0] ? {} : { optional: true }),
    })),
  ];
  return `${renderTable(columns, rows, terminal, noted ? note : undefined)}\n\n${legend}`;
}

const windows = keysOf(uptimeWindows);

/** True when a window has more time of the model than the next shorter one. */
function hasMore({ firstSeen }: StatusRow, window: UptimeWindow, now: number): boolean {
  const shorter = windows[windows.indexOf(window) - 1];
  return shorter === undefined || firstSeen < now - uptimeWindows[shorter] * dayMs;
}

function uptimeText({ uptime, coverage }: Uptime): string | null {
  if (coverage === null) return null;
  return `${uptime === null ? '-' : percentDown(uptime)} (${percentDown(coverage, 0)})`;
}
