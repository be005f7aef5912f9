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

/**
 * Incidents, maintenances and announcements, what changed last first; of one component only what names it. What is planned and
 * was announced at no known time waits until it begins, as no time of today would be true.
 */
export function feedEntries(view: StatusPageView, componentId: string | null): FeedEntry[] {
  const names = componentNames(view);
  const concerns = (component: string): boolean => componentId === null || component === componentId;
  const entries = [
    ...view.incidents
      .filter(({ component }) => concerns(component))
      .map((incident) => incidentEntry(view, incident, names)),
    ...view.maintenances
      .filter(({ components }) => componentId === null || components.some(concerns))
      .flatMap((maintenance) => maintenanceEntry(view, maintenance, names) ?? []),
    ...(componentId === null ? view.announcements : [])
      .filter(({ from }) => from <= view.now)
      .map((announcement) => announcementEntry(view, announcement)),
  ];
  entries.sort((a, b) => b.updated - a.updated || (a.id < b.id ? -1 : 1));
  return entries.slice(0, entriesAtMost);
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

function placeOf(
  view: StatusPageView,
  kind: StatusEventKind,
  id: string,
): Pick<FeedEntry, 'id' | 'url' | 'kind'> {
  return { id: urnOf(view, eventAnchor(kind, id)), url: eventUrl(view, kind, id), kind };
}

function incidentEntry(view: StatusPageView, incident: StatusIncident, names: ComponentNames): FeedEntry {
  const { openedAt, closedAt } = incident;
  const opened = { at: openedAt, text: openedText(incident, names) };
  const closed = closedAt === null ? [] : [{ at: closedAt, text: closedText(incident, closedAt, names) }];
  return {
    ...placeOf(view, 'incident', incident.id),
    title: incidentTitle(incident, names),
    published: openedAt,
    updated: closedAt ?? openedAt,
    messages: [...closed, opened],
  };
}

function maintenanceEntry(
  view: StatusPageView,
  maintenance: StatusMaintenance,
  names: ComponentNames,
): FeedEntry | null {
  const { from, to, announcedAt } = maintenance;
  const updated = phaseSince(maintenance, view.now);
  if (updated === null) return null;
  const phase = phaseOf(maintenance, view.now);
  const messages: FeedMessage[] = [];
  if (phase === 'completed') messages.push({ at: to, text: 'Maintenance ended.' });
  if (phase !== 'scheduled') messages.push({ at: from, text: 'Maintenance began.' });
  if (phase === 'scheduled') messages.push({ at: from, text: 'Planned start.' });
  if (phase !== 'completed') messages.push({ at: to, text: 'Planned end.' });
  const reason = maintenanceReason(maintenance);
  if (reason !== null) messages.push({ at: null, text: reason });
  return {
    ...placeOf(view, 'maintenance', maintenance.id),
    title: maintenanceTitle(maintenance, names),
    published: announcedAt ?? from,
    updated,
    messages,
  };
}

function announcementEntry(view: StatusPageView, announcement: StatusAnnouncement): FeedEntry {
  const { id, title, text, from } = announcement;
  return {
    ...placeOf(view, 'announcement', id),
    title: portableLine(title, 'Announcement'),
    published: from,
    updated: from,
    messages: [{ at: null, text: portableText(text).trim() }],
  };
}
