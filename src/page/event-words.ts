import { span } from './figures.js';
import { portableLine, portableText } from './portable-text.js';
import type { StatusIncident, StatusMaintenance, StatusPageView } from './status-view.js';

/** Names of components by id. */
export type ComponentNames = ReadonlyMap<string, string>;

export function componentNames({ components }: StatusPageView): ComponentNames {
  return new Map(components.map(({ id, name }) => [id, portableLine(name, id)]));
}

/** What the page no longer shows has no name. */
const nameIn = (names: ComponentNames, id: string): string => names.get(id) ?? 'A former component';

/** The same while it is open and afterwards, so that readers see one event. */
export function incidentTitle({ component }: StatusIncident, names: ComponentNames): string {
  return `${nameIn(names, component)} down`;
}

export function openedText({ component, reason }: StatusIncident, names: ComponentNames): string {
  const text = `${nameIn(names, component)} is down.`;
  return reason === null ? text : `${text} Reason: ${portableLine(reason, 'unknown')}.`;
}

export function closedText({ component, lastedMs }: StatusIncident, names: ComponentNames): string {
  return `${nameIn(names, component)} works again. It was down for ${span(lastedMs)}.`;
}

/** Names in a title; the rest is counted. */
const namedAtMost = 3;

export function maintenanceTitle({ components }: StatusMaintenance, names: ComponentNames): string {
  const known = components.filter((id) => names.has(id));
  if (known.length === 0) return 'Maintenance';
  const rest = known.length - namedAtMost;
  const named = known.slice(0, namedAtMost).map((id) => nameIn(names, id));
  return `Maintenance of ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Null where the page does not show reasons, and for a reason of nothing but space. */
export function maintenanceReason({ reason }: StatusMaintenance): string | null {
  const text = portableText(reason ?? '').trim();
  return text === '' ? null : text;
}
