import type { Exclusion } from '../domain/exclusion.js';
import type { Note } from '../domain/note.js';
import { downTimeText } from './down-time.js';
import { markdownText } from './markdown-text.js';
import type { ReportIncident, ReportModel } from './report-models.js';
import type { AskedWindow } from './window-options.js';

/** A heading and the incidents of a model as a Markdown list, with what people added to them; nothing without any. */
export function incidentLines(
  { model, incidents, retiredAt }: ReportModel,
  window: AskedWindow,
  now: number,
): string[] {
  if (incidents.length === 0) return [];
  const lines = incidents.flatMap((incident) => [
    `- ${incidentLine(incident, window, { retiredAt, now })}`,
    ...incident.exclusions.map((exclusion) => `  - ${exclusionLine(exclusion, window)}`),
    ...incident.notes.map((note) => `  - ${noteLine(note, window)}`),
  ]);
  return [`### ${markdownText(model)}`, '', ...lines, ''];
}

function incidentLine(
  incident: ReportIncident,
  { clock }: AskedWindow,
  { retiredAt, now }: { readonly retiredAt: number | null; readonly now: number },
): string {
  const { openedAt, closedAt, countedMs, reason, blame, checksFailed, lastDetail } = incident;
  const lastedMs = (closedAt ?? retiredAt ?? now) - openedAt;
  const open = retiredAt === null ? 'no end yet' : 'no end before it left the registry';
  const end = closedAt === null ? open : clock.text(closedAt);
  const lasted = `${clock.text(openedAt)} to ${end}, ${downTimeText(lastedMs)}`;
  const share =
    countedMs === lastedMs
      ? ''
      : countedMs === 0
        ? ', not counted'
        : `, ${downTimeText(countedMs)} of it counted`;
  const failed = `${checksFailed} ${checksFailed === 1 ? 'check' : 'checks'} failed`;
  const detail = lastDetail === null ? '' : `: ${markdownText(lastDetail)}`;
  return `${lasted}${share}, ${reason}${blame === null ? '' : ` (${blame})`}, ${failed}${detail}`;
}

function exclusionLine({ from, to, reason }: Exclusion, { clock }: AskedWindow): string {
  return `excluded ${clock.text(from)} to ${clock.text(to)}: ${markdownText(reason)}`;
}

function noteLine({ at, author, text }: Note, { clock }: AskedWindow): string {
  return `${clock.text(at)}${author === null ? '' : `, ${markdownText(author)}`}: ${markdownText(text)}`;
}
