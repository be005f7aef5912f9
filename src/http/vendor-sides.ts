import { mostVendorsRead } from '../store/vendor-port.js';
import type { VendorWord } from '../domain/vendor-word.js';
import type { StoredIncident } from '../store/port.js';
import type { Backend } from './port.js';
import { sideOf, type VendorSide } from './shapes/vendor-shape.js';

type Asked = Pick<StoredIncident, 'id' | 'model' | 'openedAt' | 'closedAt'>;

/** What the vendors say of the times of some incidents, by their ids; none of models without a status page, and where none is read. */
export async function vendorSides(
  { vendors }: Backend,
  incidents: readonly Asked[],
): Promise<ReadonlyMap<number, VendorSide>> {
  const sides = new Map<number, VendorSide>();
  if (vendors === undefined) return sides;
  const pages = new Map<string, string>();
  for (const { model } of incidents) {
    const page = pages.get(model) ?? vendors.pageOf(model);
    if (page !== null) pages.set(model, page);
  }
  const asked = incidents.filter(({ model }) => pages.has(model));
  if (asked.length === 0) return sides;
  const from = asked.reduce((least, { openedAt }) => Math.min(least, openedAt), Infinity);
  const all = await vendors.incidents({ pages: [...new Set(pages.values())], from, limit: mostVendorsRead });
  for (const incident of asked) {
    const name = pages.get(incident.model);
    if (name === undefined) continue;
    const isUp = vendors.ofModel(incident.model)?.isUp ?? null;
    sides.set(incident.id, sideOf(incident, { name, isUp }, all));
  }
  return sides;
}

/** What the vendor of a model says now; null where it says nothing, or nobody reads it. */
export function wordOfModel({ vendors }: Backend, model: string): VendorWord | null {
  return vendors?.ofModel(model)?.word ?? null;
}
