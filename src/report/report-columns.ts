import { amountText } from '../domain/cost.js';
import { exactPercent, percentDown, providerUptimeOf, usedPercent } from '../domain/uptime.js';
import { blamesText } from './blames-text.js';
import { downTimeText } from './down-time-text.js';
import type { Figures } from './past-figures.js';
import { checksOf, type ReportModel } from './report-models.js';
import { highest } from '../domain/list.js';

/** The figures of a model as they are written, also on the page; null where there is nothing to say. */
export const reportColumns: readonly {
  readonly head: string;
  readonly cell: (model: ReportModel) => string | null;
}[] = [
  { head: 'Objective', cell: ({ objective }) => (objective === null ? null : exactPercent(objective)) },
  { head: 'Result', cell: resultText },
  { head: 'Uptime', cell: ({ uptime }) => (uptime === null ? 'unknown' : percentDown(uptime, 3)) },
  { head: 'Coverage', cell: ({ coverage }) => (coverage === null ? null : percentDown(coverage)) },
  {
    head: 'Time down',
    cell: ({ coverage, figures }) => (figures && coverage ? downTimeText(figures.durations.unhealthy) : null),
  },
  { head: 'Incidents', cell: ({ figures, incidents }) => figures && String(counted(incidents).length) },
  { head: 'Longest', cell: ({ incidents }) => longestText(incidents) },
  {
    head: 'Error budget used',
    cell: ({ budgetUsed }) => (budgetUsed === null ? null : usedPercent(budgetUsed)),
  },
  {
    head: 'Checks',
    cell: ({ figures }) => figures && checksOf(figures).total.toLocaleString('en-US'),
  },
  { head: 'Provider uptime', cell: ({ figures }) => figures && providerText(figures) },
  {
    head: 'Down by',
    cell: ({ coverage, figures }) => (figures && coverage ? blamesText(figures.down) : null),
  },
  {
    head: 'Cost',
    cell: ({ figures }) =>
      figures?.currency && figures.counts.cost !== null
        ? amountText(figures.counts.cost, figures.currency)
        : null,
  },
];

function providerText(figures: Figures): string {
  const { uptime } = providerUptimeOf(figures);
  return uptime === null ? 'unknown' : percentDown(uptime, 3);
}

function resultText({ objective, met }: ReportModel): string | null {
  if (objective === null) return null;
  if (met === null) return 'unknown';
  return met ? 'met' : 'missed';
}

/** Those with time in the window that counts. */
export const counted = (incidents: ReportModel['incidents']) =>
  incidents.filter(({ countedMs }) => countedMs > 0);

function longestText(incidents: ReportModel['incidents']): string | null {
  const longestMs = Math.max(0, highest(incidents.map(({ countedMs }) => countedMs)));
  return longestMs === 0 ? null : downTimeText(longestMs);
}
