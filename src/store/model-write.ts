import type { Database } from 'better-sqlite3';
import type { Incident } from '../domain/incident.js';
import type { RecordedResult } from '../domain/result.js';
import { dayMs, emptyRollup, hourMs, type Rollup } from '../domain/rollup.js';
import { checkValues, detailValues } from './check-row.js';
import { blameCodes, outcomeCodes, reasonCodes, stateCodes, stateReasonCodes } from './codes.js';
import type { ModelKey, ModelWrite } from './port.js';
import { rollupValues, upsertRollup } from './rollup-row.js';
import { StoreError } from './store-error.js';
import { addRollup, type Tally } from './tally.js';

/** The statements of a write, each prepared once. */
export function prepareStatements(database: Database) {
  return {
    model: database.prepare(`UPDATE models SET health = ?, watermark = coalesce(?, watermark),
      latest = coalesce(?, latest), last_success = coalesce(?, last_success), input_tokens = input_tokens + ?,
      output_tokens = output_tokens + ?, version_changes = version_changes + ? WHERE key = ?`),
    check: database.prepare('INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    detail: database.prepare('INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?, ?, ?)'),
    forgetStates: database.prepare('DELETE FROM states WHERE model = ? AND starts >= ?'),
    state: database.prepare('INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)'),
    hour: database.prepare(upsertRollup('hours')),
    day: database.prepare(upsertRollup('days')),
    openIncident: database.prepare(`INSERT INTO incidents
      (closed_at, reason, blame, checks_failed, last_detail, model, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    updateIncident: database.prepare(`UPDATE incidents
      SET closed_at = ?, reason = ?, blame = ?, checks_failed = ?, last_detail = ? WHERE model = ? AND opened_at = ?`),
    gap: database.prepare('INSERT OR IGNORE INTO gaps VALUES (?, ?)'),
    maintenance: database.prepare('INSERT OR REPLACE INTO maintenance VALUES (?, ?, ?)'),
    noMaintenance: database.prepare('DELETE FROM maintenance WHERE model = ? AND starts = ?'),
    epoch: database.prepare('INSERT OR REPLACE INTO epochs VALUES (?, ?, ?)'),
    total: database.prepare(`INSERT INTO totals VALUES (?, ?, ?, ?)
      ON CONFLICT (model, outcome, reason) DO UPDATE SET count = count + excluded.count`),
    missed: database.prepare(`INSERT INTO missed VALUES (?, ?)
      ON CONFLICT (cause) DO UPDATE SET count = count + excluded.count`),
  };
}
export type Statements = ReturnType<typeof prepareStatements>;

/** Writes everything of one model. */
export function writeModel(statements: Statements, write: ModelWrite): void {
  updateModel(statements, write);
  writeTotals(statements, write);
  writeResults(statements, write);
  writeTimeline(statements, write);
  writeRollups(statements, write);
}

function newest(results: readonly RecordedResult[]): RecordedResult | undefined {
  return results.reduce<RecordedResult | undefined>(
    (latest, result) => (latest !== undefined && latest.slot > result.slot ? latest : result),
    undefined,
  );
}

/** Writes the row of the model. Throws StoreError `unknown_model` when there is none. */
export function updateModel(statements: Statements, write: ModelWrite): void {
  const { key, results, totals } = write;
  const latest = newest(results);
  const success = newest(results.filter(({ outcome }) => outcome === 'healthy' || outcome === 'degraded'));
  const { changes } = statements.model.run(
    JSON.stringify(write.health ?? null),
    write.watermark,
    latest === undefined ? null : JSON.stringify(latest),
    success?.slot ?? null,
    totals.inputTokens,
    totals.outputTokens,
    totals.versionChanges,
    key,
  );
  if (changes === 0) throw new StoreError('unknown_model', `no model has the key ${key}; register it again`);
}

export function writeTotals(statements: Statements, { key, totals }: ModelWrite): void {
  for (const { outcome, reason, count } of totals.results) {
    statements.total.run(key, outcomeCodes.toCode(outcome), reasonCodes.toCode(reason), count);
  }
}

export function writeResults(statements: Statements, { key, results }: ModelWrite): void {
  for (const result of results) {
    statements.check.run(key, ...checkValues(result));
    const detail = result.outcome === 'healthy' ? null : detailValues(result);
    if (detail !== null) statements.detail.run(key, ...detail);
  }
}

export function writeTimeline(statements: Statements, write: ModelWrite): void {
  const { key } = write;
  if (write.rewriteFrom !== null) statements.forgetStates.run(key, write.rewriteFrom);
  for (const { from, state, reason } of write.points) {
    statements.state.run(key, from, stateCodes.toCode(state), reason && stateReasonCodes.toCode(reason));
  }
  for (const incident of write.incidents) writeIncident(statements, key, incident);
  for (const gap of write.gaps) statements.gap.run(key, gap);
  for (const { from, to } of write.maintenance) {
    if (to > from) statements.maintenance.run(key, from, to);
    else statements.noMaintenance.run(key, from);
  }
  for (const { from, settings } of write.epochs) statements.epoch.run(key, from, JSON.stringify(settings));
}

/** Not an upsert: one that updates would still use up an id. */
function writeIncident(statements: Statements, key: ModelKey, incident: Incident): void {
  const values = [
    incident.closedAt,
    reasonCodes.toCode(incident.reason),
    incident.blame && blameCodes.toCode(incident.blame),
    incident.checksFailed,
    incident.lastDetail,
    key,
    incident.openedAt,
  ];
  if (statements.updateIncident.run(values).changes === 0) statements.openIncident.run(values);
}

export function writeRollups(statements: Statements, { key, rollups }: ModelWrite): void {
  const days = new Map<number, Tally>();
  for (const [hour, rollup] of rollups) {
    const values = rollupValues(rollup);
    statements.hour.run(key, Math.floor(hour / hourMs), ...values);
    if (rollups.size === 1) statements.day.run(key, Math.floor(hour / dayMs), ...values);
    else addTo(days, Math.floor(hour / dayMs), rollup);
  }
  for (const [day, tally] of days) statements.day.run(key, day, ...rollupValues(tally));
}

function addTo(days: Map<number, Tally>, day: number, rollup: Rollup): void {
  const tally = days.get(day) ?? emptyRollup();
  addRollup(tally, rollup);
  days.set(day, tally);
}
