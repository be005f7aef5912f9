import type { ReadIncident, VendorImpact, VendorReading } from '../../domain/vendor.js';
import { at, documentIn, idIn, impactIn, lineIn, namesIn, objectsIn, timeIn } from './json-members.js';
import { bounded } from './reading.js';

const impacts: Readonly<Record<string, VendorImpact>> = {
  operational: 'none',
  resolved: 'none',
  degraded: 'minor',
  downtime: 'critical',
  maintenance: 'maintenance',
};
/** Most entries of `included`: each part of the service has one, with its days. */
const mostIncluded = 5_000;

/**
 * Reads `index.json` of Better Stack (JSON:API). Reports of incidents stay listed after their end; the states of the parts that a
 * report names say whether it lasts.
 */
export function readBetterStack(text: string, { now }: { readonly now: number }): VendorReading | null {
  const document = documentIn(text);
  if (at(document, 'data', 'type') !== 'status_page') return null;
  const included = objectsIn(at(document, 'included'), mostIncluded);
  const names = new Map<string, unknown>();
  for (const { type, id, attributes } of included)
    if (type === 'status_page_resource') names.set(idIn(id), at(attributes, 'public_name'));
  const reports = included.filter(({ type }) => type === 'status_report');
  const incidents = reports.flatMap(({ id, attributes }): ReadIncident[] => {
    const affected = objectsIn(at(attributes, 'affected_resources'));
    const state = impactIn(at(attributes, 'aggregate_state'), impacts);
    const isMaintenance = at(attributes, 'report_type') === 'maintenance';
    const startsAt = timeIn(at(attributes, 'starts_at'));
    const endsAt = timeIn(at(attributes, 'ends_at'));
    const said = at(attributes, 'aggregate_state');
    // Planned maintenance.
    if (startsAt !== null && startsAt > now) return [];
    const isOver = (endsAt !== null && endsAt <= now) || said === 'resolved' || said === 'operational';
    const report: ReadIncident = {
      id: idIn(id),
      title: lineIn(at(attributes, 'title')),
      impact: isMaintenance ? 'maintenance' : state,
      startedAt: startsAt ?? timeIn(at(attributes, 'created_at')),
      updatedAt: timeIn(at(attributes, 'updated_at')),
      resolvedAt: isOver ? endsAt : null,
      isResolved: isOver,
      link: null,
      components: namesIn(
        affected.map((one) => names.get(idIn(one.status_page_resource_id)) ?? one.public_name),
      ),
    };
    return [report];
  });
  return bounded(incidents, impactIn(at(document, 'data', 'attributes', 'aggregate_state'), impacts));
}
