import type { Database } from 'better-sqlite3';
import { lostReason } from '../../domain/exclusion.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { inMaintenance, usualStatus, whileStalled } from '../rows/check-row.js';
import { messageColumns } from '../rows/outbox-row.js';
import { figureNames } from '../rows/rollup-row.js';
import { vendorColumns } from '../rows/vendor-row.js';
import { upsertRollup } from '../sqlite/rows/rollup-sql.js';
import type { Stored } from './history-fields.js';
import type { FileKind, ModelKind, OutboxKind, Row } from './history-kinds.js';

/** The table in a file behind one kind of line. */
interface KindTable {
  /** The rows of the model `@model` in order, each column named as its member. */
  readonly select: string;
  /**
   * Adds a row to the key `model`. `until` (Unix ms) is the start of the existing history, `end` the end of the file's
   * history; both null without existing history.
   */
  insert(database: Database): (row: Row) => void;
}

function inserting(sql: string): KindTable['insert'] {
  return (database) => {
    const statement = database.prepare<[Row]>(sql);
    return (row) => void statement.run(row);
  };
}

function rollup(table: 'hours' | 'days', unit: number): KindTable {
  return {
    select: `SELECT span * ${unit} AS "from", ${figureNames.join(', ')} FROM ${table} WHERE model = @model
      ORDER BY span`,
    insert(database) {
      const statement = database.prepare<Stored[]>(upsertRollup(table));
      return (row) => {
        const values = figureNames.map((column) => row[column] ?? null);
        statement.run(row.model ?? null, Number(row.from) / unit, ...values);
      };
    },
  };
}

