import { isPlausible } from './time.js';

/** How bad a vendor calls an incident; `none` is also where it does not say. */
export const vendorImpacts = ['none', 'minor', 'major', 'critical', 'maintenance'] as const;
export type VendorImpact = (typeof vendorImpacts)[number];

/** An incident as a vendor's status page tells it. Times in Unix ms, null where it names none. */
export interface ReadIncident {
  readonly id: string;
  /** One line of plain text. */
  readonly title: string;
  readonly impact: VendorImpact;
  readonly startedAt: number | null;
  readonly updatedAt: number | null;
  readonly resolvedAt: number | null;
  readonly isResolved: boolean;
  readonly link: string | null;
  /** Names of the parts of the service that it concerns. */
  readonly components: readonly string[];
}

/** What a status page says. */
export interface VendorReading {
  /** Of the whole page; null where it names none. */
  readonly level: VendorImpact | null;
  readonly incidents: readonly ReadIncident[];
  /** False where some were left out, so that one that is missing may go on. */
  readonly isWhole: boolean;
}

/** An incident of a vendor as it is stored. Times in Unix ms. */
export interface VendorIncident {
  /** Name of the page. */
  readonly page: string;
  readonly id: string;
  readonly title: string;
  readonly impact: VendorImpact;
  readonly startedAt: number;
  /** Null while it lasts. */
  readonly resolvedAt: number | null;
  /** When it was first read, which may be long after it began. */
  readonly firstSeen: number;
  /** When it was last read while it lasted, or its end. */
  readonly seenAt: number;
  readonly link: string | null;
}

/** Incidents of a vendor that concern the models of a page: all, but those that only name other parts of the service. */
export interface VendorScope {
  /** Words of which one is in the name of a part that concerns models; none for any part. */
  readonly only: readonly string[];
  /** Words in names of parts that concern no model. */
  readonly ignore: readonly string[];
}

export const longestVendorTitle = 300;
const longestVendorId = 200;
/** Most incidents of one reading. */
export const mostVendorIncidents = 100;
/** ms after its end within which an incident that was never seen before is still taken. */
const takenLateMs = 7 * 24 * 60 * 60 * 1_000;
/** ms after which one that is missing in readings of a part of a page is over. */
const missingMs = 24 * 60 * 60 * 1_000;
/** Most incidents of a page that are new at once: a page that gives each one another id at each reading is not followed. */
const mostNew = 20;
/** Most incidents of a page that last at a time. */
const mostOpen = 50;

const holds = (name: string, words: readonly string[]): boolean => {
  const small = name.toLowerCase();
  return words.some((word) => small.includes(word.toLowerCase()));
};

/** True where an incident concerns models: it names a part that does, or no part and its title does not speak of another one alone. */
export function concernsModels(
  { components, title }: Pick<ReadIncident, 'components' | 'title'>,
  { only, ignore }: VendorScope,
): boolean {
  if (only.length > 0 && ![title, ...components].some((name) => holds(name, only))) return false;
  if (components.length > 0) return components.some((name) => !holds(name, ignore));
  return !holds(title, ignore) || /\bapis?\b/i.test(title);
}

/** The time, unless it lies outside 2000 to 2100 or in the future. */
const pastTime = (time: number | null, now: number): number | null =>
  time === null || !Number.isSafeInteger(time) || !isPlausible(time) ? null : Math.min(time, now);

/**
 * What of the stored incidents of a page a new reading of it changes: `known` are those that last, and those that are not over for
 * long. One that lasts and is missing in a whole reading is over, since some pages list only what lasts.
 */
