import { amountText, type Cost } from '../../domain/cost.js';
import { deadlineText, urgencyOf, type Deadline } from '../../domain/deadline.js';
import type { Acknowledgement } from '../../domain/incident.js';
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
  /** Name of the probe that decides; null for the model's own. */
  readonly probe: string | null;
  /** Unconfirmed change; null without one. */
  readonly note: string | null;
  /** Of the open incident, while it is in force; null without one. */
  readonly acknowledged: Acknowledgement | null;
  /** The soonest first. */
  readonly deadlines: readonly Deadline[];
  /** When the model was first seen. */
  readonly firstSeen: number;
  /** Slot of the newest check; null before the first. */
  readonly lastCheck: number | null;
  readonly uptime: Readonly<Record<UptimeWindow, Uptime>>;
  /** As if only the provider could be down. */
  readonly providerUptime: Readonly<Record<UptimeWindow, Uptime>>;
  /** What checks have cost in this UTC month; null or absent while it is not known. */
  readonly month_cost?: Cost | null;
}

/** How the table shows a state: that of a paused model is `paused`. */
function stateText({ state, reason }: Pick<StatusRow, 'state' | 'reason'>): string {
  return state === 'unknown' && reason === 'paused' ? 'paused' : state;
}

const legend =
  'UPTIME is the share of the known time in which the model was healthy or degraded; in parentheses the share of the window that was watched.';

const providerLegend =
  'PROVIDER is the same as if only the provider could be down: time down that is to be blamed on others counts as not watched.';
const monthColumn: Column<StatusRow> = {
  head: 'COST (MONTH)',
  cell: ({ month_cost: cost = null }) => cost && amountText(cost.nanos, cost.currency),
  align: 'right',
  optional: true,
};

/** States of models, one row each, with uptime and, in parentheses, coverage. */
export function statusTable(rows: readonly StatusRow[], now: number, terminal: Terminal): string {
  const noted = rows.some((row) => noteOf(row, now) !== null);
  const note = { head: 'NOTE', cell: (row: StatusRow) => noteOf(row, now) };
  const shown = windows.filter((window) => rows.some((row) => hasMore(row, window, now)));
  // Where only providers were down it would say the same again.
  const widest = shown.at(-1) ?? '24h';
  const isShared = rows.some((row) => row.uptime[widest].uptime !== row.providerUptime[widest].uptime);
  const columns: readonly Column<StatusRow>[] = [
    { head: 'MODEL', cell: ({ model }) => model },
    { head: 'STATE', cell: stateText, paint: ({ state }) => outcomePaint(state) },
    { head: 'SINCE', cell: ({ since }) => ageText(now - since) },
    { head: 'REASON', cell: ({ reason, probe }) => (probe === null ? reason : `${reason ?? ''} (${probe})`) },
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
    ...(isShared
      ? [
          {
            head: `PROVIDER ${widest.toUpperCase()}`,
            cell: ({ providerUptime }: StatusRow) => uptimeText(providerUptime[widest]),
            align: 'right',
            optional: true,
          } as const,
        ]
      : []),
    ...(rows.some((row) => (row.month_cost ?? null) !== null) ? [monthColumn] : []),
  ];
  const told = isShared ? `${legend} ${providerLegend}` : legend;
  return `${renderTable(columns, rows, terminal, noted ? note : undefined)}\n\n${told}`;
}

function careText({ by, until }: Acknowledgement, now: number): string {
  return `acknowledged by ${by}${until === null ? '' : ` for ${ageText(until - now)}`}`;
}

/** `acknowledged by Ann for 2h; last check passed (1 of 2); the API key expires in 6 days, on 2026-12-06`. */
function noteOf({ note, acknowledged, deadlines }: StatusRow, now: number): string | null {
  const ending = deadlines.find((deadline) => urgencyOf(deadline, now) !== 'far');
  const parts = [
    ...(acknowledged === null ? [] : [careText(acknowledged, now)]),
    ...(note === null ? [] : [note]),
    ...(ending === undefined ? [] : [deadlineText(ending, now)]),
  ];
  return parts.join('; ') || null;
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
