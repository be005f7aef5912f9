import { blameFor, type StateReason } from '../domain/reason.js';
import type { State } from '../domain/state.js';
import { percentDown, type Uptime } from '../domain/uptime.js';
import { uptimeWindows, type UptimeWindow } from '../domain/view.js';
import { outcomePaint } from './outcome-paint.js';
import { renderTable, type Column } from './table.js';
import type { Terminal } from './terminal.js';
import { ageText } from './time-text.js';

/** What is believed of a model. Times in Unix ms. */
export interface StatusRow {
  readonly model: string;
  readonly state: State;
  readonly since: number;
  /** Why it came into its state, or why it is unknown; null in maintenance. */
  readonly reason: StateReason | null;
  /** Slot of the newest check; null before the first. */
  readonly lastCheck: number | null;
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
}

/** States of models, one row each, with uptime and in parentheses the share of the window that was watched. */
export function statusTable(rows: readonly StatusRow[], now: number, terminal: Terminal): string {
  const columns: readonly Column<StatusRow>[] = [
    { head: 'MODEL', cell: ({ model }) => model },
    { head: 'STATE', cell: ({ state }) => state, paint: ({ state }) => outcomePaint(state) },
    { head: 'SINCE', cell: ({ since }) => ageText(now - since) },
    { head: 'REASON', cell: ({ reason }) => reason },
    { head: 'BLAME', cell: ({ reason }) => reason && blameFor(reason) },
    {
      head: 'LAST CHECK',
      cell: ({ lastCheck }) => (lastCheck === null ? null : ageText(now - lastCheck)),
      optional: true,
    },
    ...windows.map((window): Column<StatusRow> => ({
      head: `UPTIME ${window.toUpperCase()}`,
      cell: ({ uptime }) => uptimeText(uptime[window]),
      align: 'right',
      ...(window === windows[0] ? {} : { optional: true }),
    })),
  ];
  return renderTable(columns, rows, terminal);
}

const windows = Object.keys(uptimeWindows) as UptimeWindow[];

function uptimeText({ uptime, coverage }: Uptime): string | null {
  if (coverage === null) return null;
  return `${uptime === null ? '-' : percentDown(uptime)} (${percentDown(coverage, 0)})`;
}
