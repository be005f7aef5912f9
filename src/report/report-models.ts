import type { Deadline } from '../domain/deadline.js';
import { modelIdOf, probeNameOf } from '../domain/probes.js';
import { countedMs } from '../domain/incident.js';
import { detectionLeadMs, overlapping, type VendorIncident } from '../domain/vendor.js';
import { compareWithObjective, uptimeOf, type Uptime, type ObjectiveResult } from '../domain/uptime.js';
import { readPeriods } from '../store/excluded-periods.js';
import type { Past } from '../store/history.js';
import type { StoredIncident, StoredModel, StoredPeriod, StoreReader } from '../store/port.js';
import { mostVendorsRead } from '../store/vendor-port.js';
import { figuresOf, followedIn, withCostOfProbes, type Figures } from './past-figures.js';
import type { AskedWindow } from '../calendar/past-window.js';

/** ms before the window in which incidents of vendors may have ended that overlap one of ours. */
const vendorReachMs = 7 * 24 * 60 * 60 * 1_000;

/** An incident, and its ms within the report's window. */
export interface ReportIncident extends StoredIncident {
  readonly countedMs: number;
  /** What the vendor told of its time; unset where no status page of it is read. */
  readonly vendor?: VendorSide;
}

export interface VendorSide {
  readonly isTold: boolean;
  /** ms from our opening to the vendor's own beginning; null where it told of nothing. */
  readonly leadMs: number | null;
}

/** Figures of a model in the report's window. */
export interface ReportModel extends Uptime, ObjectiveResult {
  readonly model: string;
  /** Null when the registry has none. */
  readonly objective: number | null;
  readonly deadlines: readonly Deadline[];
  /** Unix ms; null while the model is in the registry. */
  readonly retiredAt: number | null;
  /** Null without data in the window. */
  readonly figures: Figures | null;
  /** All that overlap the window, oldest first. */
  readonly incidents: readonly ReportIncident[];
}

/** What a report reads of the store. */
export type ReportReader = Pick<
  StoreReader,
  'models' | 'incidents' | 'excludedPeriods' | 'spent' | 'counts' | 'vendorIncidents'
>;

/** A model of the registry and its objective. */
export interface Judged {
  readonly id: string;
  readonly slo: number | null;
  /** What ends and is to be told, the soonest first; none unless set. */
  readonly deadlines?: readonly Deadline[];
  /** Status page of its vendor; unset where none is read. */
  readonly vendorPage?: string;
}

/** The past of a stored model; the store does not know the format of its memory. */
export type PastOf = (model: StoredModel, exclusions: readonly StoredPeriod[]) => Past;

/** Incidents of all models in the window by the id of their model, oldest first. */
async function incidentsIn(
  store: ReportReader,
  { from, to }: AskedWindow,
): Promise<ReadonlyMap<string, StoredIncident[]>> {
  const byModel = new Map<string, StoredIncident[]>();
  for (const incident of await store.incidents({ from, to, limit: Number.MAX_SAFE_INTEGER })) {
    const own = byModel.get(incident.model);
    if (own === undefined) byModel.set(incident.model, [incident]);
    else own.push(incident);
  }
  for (const incidents of byModel.values()) incidents.sort((a, b) => a.openedAt - b.openedAt);
  return byModel;
}

/** What the vendor of a model told of an incident; null for a model without a status page. */
async function vendorsIn(
  store: ReportReader,
  registry: readonly Judged[],
  { from }: AskedWindow,
): Promise<(model: string) => ((incident: StoredIncident) => VendorSide) | null> {
  const pages = new Map(
    registry.flatMap(({ id, vendorPage }) => (vendorPage === undefined ? [] : [[id, vendorPage] as const])),
  );
  if (pages.size === 0) return () => null;
  const asked = { pages: [...new Set(pages.values())], from: from - vendorReachMs, limit: mostVendorsRead };
  const byPage = new Map<string, VendorIncident[]>();
  for (const incident of await store.vendorIncidents(asked)) {
    const known = byPage.get(incident.page);
    if (known === undefined) byPage.set(incident.page, [incident]);
    else known.push(incident);
  }
  return (model) => {
    const page = pages.get(model);
    if (page === undefined) return null;
    const all = byPage.get(page) ?? [];
    return ({ openedAt, closedAt }) => {
      const told = overlapping(all, openedAt, closedAt);
      return { isTold: told.length > 0, leadMs: detectionLeadMs(openedAt, told) };
    };
  };
}

