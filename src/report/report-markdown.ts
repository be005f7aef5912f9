import type { Exclusion } from '../domain/exclusion.js';
import type { Note } from '../domain/incident.js';
import { plainText } from '../domain/plain-text.js';
import type { AskedWindow } from '../calendar/past-window.js';
import { downTimeText } from './down-time-text.js';
import { reportColumns } from './report-columns.js';
import {
  doubtsOf,
  endsOf,
  explanations,
  incidentSpan,
  leadWords,
  titleOf,
  verdictOf,
  type Ends,
} from './report-words.js';
import type { ReportIncident, ReportModel } from './report-models.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
};

/**
 * One line of text that Markdown shows literally, inside a line or a table cell: it contains no markup, HTML, link or
 * mention (CommonMark 0.31, section 2.4; GitHub Flavored Markdown, section 6.9).
 */
export function markdownText(text: string): string {
  return plainText(text)
    .replace(/[&<>|]/g, (character) => entities[character] ?? '')
    .replace(/[\\`*_~[\]$@]|:(?=\/\/)|(?<=www)\./gi, '\\$&');
}

/** A heading and the incidents of a model as a Markdown list, with notes and exclusions; empty without incidents. */
function incidentLines(
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

function incidentLine(incident: ReportIncident, window: AskedWindow, known: Ends): string {
  const { clock } = window;
  const { countedMs, reason, blame, checksFailed, lastDetail } = incident;
  const { end, lastedMs } = incidentSpan(incident, window, known);
  const lasted = `${clock.text(incident.openedAt)} to ${end}, ${downTimeText(lastedMs)}`;
  const share =
    countedMs === lastedMs
      ? ''
      : countedMs === 0
        ? ', not counted'
        : `, ${downTimeText(countedMs)} of it counted`;
  const failed = `${checksFailed} ${checksFailed === 1 ? 'check' : 'checks'} failed`;
  const detail = lastDetail === null ? '' : `: ${markdownText(lastDetail)}`;
  const { vendor } = incident;
  const told =
    vendor === undefined || vendor.leadMs === null
      ? ''
      : `, told of by the vendor, seen here ${leadWords(vendor.leadMs)}`;
  return `${lasted}${share}, ${reason}${blame === null ? '' : ` (${blame})`}, ${failed}${told}${detail}`;
}

function exclusionLine({ from, to, reason }: Exclusion, { clock }: AskedWindow): string {
  return `excluded ${clock.text(from)} to ${clock.text(to)}: ${markdownText(reason)}`;
}

function noteLine({ at, author, text }: Note, { clock }: AskedWindow): string {
  return `${clock.text(at)}${author === null ? '' : `, ${markdownText(author)}`}: ${markdownText(text)}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** A missed objective stands out. */
function markedUp(cell: string | null): string {
  return cell === 'missed' ? '**missed**' : (cell ?? '-');
}

function summaryTable(models: readonly ReportModel[]): string[] {
  return [
    row(['Model', ...reportColumns.map(({ head }) => head)]),
    row([':--', ...reportColumns.map(() => '--:')]),
    ...models.map((model) =>
      row([markdownText(model.model), ...reportColumns.map(({ cell }) => markedUp(cell(model)))]),
    ),
  ];
}

function doubtLines(models: readonly ReportModel[], window: AskedWindow): string[] {
  const lines = models.flatMap((model) => {
    const said = doubtsOf(model, window);
    return said.length === 0 ? [] : [`- ${markdownText(model.model)}: ${said.join('; ')}.`];
  });
  return lines.length > 0 ? lines : ['Every model was watched for at least 99% of the time.'];
}

/** What ends soon of the models; no section where nothing does. */
function endLines(models: readonly ReportModel[], now: number): string[] {
  const lines = models.flatMap((model) => {
    const ends = endsOf(model, now);
    return ends.length === 0 ? [] : [`- ${markdownText(model.model)}: ${ends.join('; ')}.`];
  });
  return lines.length === 0 ? [] : ['## What ends', '', ...lines, ''];
}

/** The report as Markdown. */
export function reportMarkdown(models: readonly ReportModel[], window: AskedWindow, now: number): string {
  const { clock, from, to, goesOnTo, timezone } = window;
  const open =
    goesOnTo === null
      ? []
      : [`**This time is not over: it ends ${clock.text(goesOnTo)}, and figures may change.**`, ''];
  const incidents = models.flatMap((model) => incidentLines(model, window, now));
  const lines = [
    `# ${titleOf(window)}`,
    '',
    `From ${clock.text(from)} to ${clock.text(to)}, ${timezone}.`,
    '',
    ...open,
    verdictOf(models),
    '',
    ...(models.length === 0 ? ['No model was followed.'] : summaryTable(models)),
    '',
    '## Incidents',
    '',
    ...(incidents.length === 0 ? ['None.', ''] : incidents),
    ...endLines(models, now),
    '## How sure',
    '',
    ...doubtLines(models, window),
    '',
    '## How it is counted',
    '',
    ...explanations(models).map((line) => `- ${line}`),
  ];
  return `${lines.join('\n')}\n`;
}
