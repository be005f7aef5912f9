import type { IncidentPlace } from '../domain/incident.js';
import { blames, type Blame } from '../domain/reason.js';
import { monthAt, monthText, parseMonth, type MonthNumber } from './calendar-month.js';

/** The choices in the address of the list of incidents. */
export interface IncidentListQuery {
  readonly month: MonthNumber;
  /** Exact id of a model, also of one that left the registry; empty for all. */
  readonly model: string;
  readonly blame: Blame | null;
  /** Null for open and closed ones. */
  readonly open: boolean | null;
  /** `key:value`; empty for all. */
  readonly label: string;
  /** An incident: only those behind it, for the next page. */
  readonly after: IncidentPlace | null;
}

const longestText = 300;

/** Reads the address; what is not valid is left out. No month after the present one. */
export function readIncidentQuery(parameters: URLSearchParams, now: number): IncidentListQuery {
  const present = monthAt(now);
  const label = (parameters.get('label') ?? '').slice(0, longestText);
  const open = parameters.get('open');
  const after = /^(\d{1,15})\.(\d{1,15})$/.exec(parameters.get('after') ?? '');
  return {
    month: Math.min(parseMonth(parameters.get('month')) ?? present, present),
    model: (parameters.get('model') ?? '').slice(0, longestText).trim(),
    blame: blames.find((blame) => blame === parameters.get('blame')) ?? null,
    open: open === 'true' ? true : open === 'false' ? false : null,
    label: label.includes(':') ? label : '',
    after: after === null ? null : { openedAt: Number(after[1]), id: Number(after[2]) },
  };
}

/** Parameters as the API has them too; the present month is not named, so that the address stays right next month. */
function parametersOf(query: IncidentListQuery, now: number): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query.month !== monthAt(now)) parameters.set('month', monthText(query.month));
  if (query.model !== '') parameters.set('model', query.model);
  if (query.blame !== null) parameters.set('blame', query.blame);
  if (query.open !== null) parameters.set('open', String(query.open));
  if (query.label !== '') parameters.set('label', query.label);
  if (query.after !== null) parameters.set('after', `${query.after.openedAt}.${query.after.id}`);
  return parameters;
}

/** The address of the list with these changes; another choice begins with its first page. */
export function incidentsAddress(
  query: IncidentListQuery,
  changes: Partial<IncidentListQuery>,
  now: number,
): string {
  const text = parametersOf({ ...query, after: null, ...changes }, now).toString();
  return text === '' ? '/incidents' : `/incidents?${text}`;
}

/** True when the list shows all incidents of the month. */
export function isUnfiltered({ model, blame, open, label }: IncidentListQuery): boolean {
  return model === '' && blame === null && open === null && label === '';
}
