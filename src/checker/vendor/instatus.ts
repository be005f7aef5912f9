import type { ReadIncident, VendorImpact, VendorReading } from '../../domain/vendor.js';
import { at, documentIn, idIn, lineIn, linkIn, namesIn, objectsIn, timeIn } from './json-members.js';
import { bounded } from './reading.js';

/** Statuses are words such as `SOMEMINOROUTAGE`. */
function impactOf(status: unknown): VendorImpact {
  if (typeof status !== 'string') return 'none';
  const word = status.slice(0, 100).toUpperCase();
  if (word.includes('MAINTENANCE')) return 'maintenance';
  if (word.includes('MAJOROUTAGE')) return 'critical';
  if (word.includes('PARTIALOUTAGE')) return 'major';
  if (word.includes('MINOROUTAGE') || word.includes('DEGRADED') || word === 'HASISSUES') return 'minor';
  return 'none';
}

const running = new Set(['INPROGRESS', 'VERIFYING']);

/** Reads `summary.json` of Instatus, which lists what lasts. Incidents have no id but that in their address. */
export function readInstatus(text: string): VendorReading | null {
  const document = documentIn(text);
  const status = at(document, 'page', 'status');
  if (typeof status !== 'string') return null;
  const incidentOf = (incident: Readonly<Record<string, unknown>>): ReadIncident => {
    const title = lineIn(incident.name);
    const started = incident.started ?? incident.start;
    return {
      id: idIn(incident.id) || idIn(incident.url) || idIn(`${title} ${lineIn(started)}`),
      title,
      impact: impactOf(incident.impact),
      startedAt: timeIn(started),
      updatedAt: timeIn(incident.updatedAt),
      resolvedAt: timeIn(incident.resolved),
      isResolved: incident.status === 'RESOLVED' || incident.status === 'COMPLETED',
      link: linkIn(incident.url),
      components: namesIn(objectsIn(incident.components).map(({ name }) => name)),
    };
  };
  const maintenances = [
    ...objectsIn(at(document, 'activeMaintenances')),
    ...objectsIn(at(document, 'scheduledMaintenances')),
  ].filter(({ status: word }) => typeof word === 'string' && running.has(word));
  return bounded(
    [
      ...objectsIn(at(document, 'activeIncidents')).map(incidentOf),
      ...maintenances.map((each): ReadIncident => ({ ...incidentOf(each), impact: 'maintenance' })),
    ],
    impactOf(status),
  );
}
