import type { Database } from 'better-sqlite3';
import type { VendorIncident } from '../../../domain/vendor.js';
import {
  vendorChanges,
  vendorColumns,
  vendorOfRow,
  vendorValues,
  type VendorRow,
} from '../../rows/vendor-row.js';
import type { VendorQuery } from '../../vendor-port.js';

/** Incidents of vendors. The statements are prepared with their first use: most databases have none of them. */
export function prepareVendors(database: Database) {
  return {
    vendorIncidents({ pages, open, from, to, limit }: VendorQuery): VendorIncident[] {
      const conditions = [
        ...(pages === undefined ? [] : [`page IN (${pages.map(() => '?').join(', ')})`]),
        ...(open === undefined ? [] : ['resolved_at IS NULL']),
        ...(from === undefined ? [] : ['(resolved_at IS NULL OR resolved_at > ?)']),
        ...(to === undefined ? [] : ['started_at < ?']),
      ];
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      return database
        .prepare<unknown[], VendorRow>(
          `SELECT ${vendorColumns} FROM vendor_incidents ${where} ORDER BY started_at DESC, page, id LIMIT ?`,
        )
        .all(...(pages ?? []), ...[from, to].filter((time) => time !== undefined), limit)
        .map(vendorOfRow);
    },
    keepVendorIncidents(incidents: readonly VendorIncident[]): void {
      const keep =
        database.prepare(`INSERT INTO vendor_incidents (${vendorColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (page, id) DO UPDATE SET ${vendorChanges}`);
      database
        .transaction(() => {
          for (const incident of incidents) keep.run(...vendorValues(incident));
        })
        .immediate();
    },
  };
}