/** The tables of the kinds of lines of a model. */
export const modelTables: Readonly<Record<ModelKind, KindTable>> = {
  epoch: {
    select: 'SELECT starts AS "from", settings FROM epochs WHERE model = @model ORDER BY starts',
    insert: inserting(`INSERT OR IGNORE INTO epochs SELECT @model, @from, @settings
      WHERE @until IS NULL OR @from < @until`),
  },
  maintenance: {
    select: 'SELECT starts AS "from", ends AS "to" FROM maintenance WHERE model = @model ORDER BY starts',
    insert: inserting(`INSERT OR IGNORE INTO maintenance SELECT @model, @from, min(@to, coalesce(@until, @to))
      WHERE @until IS NULL OR @from < @until`),
  },
  gap: {
    select: 'SELECT slot FROM gaps WHERE model = @model ORDER BY slot',
    insert: inserting(
      'INSERT OR IGNORE INTO gaps SELECT @model, @slot WHERE @until IS NULL OR @slot < @until',
    ),
  },
  state: {
    select: 'SELECT starts AS "from", state, reason FROM states WHERE model = @model ORDER BY starts',
    insert: inserting('INSERT OR IGNORE INTO states VALUES (@model, @from, @state, @reason)'),
  },
  result: {
    select: `SELECT slot, flags % ${inMaintenance} AS kind, flags / ${inMaintenance} % 2 AS maintenance,
      nullif(flags / ${whileStalled}, 0) AS stalled,
      slot + delay AS started_at, outcome, reason, duration AS duration_ms, first_token AS first_token_ms, speed,
      http + ${usualStatus} AS http_status, input_tokens, output_tokens, key_index AS key, cost,
      detail, response, response_model, phases
    FROM checks LEFT JOIN details USING (model, slot) WHERE model = @model ORDER BY slot`,
    insert(database) {
      const check = database.prepare<[Row]>(`INSERT INTO checks VALUES (@model, @slot, @outcome, @reason,
      @kind + ${inMaintenance} * @maintenance + ${whileStalled} * coalesce(@stalled, 0), @started_at - @slot, @duration_ms, @first_token_ms,
      @http_status - ${usualStatus}, @input_tokens, @output_tokens, @key, @speed, @cost)`);
      const detail = database.prepare<[Row]>(
        'INSERT INTO details VALUES (@model, @slot, @detail, @response, @response_model, @phases)',
      );
      return (row) => {
        check.run(row);
        if ((row.detail ?? row.response ?? row.response_model ?? row.phases) !== null) detail.run(row);
      };
    },
  },
  incident: {
    select: `SELECT opened_at, closed_at, reason, blame, checks_failed, last_detail FROM incidents
      WHERE model = @model ORDER BY opened_at`,
    insert: inserting(`INSERT OR IGNORE INTO incidents
      (model, opened_at, closed_at, reason, blame, checks_failed, last_detail)
      VALUES (@model, @opened_at, coalesce(@closed_at, @end), @reason, @blame, @checks_failed, @last_detail)`),
  },
  note: {
    select: `SELECT opened_at AS incident, at, author, text FROM notes JOIN incidents ON incidents.id = incident
      WHERE model = @model ORDER BY opened_at, notes.id`,
    insert:
      inserting(`INSERT INTO notes (incident, at, author, text) SELECT id, @at, @author, @text FROM incidents
      WHERE model = @model AND opened_at = @incident`),
  },
  acknowledgement: {
    select: `SELECT opened_at AS incident, at, author, note, ends FROM acknowledgements
      JOIN incidents ON incidents.id = incident WHERE model = @model ORDER BY opened_at`,
    // That of an incident that goes on is newer.
    insert: inserting(`INSERT OR IGNORE INTO acknowledgements (incident, at, author, note, ends)
      SELECT id, @at, @author, @note, @ends FROM incidents WHERE model = @model AND opened_at = @incident`),
  },
  exclusion: {
    select: `SELECT starts AS "from", ends AS "to", reason, created_at FROM exclusions WHERE model = @model
      ORDER BY exclusions.id`,
    insert: inserting(`INSERT OR REPLACE INTO exclusions (id, model, starts, ends, reason, created_at)
      SELECT (SELECT id FROM exclusions WHERE model = @model AND starts = @from AND ends = @to
        AND reason = '${lostReason}' AND created_at = @created_at), @model, @from, @to, @reason, @created_at WHERE NOT EXISTS (SELECT 1 FROM exclusions
      WHERE model = @model AND starts = @from AND ends = @to AND reason = @reason AND created_at = @created_at)`),
  },
  hour: rollup('hours', hourMs),
  day: rollup('days', dayMs),
  total: {
    select: 'SELECT outcome, reason, count FROM totals WHERE model = @model ORDER BY outcome, reason',
    insert: inserting(`INSERT INTO totals VALUES (@model, @outcome, @reason, @count)
      ON CONFLICT (model, outcome, reason) DO UPDATE SET count = count + excluded.count`),
  },
};

/** Selects the line `model` of the key `@model`. */
export const modelSelect = `SELECT id, first_seen, retired_at, watermark, last_success, input_tokens, output_tokens, version_changes,
    nullif(health, 'null') AS memory, latest FROM models WHERE key = @model`;

/** Selects the lines after the models. */
export const fileSelects: Readonly<Record<FileKind, string>> = {
  missed: 'SELECT cause, count FROM missed ORDER BY cause',
  horizon: 'SELECT name, since FROM horizons ORDER BY name',
};

const leastRead = '(SELECT min(read_to) FROM channels)';

/** Selects the lines of the outbox. Notices that all channels have read are left out; numbers count from the first that one has not. */
export const outboxSelects: Readonly<Record<OutboxKind, string>> = {
  notice: `SELECT id - ${leastRead} AS id, at, body FROM notices WHERE id > ${leastRead} ORDER BY notices.id`,
  channel: `SELECT name, read_to - ${leastRead} AS read_to, memory FROM channels ORDER BY name`,
  message: `SELECT ${messageColumns} FROM messages ORDER BY seq`,
  vendor_incident: `SELECT ${vendorColumns} FROM vendor_incidents ORDER BY started_at, page, id`,
};
