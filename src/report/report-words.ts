import type { AskedWindow } from '../calendar/past-window.js';
import { deadlineText } from '../domain/deadline.js';
import { percentDown } from '../domain/uptime.js';
import { medianOf } from '../domain/vendor.js';
import { downTimeText } from './down-time-text.js';
import { countedByVendor, type ReportIncident, type ReportModel } from './report-models.js';

/** `Service levels, 2026-10` */
export function titleOf({ name }: AskedWindow): string {
  return `Service levels, ${name.replace(/^[a-z]+:/, '')}`;
}

/** What ends an incident without a recovery. */
export interface Ends {
  /** Unix ms; null while its model is in the registry. */
  readonly retiredAt: number | null;
  readonly now: number;
}

/** The end of an incident in words, and how long it has lasted. */
export function incidentSpan(
  { openedAt, closedAt }: ReportIncident,
  { clock }: AskedWindow,
  { retiredAt, now }: Ends,
): { readonly end: string; readonly lastedMs: number } {
  const open = retiredAt === null ? 'no end yet' : 'no end before it left the registry';
  return {
    end: closedAt === null ? open : clock.text(closedAt),
    lastedMs: (closedAt ?? retiredAt ?? now) - openedAt,
  };
}

/** `4 min before the vendor's own beginning`. */
export function leadWords(leadMs: number): string {
  if (Math.abs(leadMs) < 1_000) return "at the vendor's own beginning";
  return `${downTimeText(Math.abs(leadMs))} ${leadMs > 0 ? 'before' : 'after'} the vendor's own beginning`;
}

/** What vendors told of the incidents, as a sentence with a space before it; empty where no status page is read. */
export function vendorSentence(models: readonly ReportModel[]): string {
  const sides = models.flatMap(({ incidents }) => countedByVendor(incidents));
  if (sides.length === 0) return '';
  const leads = sides.flatMap(({ leadMs }) => (leadMs === null ? [] : [leadMs]));
  const median = medianOf(leads);
  const told = `Vendors told of ${leads.length} of ${sides.length} incidents that were theirs`;
  return ` ${told}${median === null ? '' : `; in the median they were seen here ${leadWords(median)}`}.`;
}

/** The number of objectives met, and what vendors told, as sentences. */
export function verdictOf(models: readonly ReportModel[]): string {
  return objectivesMet(models) + vendorSentence(models);
}

function objectivesMet(models: readonly ReportModel[]): string {
  const judged = models.filter(({ objective }) => objective !== null);
  if (judged.length === 0) return 'No model has an objective.';
  const count = (met: boolean | null): number => judged.filter((model) => model.met === met).length;
  return `Objectives met: ${count(true)}, missed: ${count(false)}, unknown: ${count(null)}.`;
}

const leastCoverage = 0.99;

/** Reasons why the figures of a model do not cover the whole window of the report. */
export function doubtsOf(model: ReportModel, { clock, from }: AskedWindow): string[] {
  const { figures, coverage, uptime, retiredAt } = model;
  if (figures === null) return ['nothing is known in this time'];
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

/** What ends of a model, as sentences. */
export const endsOf = ({ deadlines }: ReportModel, now: number): string[] =>
  deadlines.map((deadline) => deadlineText(deadline, now));

/** What the figures mean. */
export function explanations(models: readonly ReportModel[]): string[] {
  const kept = models.map(({ figures }) => figures?.counts.resolution);
  const unit = (['day', 'hour'] as const).find((resolution) => kept.includes(resolution));
  return [
    'Uptime is the share of the known time in which a model was healthy or degraded. Maintenance, exclusions and time that nobody watched are left out of it; coverage is the share of the time less maintenance that was watched.',
    'Time down and the longest incident are rounded up to a second, uptime and coverage are rounded down; whether an objective was met is decided before rounding.',
    'Time down counts for the blame of the reason for which a model became unhealthy. The provider uptime is the uptime as if only providers could be down: time down with another blame counts as not watched.',
    'Objectives are those of the registry when this was written. The error budget used is the time down over (1 - objective) x known time.',
    'An incident lasts from its first failure to the confirmed recovery, including time without checks. Only the part inside this window, less exclusions, is counted.',
    ...(models.some(({ incidents }) => countedByVendor(incidents).length > 0)
      ? [
          'Incidents of a vendor are those that it tells of on its status page while the pages are read; an incident of before counts as not told of.',
        ]
      : []),
    ...(unit === undefined ? [] : [`Checks are counted by whole ${unit}s of UTC, the uptime is exact.`]),
  ];
}
