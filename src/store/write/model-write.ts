import type { Incident } from '../../domain/incident.js';
import type { RecordedResult } from '../../domain/result.js';
import { dayMs, hourMs } from '../../domain/period.js';
import { emptyRollup, type Rollup } from '../../domain/rollup.js';
import { checkValues, detailValues } from '../rows/check-row.js';
import { blameCodes, outcomeCodes, reasonCodes, stateCodes, stateReasonCodes } from '../codes.js';
import type { Batch, ModelKey, ModelWrite } from '../port.js';
import { rollupValues } from '../rows/rollup-row.js';
import type { Put, Value } from './batch-rows.js';
import { addRollup, type Tally } from '../tally.js';
import type { Interval } from '../../domain/state.js';

/** Passes every row of the batch to `put`. */
export function putBatch(put: Put, { models, missed }: Batch): void {
  for (const model of models) writeModel(put, model);
  for (const [cause, count] of missed) put('missed', [cause, count]);
}

/** Writes everything of one model. */
export function writeModel(put: Put, write: ModelWrite): void {
  updateModel(put, write);
  writeTotals(put, write);
  writeResults(put, write);
  writeTimeline(put, write);
  writeRollups(put, write);
  writeWholeHours(put, write);
  writeNotices(put, write);
}

function newest(results: readonly RecordedResult[]): RecordedResult | undefined {
  return results.reduce<RecordedResult | undefined>(
    (latest, result) => (latest !== undefined && latest.slot > result.slot ? latest : result),
    undefined,
  );
}

/** Writes the row of the model. */
export function updateModel(put: Put, write: ModelWrite): void {
  const { key, results, totals } = write;
  const latest = newest(results);
  const success = newest(results.filter(({ outcome }) => outcome === 'healthy' || outcome === 'degraded'));
  put('model', [
    JSON.stringify(write.health ?? null),
    write.watermark,
    latest === undefined ? null : JSON.stringify(latest),
    success?.slot ?? null,
    totals.inputTokens,
    totals.outputTokens,
    totals.versionChanges,
    key,
  ]);
}

export function writeTotals(put: Put, { key, totals }: ModelWrite): void {
  for (const { outcome, reason, count } of totals.results) {
    put('total', [key, outcomeCodes.toCode(outcome), reasonCodes.toCode(reason), count]);
  }
}

export function writeResults(put: Put, { key, results }: ModelWrite): void {
  for (const result of results) {
    put('check', [key, ...checkValues(result)]);
    const detail = result.outcome === 'healthy' ? null : detailValues(result);
    if (detail !== null) put('detail', [key, ...detail]);
  }
}

export function writeTimeline(put: Put, write: ModelWrite): void {
  const { key } = write;
  if (write.rewriteFrom !== null) put('forgetStates', [key, write.rewriteFrom]);
  for (const { from, state, reason } of write.points) {
    put('state', [key, from, stateCodes.toCode(state), reason && stateReasonCodes.toCode(reason)]);
  }
  for (const incident of write.incidents) put('incident', incidentValues(key, incident));
  for (const gap of write.gaps) put('gap', [key, gap]);
  for (const { from, to } of write.maintenance) {
    if (to > from) put('maintenance', [key, from, to]);
    else put('noMaintenance', [key, from]);
  }
  for (const { from, settings } of write.epochs) put('epoch', [key, from, JSON.stringify(settings)]);
}

export function writeNotices(put: Put, { notices = [] }: ModelWrite): void {
  for (const notice of notices) put('notice', [notice.at, JSON.stringify(notice)]);
}

function incidentValues(key: ModelKey, incident: Incident): readonly Value[] {
  return [
    incident.closedAt,
    reasonCodes.toCode(incident.reason),
    incident.blame && blameCodes.toCode(incident.blame),
    incident.checksFailed,
    incident.lastDetail,
    key,
    incident.openedAt,
  ];
}

export function writeRollups(put: Put, { key, rollups }: ModelWrite): void {
  const days = new Map<number, Tally>();
  for (const [hour, rollup] of rollups) {
    const day = Math.floor(hour / dayMs);
    const only = rollups.size === 1;
    put('rollup', rollupValues([key, Math.floor(hour / hourMs), only ? day : null], rollup));
    if (!only) addTo(days, day, rollup);
  }
  for (const [day, tally] of days) put('rollup', rollupValues([key, null, day], tally));
}

/**
 * Adds spans of whole hours to hours and days. Of a final one the hours of whole days get no rows, which would be thousands
 * after an absence: they stay as their day is, and readers take them from the points. Its first day has them, since a
 * result may lie at the start.
 */
export function writeWholeHours(put: Put, { key, wholeHours }: ModelWrite): void {
  for (const { from, to, state, sign, final } of wholeHours) {
    const add = (unit: 'hours' | 'days', unitMs: number, part: Interval, ms: number): void => {
      const [first, end] = [Math.floor(part.from / unitMs), Math.ceil(part.to / unitMs)];
      if (part.from < part.to) put(unit, [key, first, end, stateCodes.toCode(state), sign * ms]);
    };
    const midnight = Math.min((Math.floor(from / dayMs) + 1) * dayMs, to);
    const lastMidnight = Math.max(midnight, Math.floor(to / dayMs) * dayMs);
    const ends = [
      { from, to: midnight },
      { from: lastMidnight, to },
    ];
    for (const part of final ? ends : [{ from, to }]) add('hours', hourMs, part, hourMs);
    for (const part of ends) add('days', dayMs, part, part.to - part.from);
    add('days', dayMs, { from: midnight, to: lastMidnight }, dayMs);
  }
}

function addTo(days: Map<number, Tally>, day: number, rollup: Rollup): void {
  const tally = days.get(day) ?? emptyRollup();
  addRollup(tally, rollup);
  days.set(day, tally);
}
