import type { FastifyReply, FastifyRequest } from 'fastify';
import { exclude } from '../../domain/exclusion.js';
import { clipTo } from '../../domain/intervals.js';
import { dayMs, minuteMs } from '../../domain/period.js';
import type { RecordedResult } from '../../domain/result.js';
import type { Interval } from '../../domain/state.js';
import { intervalsOf, noDurations, type TimelineInterval } from '../../domain/timeline.js';
import { budgetShare, errorBudgetMs } from '../../domain/uptime.js';
import type { ModelView } from '../../domain/view.js';
import { monthAt, monthName, monthSpan } from '../../page/calendar-month.js';
import { spanOf } from '../../page/incident-line.js';
import { emptyAcknowledgement, type AcknowledgementForm } from '../../page/acknowledgement.js';
import { emptyNote, type NoteForm } from '../../page/incident-notes.js';
import { incidentPage } from '../../page/incident-page.js';
import { stripWindow, type BudgetShare, type IncidentView } from '../../page/incident-view.js';
import { unknownIncidentPage } from '../../page/missing-page.js';
import type { VendorSideView } from '../../page/vendor-line.js';
import { providerText } from '../../page/provider-text.js';
import { clip, durationsBetween, timelineBetween } from '../../store/history.js';
import type { ModelKey, StoredIncident, StoredName } from '../../store/port.js';
import type { Backend } from '../port.js';
import { wholeNumber } from '../query.js';
import { incidentWith } from '../routes/incident-routes.js';
import { vendorSides } from '../vendor-sides.js';
import { toldTo } from './incident-messages.js';
import type { PageKit } from './page-kit.js';

/** Checks on a page, and results from which the story is told. */
const mostChecks = 50;
const mostTold = 500;
/** Changes of state that the strip shows. */
const mostIntervals = 500;
/** Incidents at the same time that are looked at, and those that are shown. */
const mostLooked = 200;
const mostNeighbours = 20;
/** ms after a time within which its first results are looked for: at first a minute, then four times as long. */
const longestSearchMs = 4 * dayMs;

/** The results from `from` on, oldest first: at least `least` of them, if there are as many. The store lists the newest first. */
async function firstResults(
  { store }: Backend,
  key: ModelKey,
  { from, to }: Interval,
  least: number,
): Promise<readonly RecordedResult[]> {
  for (let ms = minuteMs; ; ms *= 4) {
    const end = Math.min(to, from + ms);
    const found = await store.results(key, { from, to: end, limit: mostTold });
    if (found.length >= least || end === to || ms > longestSearchMs) return [...found].reverse();
  }
}

/** The states of a window, also of a model that left the registry. */
async function toldOf(
  { store }: Backend,
  {
    key,
    view,
    window,
    incident,
  }: {
    readonly key: ModelKey;
    readonly view: ModelView | undefined;
    readonly window: Interval;
    readonly incident: StoredIncident;
  },
): Promise<TimelineInterval[]> {
  if (view !== undefined) return timelineBetween(store, view, window, mostIntervals);
  const points = await store.points(key, window.from, window.to, mostIntervals);
  return exclude(intervalsOf(points, window), incident.exclusions);
}

/** What the incident used of the error budget of its first month. */
async function budgetOf(
  { store }: Backend,
  view: ModelView | undefined,
  incident: StoredIncident,
  now: number,
): Promise<BudgetShare | null> {
  const slo = view?.model.slo ?? null;
  if (view === undefined || slo === null) return null;
  const month = monthAt(incident.openedAt);
  const calendar = monthSpan(month);
  const window = clip(view.stored, { from: calendar.from, to: Math.min(calendar.to, now) });
  const durations = await durationsBetween(store, view, window);
  const budgetMs = errorBudgetMs(slo, durations);
  if (budgetMs < 1) return null;
  // Time in which nobody saw the model, and maintenance, use nothing of it.
  const [own] = clipTo([spanOf(incident, now)], window);
  const { unhealthy } = own === undefined ? noDurations : await durationsBetween(store, view, own);
  return { month: monthName(month), used: budgetShare(slo, durations, unhealthy), budgetMs };
}