export function followVendor(
  page: string,
  known: readonly VendorIncident[],
  reading: VendorReading,
  scope: VendorScope,
  now: number,
): VendorIncident[] {
  const byId = new Map(known.map((incident) => [incident.id, incident]));
  const read = new Map<string, VendorIncident>();
  let added = 0;
  let open = known.filter(({ resolvedAt }) => resolvedAt === null).length;
  for (const incident of reading.incidents.slice(0, mostVendorIncidents)) {
    const id = incident.id.slice(0, longestVendorId);
    if (id === '' || read.has(id)) continue;
    const before = byId.get(id);
    // Its title or parts may change so that it concerns models, or no longer does.
    if (!concernsModels(incident, scope)) continue;
    const startedAt = pastTime(incident.startedAt, now) ?? before?.startedAt ?? now;
    const ended = incident.isResolved
      ? (pastTime(incident.resolvedAt, now) ?? before?.resolvedAt ?? pastTime(incident.updatedAt, now) ?? now)
      : null;
    const resolvedAt = ended === null ? null : Math.max(ended, startedAt);
    if (before === undefined) {
      if (resolvedAt !== null && resolvedAt < now - takenLateMs) continue;
      if (added >= mostNew || (resolvedAt === null && open >= mostOpen)) continue;
      added += 1;
      if (resolvedAt === null) open += 1;
    }
    read.set(id, {
      page,
      id,
      title: incident.title.slice(0, longestVendorTitle),
      impact: incident.impact,
      startedAt,
      resolvedAt,
      firstSeen: before?.firstSeen ?? now,
      seenAt: resolvedAt ?? now,
      link: incident.link,
    });
  }
  const changed = [...read.values()].filter((incident) => !isSame(byId.get(incident.id), incident));
  const gone = known.filter(({ id, resolvedAt }) => resolvedAt === null && !read.has(id));
  // In a part of a page it may be among the rest, but not for days.
  const over = gone.filter(({ seenAt }) => reading.isWhole || seenAt < now - missingMs);
  return [
    ...changed,
    ...over.map((incident) => {
      const end = Math.max(reading.isWhole ? now : incident.seenAt, incident.startedAt);
      return { ...incident, resolvedAt: end, seenAt: end };
    }),
  ];
}

function isSame(known: VendorIncident | undefined, next: VendorIncident): boolean {
  return (
    known?.title === next.title &&
    known.impact === next.impact &&
    known.startedAt === next.startedAt &&
    known.resolvedAt === next.resolvedAt &&
    known.seenAt === next.seenAt &&
    known.link === next.link
  );
}

/** Incidents of a vendor that overlap a time; `to` is null while it lasts. Maintenance that was announced counts. */
export function overlapping(
  incidents: readonly VendorIncident[],
  from: number,
  to: number | null,
): VendorIncident[] {
  return incidents.filter(
    ({ startedAt, resolvedAt }) =>
      startedAt < (to ?? Infinity) && (resolvedAt === null || resolvedAt > from || startedAt >= from),
  );
}

/**
 * ms from the opening of an incident to the beginning that the vendor names for its own one; positive where the monitor was earlier.
 * Of several the one that began nearest counts; null where the vendor admitted none.
 */
export function detectionLeadMs(openedAt: number, admitted: readonly VendorIncident[]): number | null {
  const leads = admitted.map(({ startedAt }) => startedAt - openedAt);
  return leads.reduce<number | null>(
    (nearest, lead) => (nearest === null || Math.abs(lead) < Math.abs(nearest) ? lead : nearest),
    null,
  );
}

/** The middle one of some numbers, of two the mean; null of none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  const lower = sorted[sorted.length % 2 === 0 ? half - 1 : half];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

const weight: Readonly<Record<VendorImpact, number>> = {
  critical: 4,
  major: 3,
  minor: 2,
  none: 1,
  maintenance: 0,
};

/** The worst of the incidents that last, of several the newest; null of none. */
export function foremost(incidents: readonly VendorIncident[]): VendorIncident | null {
  return incidents.reduce<VendorIncident | null>((best, one) => {
    if (one.resolvedAt !== null) return best;
    if (best === null || weight[one.impact] > weight[best.impact]) return one;
    return weight[one.impact] === weight[best.impact] && one.startedAt > best.startedAt ? one : best;
  }, null);
}
