import { Gauge, type MetricConfiguration } from 'prom-client';
import type { VendorPageState } from '../domain/vendor-word.js';
import type { MonitorFamilyName } from './catalogue.js';

/** Metrics of the status pages of vendors, which there are with the first page only. */
export function createVendorMetrics(
  about: (key: MonitorFamilyName) => Omit<MetricConfiguration<string>, 'collect'>,
): (pages: readonly VendorPageState[]) => void {
  const create = () => ({
    up: new Gauge(about('vendor_status_up')),
    open: new Gauge(about('vendor_incident_open')),
  });
  let made: ReturnType<typeof create> | null = null;
  return (pages) => {
    if (pages.length === 0 && made === null) return;
    made ??= create();
    made.up.reset();
    made.open.reset();
    for (const { page, isUp, open } of pages) {
      // Another instance reads it, or nobody has yet.
      if (isUp === null) continue;
      made.up.set({ page }, Number(isUp));
      if (isUp) made.open.set({ page }, Number(open.length > 0));
    }
  };
}