/**
 * Figures of the models of the registry, in its order, then of others that were in the registry during the window; only
 * those in `ids`, unless it is empty.
 */
export async function readReport(
  store: ReportReader,
  {
    registry,
    ids,
    window,
    pastOf,
  }: {
    readonly registry: readonly Judged[];
    readonly ids: ReadonlySet<string>;
    readonly window: AskedWindow;
    readonly pastOf: PastOf;
  },
): Promise<ReportModel[]> {
  const stored = new Map((await store.models()).map((model) => [model.id, model]));
  const objectives = new Map(registry.map(({ id, slo }) => [id, slo]));
  const ends = new Map(registry.map(({ id, deadlines }) => [id, deadlines]));
  const incidents = await incidentsIn(store, window);
  const exclusions = await readPeriods(store);
  const vendorOf = await vendorsIn(store, registry, window);
  const probes = new Map<string, { readonly model: StoredModel; readonly past: Past }[]>();
  for (const model of stored.values()) {
    if (probeNameOf(model.id) === null) continue;
    const id = modelIdOf(model.id);
    const probe = { model, past: pastOf(model, exclusions) };
    const known = probes.get(id);
    if (known === undefined) probes.set(id, [probe]);
    else known.push(probe);
  }
  const report: ReportModel[] = [];
  for (const id of new Set([...objectives.keys(), ...stored.keys()])) {
    if (ids.size > 0 ? !ids.has(id) : probeNameOf(id) !== null) continue;
    const model = stored.get(id);
    const known = {
      model: id,
      objective: objectives.get(id) ?? null,
      deadlines: ends.get(id) ?? [],
      retiredAt: model?.retiredAt ?? null,
    };
    const past = model && pastOf(model, exclusions);
    const followed = past && followedIn(window, model, past);
    if (past === undefined || followed === undefined || followed.from >= followed.to) {
      const nothing = {
        uptime: null,
        coverage: null,
        met: null,
        budgetUsed: null,
        figures: null,
        incidents: [],
      };
      if (objectives.has(id) || ids.has(id)) report.push({ ...known, ...nothing });
      continue;
    }
    const own = await figuresOf(store, past, followed);
    const figures = await withCostOfProbes(store, own, window, probes.get(id) ?? []);
    const verdict =
      known.objective === null
        ? { met: null, budgetUsed: null }
        : compareWithObjective(known.objective, figures.durations);
    const told = vendorOf(id);
    const all = (incidents.get(id) ?? []).map((each): ReportIncident => ({
      ...each,
      countedMs: countedMs(each, followed),
      ...(told !== null && { vendor: told(each) }),
    }));
    report.push({ ...known, ...uptimeOf(figures.durations), ...verdict, figures, incidents: all });
  }
  return report;
}

/** Results in the window: all, and those that were healthy. */
export function checksOf({ counts }: Figures): { readonly total: number; readonly healthy: number } {
  const { healthy, degraded, unhealthy, unknown } = counts.outcomes;
  return { total: healthy + degraded + unhealthy + unknown, healthy };
}

/** What vendors told of those incidents that may be theirs: the provider has to act. */
export function countedByVendor(incidents: readonly ReportIncident[]): VendorSide[] {
  return incidents.flatMap(({ vendor, blame, countedMs: ms }) =>
    vendor === undefined || ms === 0 || (blame !== 'provider' && blame !== null) ? [] : [vendor],
  );
}
