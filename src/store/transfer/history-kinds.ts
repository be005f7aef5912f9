import { lostReason } from '../../domain/exclusion.js';
import type { Database } from 'better-sqlite3';
import { missCauses } from '../../domain/check.js';
import { blames, outcomes, reasons, stateReasons } from '../../domain/reason.js';
import { checkKinds } from '../../domain/result.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { states } from '../../domain/state.js';
import { inMaintenance, usualStatus, whileStalled } from '../rows/check-row.js';
import { blameCodes, kindCodes, outcomeCodes, reasonCodes, stateCodes, stateReasonCodes } from '../codes.js';
import * as is from './history-fields.js';
import { sumNames } from '../rows/rollup-row.js';
import { upsertRollup } from '../sqlite/rows/rollup-sql.js';

/** Format name in the first line of a history file. */
export const historyFormat = 'modelpulse-history';
export const historyVersion = 1;

/** A line's members as stored, plus the key of its model and the bounds that its import needs. */
export type Row = Readonly<Record<string, is.Stored>>;

/** One kind of line, and the table behind it. */
export interface Kind {
  readonly members: Readonly<Record<string, is.Field>>;
  /** The rows of the model `@model` in order, each column named as its member. */
  readonly select: string;
  /** Members that order the lines of a model; each key occurs once. */
  readonly order: readonly string[];
  /** The member that is a time not after the newest slot of the model. */
  readonly settled?: string;
  /** The member that is a time after the first sight of the model. */
  readonly seen?: string;
  /**
   * Adds a row to the key `model`. `until` (Unix ms) is the start of the existing history, `end` the end of the file's
   * history; both null without existing history.
   */
  insert(database: Database): (row: Row) => void;
}

const outcome = is.coded(outcomes, outcomeCodes);
const reason = is.coded(reasons, reasonCodes);

function inserting(sql: string): Kind['insert'] {
  return (database) => {
    const statement = database.prepare<[Row]>(sql);
    return (row) => void statement.run(row);
  };
}

const result: Kind = {
  members: {
    slot: is.time,
    kind: is.coded(checkKinds, kindCodes),
    maintenance: is.flag,
    started_at: is.time,
    outcome,
    reason,
    duration_ms: is.optional(is.count),
    first_token_ms: is.optional(is.count),
    http_status: is.optional(is.count),
    input_tokens: is.optional(is.count),
    output_tokens: is.optional(is.count),
    key: is.optional(is.count),
    detail: is.optional(is.text),
    response: is.optional(is.text),
    response_model: is.optional(is.text),
    phases: is.optional(is.phases),
    stalled: is.optional(is.flag),
  },
  select: `SELECT slot, flags % ${inMaintenance} AS kind, flags / ${inMaintenance} % 2 AS maintenance,
      nullif(flags / ${whileStalled}, 0) AS stalled,
      slot + delay AS started_at, outcome, reason, duration AS duration_ms, first_token AS first_token_ms,
      http + ${usualStatus} AS http_status, input_tokens, output_tokens, key_index AS key,
      detail, response, response_model, phases
    FROM checks LEFT JOIN details USING (model, slot) WHERE model = @model ORDER BY slot`,
  order: ['slot'],
  settled: 'slot',
  seen: 'slot',
  insert(database) {
    const check = database.prepare<[Row]>(`INSERT INTO checks VALUES (@model, @slot, @outcome, @reason,
      @kind + ${inMaintenance} * @maintenance + ${whileStalled} * coalesce(@stalled, 0), @started_at - @slot, @duration_ms, @first_token_ms,
      @http_status - ${usualStatus}, @input_tokens, @output_tokens, @key)`);
    const detail = database.prepare<[Row]>(
      'INSERT INTO details VALUES (@model, @slot, @detail, @response, @response_model, @phases)',
    );
    return (row) => {
      check.run(row);
      if ((row.detail ?? row.response ?? row.response_model ?? row.phases) !== null) detail.run(row);
    };
  },
};

function rollup(table: 'hours' | 'days', unit: number, allowed: string): Kind {
  return {
    members: {
      from: is.timeOn(unit, allowed),
      ...Object.fromEntries(sumNames.map((sum) => [sum, is.count])),
      latency: is.optional(is.latency),
    },
    select: `SELECT span * ${unit} AS "from", ${sumNames.join(', ')}, latency FROM ${table} WHERE model = @model
      ORDER BY span`,
    order: ['from'],
    settled: 'from',
    insert(database) {
      const statement = database.prepare<is.Stored[]>(upsertRollup(table));
      const columns = [...sumNames, 'latency'];
      return (row) => {
        const values = columns.map((column) => row[column] ?? null);
        statement.run(row.model ?? null, Number(row.from) / unit, ...values);
      };
    },
  };
}

