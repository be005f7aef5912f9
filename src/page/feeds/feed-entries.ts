import { createHash } from 'node:crypto';
import {
  closedText,
  componentNames,
  incidentTitle,
  maintenanceReason,
  maintenanceTitle,
  openedText,
  type ComponentNames,
} from '../event-words.js';
import { portableLine, portableText } from '../portable-text.js';
import { eventAnchor, eventUrl, phaseOf, phaseSince, type StatusEventKind } from '../status-events.js';
import type {
  StatusAnnouncement,
  StatusIncident,
  StatusMaintenance,
  StatusPageView,
} from '../status-view.js';

/** Something that is said at a time; without one where it only explains. */
export interface FeedMessage {
  readonly at: number | null;
  readonly text: string;
}

export interface FeedEntry {
  /** The same for good, whatever becomes of the event. */
  readonly id: string;
  readonly url: string;
  readonly kind: StatusEventKind;
  readonly title: string;
  readonly published: number;
  readonly updated: number;
  /** Newest first. */
  readonly messages: readonly FeedMessage[];
}

export const entriesAtMost = 100;

/** What may become an entry, before its texts and its id are made. */
interface Candidate {
  readonly kind: StatusEventKind;
  readonly id: string;
  readonly updated: number;
  make(): Omit<FeedEntry, 'id' | 'url' | 'kind' | 'updated'>;
}

/**
 * Incidents, maintenances and announcements, what changed last first; of one component only what names it. What is planned and
 * was announced at no known time waits until it begins, as no time of today would be true.
 */
export function feedEntries(view: StatusPageView, componentId: string | null): FeedEntry[] {
  const candidates = candidatesOf(view, componentId);
  candidates.sort((a, b) => b.updated - a.updated || (a.kind + a.id < b.kind + b.id ? -1 : 1));
  return candidates.slice(0, entriesAtMost).map(({ kind, id, updated, make }) => ({
    id: urnOf(view, eventAnchor(kind, id)),
    url: eventUrl(view, kind, id),
    kind,
    updated,
    ...make(),
  }));
}

function candidatesOf(view: StatusPageView, componentId: string | null): Candidate[] {
  const names = componentNames(view);
  const candidates: Candidate[] = [];
  for (const incident of view.incidents) {
    const { id, component, openedAt, closedAt } = incident;
    if (componentId !== null && component !== componentId) continue;
    const updated = closedAt ?? openedAt;
    candidates.push({ kind: 'incident', id, updated, make: () => incidentEntry(incident, names) });
  }
  for (const maintenance of view.maintenances) {
    const updated = phaseSince(maintenance, view.now);
    if (updated === null || (componentId !== null && !maintenance.components.includes(componentId))) continue;
    const make = () => maintenanceEntry(maintenance, view.now, names);
    candidates.push({ kind: 'maintenance', id: maintenance.id, updated, make });
  }
  for (const announcement of componentId === null ? view.announcements : []) {
    const { id, from } = announcement;
    if (from > view.now) continue;
    candidates.push({ kind: 'announcement', id, updated: from, make: () => announcementEntry(announcement) });
  }
  return candidates;
}

/** The name space of URLs in RFC 9562, appendix A. */
const urlSpace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');

/** A UUID of version 5 (RFC 9562, 5.5) of an address: host and path, whether reached by http or https. */
export function urnOf({ url, path }: StatusPageView, fragment: string): string {
  const host = URL.canParse(url) ? new URL(url).host : url;
  const hash = createHash('sha1').update(urlSpace).update(`//${host}${path}#${fragment}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const uuid = hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `urn:uuid:${uuid}`;
}

type Made = ReturnType<Candidate['make']>;

function incidentEntry(incident: StatusIncident, names: ComponentNames): Made {
  const { openedAt, closedAt } = incident;
  const opened = { at: openedAt, text: openedText(incident, names) };
  const closed = closedAt === null ? [] : [{ at: closedAt, text: closedText(incident, names) }];
  return { title: incidentTitle(incident, names), published: openedAt, messages: [...closed, opened] };
}

function maintenanceEntry(maintenance: StatusMaintenance, now: number, names: ComponentNames): Made {
  const { from, to, announcedAt } = maintenance;
  const phase = phaseOf(maintenance, now);
  const messages: FeedMessage[] = [];
  if (phase === 'completed') messages.push({ at: to, text: 'Maintenance ended.' });
  messages.push({ at: from, text: phase === 'scheduled' ? 'Planned start.' : 'Maintenance began.' });
  if (phase !== 'completed') messages.push({ at: to, text: 'Planned end.' });
  const reason = maintenanceReason(maintenance);
  if (reason !== null) messages.push({ at: null, text: reason });
  return { title: maintenanceTitle(maintenance, names), published: announcedAt ?? from, messages };
}

function announcementEntry({ title, text, from }: StatusAnnouncement): Made {
  return {
    title: portableLine(title, 'Announcement'),
    published: from,
    messages: [{ at: null, text: portableText(text).trim() }],
  };
}
