import type { VendorIncident } from '../domain/vendor.js';

export interface VendorQuery {
  /** Only incidents of these pages. */
  readonly pages?: readonly string[];
  /** Only those that last. */
  readonly open?: true;
  /** Only those that end after this time (Unix ms) or last. */
  readonly from?: number;
  /** Only those that began before this time (Unix ms). */
  readonly to?: number;
  readonly limit: number;
}

/** Incidents of vendors, as their status pages tell them. */
export interface VendorStore {
  /** The newest first, by their beginning. */
  vendorIncidents(query: VendorQuery): Promise<readonly VendorIncident[]>;
  /** Adds incidents, or changes those whose page and id are known. */
  keepVendorIncidents(incidents: readonly VendorIncident[]): Promise<void>;
}

/** Most of them that a figure is made of. */
export const mostVendorsRead = 10_000;
