import {
  mostVendorIncidents,
  type ReadIncident,
  type VendorImpact,
  type VendorReading,
} from '../../domain/vendor.js';

/** The first of the incidents that have an id and a title; those that last come first. */
export function bounded(
  incidents: readonly ReadIncident[],
  level: VendorImpact | null,
  isWhole = true,
): VendorReading {
  const named = incidents.filter(({ id, title }) => id !== '' && title !== '');
  const sorted = [
    ...named.filter(({ isResolved }) => !isResolved),
    ...named.filter(({ isResolved }) => isResolved),
  ];
  return {
    level,
    incidents: sorted.slice(0, mostVendorIncidents),
    isWhole: isWhole && sorted.length <= mostVendorIncidents,
  };
}
