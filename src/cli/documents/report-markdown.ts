import type { Exclusion } from '../../domain/exclusion.js';
import type { Note } from '../../domain/incident.js';
import { exactPercent, percentDown, usedPercent } from '../../domain/uptime.js';
import { checksShape } from '../../http/shapes/uptime-shape.js';
import type { AskedWindow } from '../options.js';
import type { ReportIncident, ReportModel } from '../report-models.js';
import { plainText } from '../terminal.js';
import { downTimeText } from '../tables/time-text.js';

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

const leastCoverage = 0.99;

const columns: readonly { readonly head: string; readonly cell: (model: ReportModel) => string | null }[] = [
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
    cell: ({ figures }) => figures && checksShape(figures.counts.outcomes).total.toLocaleString('en-US'),
  },
];

function resultText({ objective, met }: ReportModel): string | null {
  if (objective === null) return null;
  if (met === null) return 'unknown';
  return met ? 'met' : '**missed**';
}

const counted = (incidents: ReportModel['incidents']) => incidents.filter(({ countedMs }) => countedMs > 0);

function longestText(incidents: ReportModel['incidents']): string | null {
  const longestMs = Math.max(0, ...incidents.map(({ countedMs }) => countedMs));
  return longestMs === 0 ? null : downTimeText(longestMs);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function summaryTable(models: readonly ReportModel[]): string[] {
  return [
    row(['Model', ...columns.map(({ head }) => head)]),
    row([':--', ...columns.map(() => '--:')]),
    ...models.map((model) =>
      row([markdownText(model.model), ...columns.map(({ cell }) => cell(model) ?? '-')]),
    ),
  ];
}

/** The number of objectives met, as a sentence. */
function verdictLine(models: readonly ReportModel[]): string {
  const judged = models.filter(({ objective }) => objective !== null);
  if (judged.length === 0) return 'No model has an objective.';
  const count = (met: boolean | null): number => judged.filter((model) => model.met === met).length;
  return `Objectives met: ${count(true)}, missed: ${count(false)}, unknown: ${count(null)}.`;
}

/** Reasons why the figures of a model do not cover the whole window of the report. */
function doubts(model: ReportModel, { clock, from }: AskedWindow): string[] {
  const { figures, coverage, uptime, retiredAt } = model;
  if (figures === null) return ['nothing is known of it in this time'];
  const said: string[] = [];
  if (figures.from > from) said.push(`followed since ${clock.text(figures.from)} only`);
  if (retiredAt === figures.to) said.push(`left the registry at ${clock.text(retiredAt)}`);
  if (coverage === null) said.push('all of its time was maintenance, so there is nothing to judge');
  else if (coverage < leastCoverage) {
    const judged = uptime === null ? 'too little to say how it was' : 'what happened in the rest is unknown';
    said.push(`watched for ${percentDown(coverage)} of the time: ${judged}`);
  }
  return said;
}

function doubtLines(models: readonly ReportModel[], window: AskedWindow): string[] {
  const lines = models.flatMap((model) => {
    const said = doubts(model, window);
    return said.length === 0 ? [] : [`- ${markdownText(model.model)}: ${said.join('; ')}.`];
  });
  return lines.length > 0 ? lines : ['Every model was watched for at least 99% of the time.'];
}

function explanations(models: readonly ReportModel[]): string[] {
  const kept = models.map(({ figures }) => figures?.counts.resolution);
  const unit = (['day', 'hour'] as const).find((resolution) => kept.includes(resolution));
  return [
    '- Uptime is the share of the known time in which a model was healthy or degraded. Maintenance, exclusions and time that nobody watched are left out of it; coverage is the share of the time less maintenance that was watched.',
    '- Time down and the longest incident are rounded up to a second, uptime and coverage are rounded down; whether an objective was met is decided before rounding.',
    '- Objectives are those of the registry when this was written. The error budget used is the time down over (1 - objective) x known time.',
    '- An incident lasts from its first failure to the confirmed recovery, including time without checks. Only the part inside this window, less exclusions, is counted.',
    ...(unit === undefined ? [] : [`- Checks are counted by whole ${unit}s of UTC, the uptime is exact.`]),
  ];
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
    `# Service levels, ${window.name.replace(/^[a-z]+:/, '')}`,
    '',
    `From ${clock.text(from)} to ${clock.text(to)}, ${timezone}.`,
    '',
    ...open,
    verdictLine(models),
    '',
    ...(models.length === 0 ? ['No model was followed.'] : summaryTable(models)),
    '',
    '## Incidents',
    '',
    ...(incidents.length === 0 ? ['None.', ''] : incidents),
    '## How sure',
    '',
    ...doubtLines(models, window),
    '',
    '## How it is counted',
    '',
    ...explanations(models),
  ];
  return `${lines.join('\n')}\n`;
}
