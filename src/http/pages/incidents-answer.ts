import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Blame } from '../../domain/reason.js';
import type { ModelView } from '../../domain/view.js';
import { monthAt, monthSpan } from '../../page/calendar-month.js';
import { readIncidentQuery, type IncidentListQuery } from '../../page/incident-query.js';
import { incidentsPage, type IncidentsView } from '../../page/incidents-page.js';
import { addedText } from '../../store/rows/incident-row.js';
import type { IncidentQuery, StoredIncident } from '../../store/port.js';
import type { Backend } from '../port.js';
import type { PageKit } from './page-kit.js';

/** Incidents of one page, and characters of their notes after which it ends. */
const mostLines = 100;
const mostText = 256 * 1024;
const mostLabels = 200;

/** All models, each followed by its probes, whose incidents are listed too. */
const withProbes = (backend: Backend): ModelView[] =>
  [...backend.views()].flatMap((view) => [view, ...view.probes.map((probe) => probe.view)]);

/** The filters as the store knows them. */
function filtersOf(backend: Backend, query: IncidentListQuery): Omit<IncidentQuery, 'limit'> {
  const { model, blame, open, label } = query;
  const labelled = (view: ModelView): boolean =>
    Object.entries(view.model.labels).some(([key, value]) => `${key}:${value}` === label);
  const models =
    label === ''
      ? undefined
      : withProbes(backend)
          .filter(labelled)
          .map(({ key }) => key);
  return {
    ...(model !== '' && { named: model }),
    ...(blame !== null && { blame }),
    ...(open !== null && { open }),
    ...(models !== undefined && { models }),
  };
}

function openByOf(views: readonly ModelView[]): IncidentsView['openBy'] {
  const counts = new Map<Blame | null, number>();
  for (const { health } of views) {
    if (health.incident?.closedAt !== null) continue;
    const { blame } = health.incident;
    counts.set(blame, (counts.get(blame) ?? 0) + 1);
  }
  return [...counts].map(([blame, count]) => ({ blame, count })).sort((a, b) => b.count - a.count);
}

function labelsOf(views: readonly ModelView[]): string[] {
  const labels = new Set<string>();
  for (const { model } of views) {
    for (const [key, value] of Object.entries(model.labels)) {
      if (labels.size < mostLabels) labels.add(`${key}:${value}`);
    }
  }
  return [...labels].sort();
}

/** One page of incidents, and where the next begins. */
function pageOfMonth(found: readonly StoredIncident[]): Pick<IncidentsView, 'next'> & {
  readonly incidents: readonly StoredIncident[];
} {
  const incidents = found.slice(0, mostLines);
  const long = found.reduce((sum, incident) => sum + addedText(incident), 0) > mostText;
  const more = found.length > mostLines || long;
  const last = incidents.at(-1);
  return { incidents, next: more && last ? { openedAt: last.openedAt, id: last.id } : null };
}

/** Answers `/incidents`. */
export async function answerIncidents(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { backend } = kit;
  const frame = kit.frameFor(request);
  const query = readIncidentQuery(new URL(request.url, 'http://page').searchParams, frame.now);
  const filters = filtersOf(backend, query);
  const { from, to } = monthSpan(query.month);
  const found = await backend.store.incidents({
    ...filters,
    from,
    to,
    limit: mostLines + 1,
    mostText,
    ...(query.after !== null && { after: query.after }),
  });
  const { incidents, next } = pageOfMonth(found);
  const [before] = await backend.store.incidents({ ...filters, to: from, limit: 1, mostText: 0 });
  await kit.places.take(reply);
  const views = withProbes(backend);
  const document = incidentsPage(frame, {
    query,
    now: frame.now,
    lines: incidents.map((incident) => ({
      incident,
      registered: backend.view(incident.model) !== undefined,
    })),
    next,
    // One that was still open belongs to this month too; the month of its start lists it as well.
    earlier: before === undefined ? null : monthAt(before.openedAt),
    openBy: openByOf(views),
    labels: labelsOf(views),
  });
  return kit.send(request, reply, document);
}