/** Kinds of lines of a model, in the order in which they follow the line `model`. */
export const modelKinds = {
  epoch: {
    members: { from: is.time, settings: is.object },
    select: 'SELECT starts AS "from", settings FROM epochs WHERE model = @model ORDER BY starts',
    order: ['from'],
    insert: inserting(`INSERT OR IGNORE INTO epochs SELECT @model, @from, @settings
      WHERE @until IS NULL OR @from < @until`),
  },
  maintenance: {
    members: { from: is.time, to: is.time },
    select: 'SELECT starts AS "from", ends AS "to" FROM maintenance WHERE model = @model ORDER BY starts',
    order: ['from'],
    insert: inserting(`INSERT OR IGNORE INTO maintenance SELECT @model, @from, min(@to, coalesce(@until, @to))
      WHERE @until IS NULL OR @from < @until`),
  },
  gap: {
    members: { slot: is.time },
    select: 'SELECT slot FROM gaps WHERE model = @model ORDER BY slot',
    order: ['slot'],
    insert: inserting(
      'INSERT OR IGNORE INTO gaps SELECT @model, @slot WHERE @until IS NULL OR @slot < @until',
    ),
  },
  state: {
    members: {
      from: is.time,
      state: is.coded(states, stateCodes),
      reason: is.optional(is.coded(stateReasons, stateReasonCodes)),
    },
    select: 'SELECT starts AS "from", state, reason FROM states WHERE model = @model ORDER BY starts',
    order: ['from'],
    settled: 'from',
    insert: inserting('INSERT OR IGNORE INTO states VALUES (@model, @from, @state, @reason)'),
  },
  result,
  incident: {
    members: {
      opened_at: is.time,
      closed_at: is.optional(is.time),
      reason,
      blame: is.optional(is.coded(blames, blameCodes)),
      checks_failed: is.count,
      last_detail: is.optional(is.text),
    },
    select: `SELECT opened_at, closed_at, reason, blame, checks_failed, last_detail FROM incidents
      WHERE model = @model ORDER BY opened_at`,
    order: ['opened_at'],
    settled: 'opened_at',
    // An open incident continues in the existing history, or ends with the file: nothing else would close it.
    insert: inserting(`INSERT OR IGNORE INTO incidents
      (model, opened_at, closed_at, reason, blame, checks_failed, last_detail)
      VALUES (@model, @opened_at, coalesce(@closed_at, @end), @reason, @blame, @checks_failed, @last_detail)`),
  },
  note: {
    members: { incident: is.time, at: is.time, author: is.optional(is.text), text: is.text },
    select: `SELECT opened_at AS incident, at, author, text FROM notes JOIN incidents ON incidents.id = incident
      WHERE model = @model ORDER BY opened_at, notes.id`,
    order: [],
    insert:
      inserting(`INSERT INTO notes (incident, at, author, text) SELECT id, @at, @author, @text FROM incidents
      WHERE model = @model AND opened_at = @incident`),
  },
  exclusion: {
    members: { from: is.time, to: is.time, reason: is.text, created_at: is.time },
    select: `SELECT starts AS "from", ends AS "to", reason, created_at FROM exclusions WHERE model = @model
      ORDER BY exclusions.id`,
    order: [],
    // Exclusions that lay ahead when a fresh file was created are in that one too, without their reason.
    insert: inserting(`INSERT OR REPLACE INTO exclusions (id, model, starts, ends, reason, created_at)
      SELECT (SELECT id FROM exclusions WHERE model = @model AND starts = @from AND ends = @to
        AND reason = '${lostReason}' AND created_at = @created_at), @model, @from, @to, @reason, @created_at WHERE NOT EXISTS (SELECT 1 FROM exclusions
      WHERE model = @model AND starts = @from AND ends = @to AND reason = @reason AND created_at = @created_at)`),
  },
  hour: rollup('hours', hourMs, 'a full hour from 2000 to 2100 such as "2026-03-01T05:00:00.000Z"'),
  day: rollup('days', dayMs, 'midnight UTC from 2000 to 2100 such as "2026-03-01T00:00:00.000Z"'),
  total: {
    members: { outcome, reason, count: is.count },
    select: 'SELECT outcome, reason, count FROM totals WHERE model = @model ORDER BY outcome, reason',
    order: ['outcome', 'reason'],
    insert: inserting(`INSERT INTO totals VALUES (@model, @outcome, @reason, @count)
      ON CONFLICT (model, outcome, reason) DO UPDATE SET count = count + excluded.count`),
  },
} satisfies Record<string, Kind>;

/** A line of this kind starts a model. */
export const modelLine = {
  members: {
    id: is.name,
    first_seen: is.time,
    retired_at: is.optional(is.time),
    watermark: is.optional(is.time),
    last_success: is.optional(is.time),
    input_tokens: is.count,
    output_tokens: is.count,
    version_changes: is.count,
    memory: is.optional(is.memory),
    latest: is.optional(is.object),
  },
  select: `SELECT id, first_seen, retired_at, watermark, last_success, input_tokens, output_tokens, version_changes,
    nullif(health, 'null') AS memory, latest FROM models WHERE key = @model`,
};

/** Kinds of lines after the models. */
export const fileKinds = {
  missed: {
    members: { cause: is.word(missCauses), count: is.count },
    select: 'SELECT cause, count FROM missed ORDER BY cause',
    order: ['cause'],
  },
  horizon: {
    members: { name: is.word(['checks', 'days', 'hours', 'swept']), since: is.time },
    select: 'SELECT name, since FROM horizons ORDER BY name',
    order: ['name'],
  },
};
