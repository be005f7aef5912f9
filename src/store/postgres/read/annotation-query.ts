import type { Exclusion } from '../../../domain/exclusion.js';
import type { StoredAcknowledgement, StoredPeriod, StoreReader } from '../../port.js';
import { instant } from '../columns.js';
import type { Database } from '../database.js';

/** Exclusions in a page: about 1 MB, read in a few ms. */
const pagePeriods = 5_000;

export const exclusionColumns = (table: string): string =>
  `${table}.id, ${table}.starts AS "from", ${table}.ends AS "to", ${table}.reason, ${table}.created_at AS "createdAt"`;

/** Reads exclusions, and acknowledgements of open incidents. */
export function prepareExclusions(
  database: Database,
): Pick<StoreReader, 'exclusions' | 'excludedPeriods' | 'acknowledged'> {
  const table = database.table('exclusion');
  return {
    async acknowledged() {
      const { rows } = await database.run<StoredAcknowledgement & Record<string, unknown>>(
        `SELECT incident.model AS key, incident.id AS incident, opened_at AS "openedAt", given.at, given.author AS "by", given.note, given.ends AS until
          FROM ${database.table('incident')} AS incident
          JOIN ${database.table('acknowledgement')} AS given ON given.incident = incident.id WHERE closed_at IS NULL`,
        [],
      );
      return rows;
    },
    async exclusions(key) {
      const { rows } = await database.run<Exclusion & Record<string, unknown>>(
        `SELECT ${exclusionColumns('stored')} FROM ${table} AS stored WHERE model = $1 ORDER BY starts, id`,
        [key],
      );
      return rows;
    },
    async excludedPeriods(after) {
      const { rows } = await database.run<StoredPeriod & Record<string, unknown>>(
        `SELECT model AS key, id, starts AS "from", ends AS "to", created_at AS "createdAt" FROM ${table}
          WHERE id > $1::int8 ORDER BY id LIMIT ${pagePeriods}`,
        [instant(after)],
      );
      return rows;
    },
  };
}
