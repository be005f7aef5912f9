import {
  vendorChanges,
  vendorColumns,
  vendorOfRow,
  vendorValues,
  type VendorRow,
} from '../rows/vendor-row.js';
import type { VendorStore } from '../vendor-port.js';
import { columnsOf, textOf, unnest } from './columns.js';
import type { Database } from './database.js';

const types = ['text', 'text', 'text', 'text', 'int8', 'int8', 'int8', 'int8', 'text'];

/** Incidents of vendors. Two instances may write the same one: both have read it on the same page. */
export function prepareVendors(database: Database): VendorStore {
  const table = database.table('vendor_incident');
  return {
    async vendorIncidents({ pages = null, open = false, from = null, to = null, limit }) {
      const { rows } = await database.run<VendorRow>(
        `SELECT ${vendorColumns} FROM ${table}
          WHERE ($1::text[] IS NULL OR page = ANY($1::text[])) AND (NOT $2::boolean OR resolved_at IS NULL)
            AND ($3::int8 IS NULL OR resolved_at IS NULL OR resolved_at > $3::int8)
            AND ($4::int8 IS NULL OR started_at < $4::int8)
          ORDER BY started_at DESC, page COLLATE "C", id COLLATE "C" LIMIT $5::int8`,
        [pages, open, from, to, limit],
      );
      return rows.map(vendorOfRow);
    },
    async keepVendorIncidents(incidents) {
      if (incidents.length === 0) return;
      const rows = incidents.map((incident) =>
        vendorValues(incident).map((value) => (typeof value === 'string' ? textOf(value) : value)),
      );
      await database.transaction((sql) =>
        sql.run(
          `INSERT INTO ${table} (${vendorColumns}) SELECT * FROM ${unnest(types)} AS given
            ORDER BY 1, 2 ON CONFLICT (page, id) DO UPDATE SET ${vendorChanges}`,
          columnsOf(rows, types.length),
        ),
      );
    },
  };
}
