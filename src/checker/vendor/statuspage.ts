import type { ReadIncident, VendorImpact, VendorReading } from '../../domain/vendor.js';
import {
  at,
  documentIn,
  idIn,
  impactIn,
  lineIn,
  linkIn,
  namesIn,
  objectsIn,
  timeIn,
} from './json-members.js';
import { bounded } from './reading.js';

const impacts: Readonly<Record<string, VendorImpact>> = {
  none: 'none',
  minor: 'minor',
  major: 'major',
  critical: 'critical',
  maintenance: 'maintenance',
  // incident.io's words for the same.
  degraded_performance: 'minor',
  partial_outage: 'major',
  full_outage: 'critical',
};

const over = new Set(['resolved', 'postmortem', 'completed', 'maintenance_complete']);

/**
 * Reads `api/v2/summary.json` of Atlassian Statuspage, and the same path of incident.io, which leaves out scheduled maintenance and
 * often the components of an incident. Pages of incident.io have another document too, with `ongoing_incidents`.
 */
export function readStatuspage(text: string): VendorReading | null {
  const page = documentIn(text);
  const listed = at(page, 'incidents') ?? at(page, 'ongoing_incidents');
  if (!Array.isArray(listed)) return null;
  const incidents = objectsIn(listed).map((incident) => incidentOf(incident, impacts));
  const maintenances = [
    ...objectsIn(at(page, 'scheduled_maintenances')),
    ...objectsIn(at(page, 'in_progress_maintenances')),
  ].filter(
    ({ status }) =>
      status === 'in_progress' || status === 'verifying' || status === 'maintenance_in_progress',
  );
  const level = at(page, 'status', 'indicator');
  return bounded(
    [
      ...incidents,
      ...maintenances.map((incident): ReadIncident => ({
        ...incidentOf(incident, impacts),
        impact: 'maintenance',
        startedAt:
          timeIn(incident.scheduled_for) ?? timeIn(incident.started_at) ?? timeIn(incident.created_at),
      })),
    ],
    typeof level === 'string' ? impactIn(level, impacts) : null,
  );
}

function incidentOf(
  incident: Readonly<Record<string, unknown>>,
  words: Readonly<Record<string, VendorImpact>>,
): ReadIncident {
  const parts = [...objectsIn(incident.components), ...objectsIn(incident.affected_components)];
  return {
    id: idIn(incident.id),
    title: lineIn(incident.name),
    impact: impactIn(incident.impact ?? incident.current_worst_impact, words),
    startedAt: timeIn(incident.started_at) ?? timeIn(incident.created_at),
    updatedAt: timeIn(incident.updated_at) ?? timeIn(incident.last_update_at),
    resolvedAt: timeIn(incident.resolved_at),
    isResolved: typeof incident.status === 'string' && over.has(incident.status.toLowerCase()),
    link: linkIn(incident.shortlink) ?? linkIn(incident.url),
    components: namesIn(parts.map(({ name }) => name)),
  };
}