async function neighboursOf(
  { store, view }: Backend,
  incident: StoredIncident,
  to: number,
): Promise<Pick<IncidentView, 'neighbours' | 'neighboursCut'>> {
  const found = await store.incidents({
    from: incident.openedAt,
    to,
    limit: mostLooked,
    mostText: 256 * 1024,
  });
  const provider = (id: string): string | null => {
    const model = view(id)?.model;
    return model === undefined ? null : providerText(model);
  };
  const own = provider(incident.model);
  const alike = found.filter(
    ({ id, reason, model }) =>
      id !== incident.id && (reason === incident.reason || (own !== null && provider(model) === own)),
  );
  return {
    neighbours: alike
      .slice(0, mostNeighbours)
      .map((each) => ({ incident: each, registered: view(each.model) !== undefined })),
    neighboursCut: alike.length > mostNeighbours || found.length === mostLooked,
  };
}

const unknownName: StoredName = { key: -1, id: '', retiredAt: null };

/** What the vendor says of its time; null where that is not read, and while it cannot be. */
async function vendorOf(backend: Backend, incident: StoredIncident): Promise<VendorSideView | null> {
  const side = (await vendorSides(backend, [incident]).catch(() => null))?.get(incident.id);
  if (side === undefined) return null;
  return { ...side, link: backend.vendors?.ofModel(incident.model)?.link ?? null };
}

/** Everything that the page of an incident shows. */
async function viewOf(
  backend: Backend,
  incident: StoredIncident,
  parts: {
    readonly now: number;
    readonly before: number | null;
    readonly form: NoteForm;
    readonly care: AcknowledgementForm;
  },
): Promise<IncidentView> {
  const { now, before, form, care } = parts;
  const { store } = backend;
  const view = backend.view(incident.model);
  const [name = unknownName] = view === undefined ? await store.names([incident.model]) : [];
  const key = view?.key ?? name.key;
  const confirm = view?.model.confirm ?? null;
  const endedAt = incident.closedAt === null && view === undefined ? (name.retiredAt ?? now) : null;
  const { from, to } = spanOf(incident, endedAt ?? now);
  const window = stripWindow({ from, to }, Math.max(now, to));
  // The results that proved the end belong to it.
  const closing =
    incident.closedAt === null
      ? []
      : await firstResults(backend, key, { from: to, to: now + 1 }, confirm?.successes ?? 1);
  const proofEnd = closing.at(Math.min(confirm?.successes ?? 1, closing.length) - 1)?.slot ?? to;
  const listed = { from, to: proofEnd + 1 };
  const page = await store.results(key, {
    ...listed,
    limit: mostChecks + 1,
    ...(before !== null && { before }),
  });
  const newest = await store.results(key, { ...listed, limit: mostTold });
  const complete = newest.length < mostTold;
  const results = complete
    ? [...newest].reverse()
    : await firstResults(backend, key, listed, confirm?.failures ?? 1);
  const checks = page.slice(0, mostChecks);
  return {
    ...(await neighboursOf(backend, incident, Math.max(to, from + 1))),
    incident,
    now,
    confirm,
    provider: view === undefined ? 'The provider' : providerText(view.model),
    registered: view !== undefined,
    endedAt,
    strip: { window, told: await toldOf(backend, { key, view, window, incident }) },
    results,
    complete,
    closing,
    checks: {
      results: checks,
      before,
      next: page.length > mostChecks ? (checks.at(-1)?.slot ?? null) : null,
    },
    durations: view === undefined ? null : await durationsBetween(store, view, { from, to }),
    budget: await budgetOf(backend, view, incident, now),
    form,
    toldTo: await toldTo(backend, incident),
    care,
    vendor: await vendorOf(backend, incident),
  };
}

export interface IncidentAsked {
  /** As it stands in the address. */
  readonly id: string;
  readonly form?: NoteForm;
  readonly care?: AcknowledgementForm;
  readonly status?: number;
}

/** The incident of an address, or null. */
export async function askedIncident(backend: Backend, text: string): Promise<StoredIncident | null> {
  const id = wholeNumber(text);
  return id === null ? null : incidentWith(backend, id);
}

export function answerMissing(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const document = unknownIncidentPage(kit.frameFor(request));
  return kit.send(request, reply, document, 404);
}

/** Answers `/incidents/{id}`, also after a form that was refused. */
export async function answerIncident(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, form = emptyNote, care = emptyAcknowledgement, status = 200 }: IncidentAsked,
): Promise<FastifyReply> {
  const frame = kit.frameFor(request);
  const incident = await askedIncident(kit.backend, id);
  if (incident === null) return answerMissing(kit, request, reply);
  const before = wholeNumber(new URL(request.url, 'http://page').searchParams.get('before') ?? '');
  const view = await viewOf(kit.backend, incident, { now: frame.now, before, form, care });
  await kit.places.take(reply);
  return kit.send(request, reply, incidentPage(frame, view), status);
}
