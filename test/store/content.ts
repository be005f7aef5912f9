import { Database } from '../../src/store/sqlite/file/sqlite.js';

const columns: Readonly<Record<string, string>> = {
  models: `id, first_seen, retired_at, watermark, last_success, input_tokens, output_tokens, version_changes, health,
    latest`,
  incidents: 'opened_at, closed_at, reason, blame, checks_failed, last_detail',
  exclusions: 'starts, ends, reason, created_at',
};
const ofModels = ['checks', 'details', 'states', 'maintenance', 'epochs', 'gaps', 'hours', 'days', 'totals'];

/** Everything a database holds but the numbers it gave: each table's rows in order, with the id of their model. */
export function contentOf(path: string): Record<string, unknown[]> {
  const database = new Database(path, { readonly: true });
  const rows = (sql: string): unknown[] => database.prepare(sql).raw().all();
  const content: Record<string, unknown[]> = {
    models: rows(`SELECT ${columns.models} FROM models ORDER BY id`),
    missed: rows('SELECT * FROM missed ORDER BY cause'),
    horizons: rows('SELECT * FROM horizons ORDER BY name'),
    notes:
      rows(`SELECT models.id, opened_at, at, author, text FROM notes JOIN incidents ON incidents.id = incident
      JOIN models ON models.key = incidents.model ORDER BY models.id, opened_at, notes.id`),
  };
  content.acknowledgements = rows(`SELECT models.id, opened_at, at, author, note, ends FROM acknowledgements
      JOIN incidents ON incidents.id = incident JOIN models ON models.key = incidents.model ORDER BY models.id, opened_at`);
  for (const table of ofModels) {
    const owned = rows(
      `SELECT models.id, ${table}.* FROM ${table} JOIN models ON models.key = ${table}.model ORDER BY models.id`,
    );
    content[table] = owned.map((row) => (row as unknown[]).toSpliced(1, 1));
  }
  for (const table of ['incidents', 'exclusions']) {
    content[table] = rows(`SELECT models.id, ${columns[table]} FROM ${table} JOIN models
      ON models.key = ${table}.model ORDER BY models.id, 2, 3`);
  }
  database.close();
  return content;
}
