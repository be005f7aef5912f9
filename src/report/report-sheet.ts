import type { AskedWindow } from '../calendar/past-window.js';
import { costTexts, type Cost } from '../domain/cost.js';
import type { ReportedIncident, ReportRow, ReportSheet } from '../page/report-sheet.js';
import { fullCoverage } from '../page/figures.js';
import { addDownTime, noDownTime } from '../domain/down-time.js';
import { blamesText } from './blames-text.js';
import { downTimeText } from './down-time-text.js';
import { counted, reportColumns } from './report-columns.js';
import { checksOf, type ReportIncident, type ReportModel } from './report-models.js';
import {
  doubtsOf,
  endsOf,
  explanations,
  incidentSpan,
  titleOf,
  verdictOf,
  type Ends,
} from './report-words.js';

/** Rows and incidents of a page, and characters of the incidents' texts after which no further one is shown. */
const mostRows = 500;
const mostIncidents = 300;
const mostText = 256 * 1024;

function incidentOf(incident: ReportIncident, window: AskedWindow, ends: Ends): ReportedIncident {
  const { clock } = window;
  const { id, model, openedAt, countedMs, reason, blame, checksFailed, lastDetail, notes, exclusions } =
    incident;
  const { end, lastedMs } = incidentSpan(incident, window, ends);
  return {
    id,
    model,
    from: clock.text(openedAt),
    to: end,
    lasted: downTimeText(lastedMs),
    counted: countedMs === lastedMs ? null : downTimeText(countedMs),
    reason,
    blame,
    checksFailed,
    detail: lastDetail,
    excluded: exclusions.map(({ from, to, reason: why }) => ({
      from: clock.text(from),
      to: clock.text(to),
      reason: why,
    })),
    notes: notes.map(({ at, author, text }) => ({ at: clock.text(at), author, text })),
  };
}

function incidentsOf(
  models: readonly ReportModel[],
  window: AskedWindow,
  now: number,
): Pick<ReportSheet, 'incidents' | 'more'> {
  const incidents: ReportedIncident[] = [];
  let text = 0;
  let all = 0;
  for (const { incidents: own, retiredAt } of models) {
    all += own.length;
    for (const incident of own) {
      if (incidents.length >= mostIncidents || text > mostText) break;
      for (const { text: said } of incident.notes) text += said.length;
      for (const { reason } of incident.exclusions) text += reason.length;
      incidents.push(incidentOf(incident, window, { retiredAt, now }));
    }
  }
  return { incidents, more: all - incidents.length };
}

/** What the checks of the window have cost; null while it is not known. */
function costOfFigures(figures: ReportModel['figures']): Cost | null {
  const nanos = figures?.counts.cost ?? null;
  const currency = figures?.currency ?? null;
  return nanos === null || currency === null ? null : { nanos, currency };
}

/** Sums of what can be added: time down, incidents, checks and, by currency, costs; the longest incident of all. */
function totalsOf(models: readonly ReportModel[]): ReportSheet['totals'] {
  const known = models.filter(({ figures }) => figures !== null);
  const sum = (of: (model: ReportModel) => number): number => known.reduce((all, each) => all + of(each), 0);
  const down = sum(({ figures, coverage }) =>
    figures !== null && coverage ? figures.durations.unhealthy : 0,
  );
  const byBlame = known.reduce(
    (all, { figures, coverage }) => (figures !== null && coverage ? addDownTime(all, figures.down) : all),
    noDownTime,
  );
  let longest = 0;
  for (const { incidents } of known)
    for (const { countedMs } of incidents) longest = Math.max(longest, countedMs);
  const costs = costTexts(known.map(({ figures }) => costOfFigures(figures))).join(', ');
  const totals: Readonly<Record<string, string | null>> =
    known.length === 0
      ? {}
      : {
          'Time down': downTimeText(down),
          'Down by': blamesText(byBlame),
          Incidents: String(sum(({ incidents }) => counted(incidents).length)),
          Longest: downTimeText(longest),
          Checks: sum(({ figures }) => (figures === null ? 0 : checksOf(figures).total)).toLocaleString(
            'en-US',
          ),
          ...(costs === '' ? {} : { Cost: costs }),
        };
  return reportColumns.map(({ head }) => totals[head] ?? null);
}

/** The report as its page shows it. */
export function sheetOf(models: readonly ReportModel[], window: AskedWindow, now: number): ReportSheet {
  const { clock, from, to, goesOnTo, timezone } = window;
  const doubts = models.map((model) => ({ model: model.model, said: doubtsOf(model, window) }));
  const rows = models.slice(0, mostRows).map((model): ReportRow => ({
    model: model.model,
    met: model.objective === null ? null : model.met,
    cells: reportColumns.map(({ cell }) => cell(model)),
    partly: model.coverage !== null && model.coverage < fullCoverage,
  }));
  return {
    title: titleOf(window),
    from: clock.text(from),
    to: clock.text(to),
    timezone,
    goesOnTo: goesOnTo === null ? null : clock.text(goesOnTo),
    verdict: verdictOf(models),
    heads: reportColumns.map(({ head }) => head),
    rows,
    models: models.length,
    totals: totalsOf(models),
    ...incidentsOf(models, window, now),
    doubts: doubts
      .filter(({ said }) => said.length > 0)
      .slice(0, mostRows)
      .map(({ model, said }) => ({ model, text: said.join('; ') })),
    ends: models
      .map((model) => ({ model: model.model, text: endsOf(model, now).join('; ') }))
      .filter(({ text }) => text !== '')
      .slice(0, mostRows),
    explanations: explanations(models),
  };
}
