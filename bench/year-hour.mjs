// One hour of one model in the generated year: its results and what they amount to.
import { addResult, emptyRollup } from '../dist/domain/rollup.js';
import { hourMs, minuteMs, randomFrom } from './year-plan.mjs';

/** Days of healthy checks that all others are made from; each hour of them is 60 durations in ms. */
export const samples = 48;

/** For each day and hour the durations and delays (ms) of its checks. */
export function makeSamples() {
  const random = randomFrom(99);
  const duration = () => Math.round(150 + 500 * Math.exp(0.5 * (random() + random() + random() - 1.5) * 2));
  const hour = () => Array.from({ length: 60 }, () => ({ delay: Math.floor(random() * 15), ms: duration() }));
  return Array.from({ length: samples }, () => Array.from({ length: 24 }, hour));
}

/** What became of the check at `slot`; null when there was none. */
export function resultAt(year, slot, { delay, ms }) {
  if (slot > year.settled) return null;
  const event = year.eventAt(slot);
  if (event?.state === 'unknown') return null;
  const failed = event?.state === 'unhealthy' || year.blips.has(slot);
  const slow = event?.state === 'degraded';
  const reason = failed ? (event?.reason ?? 'timeout') : slow ? 'slow' : 'ok';
  return {
    slot,
    startedAt: slot + delay,
    kind: 'scheduled',
    maintenance: event?.state === 'maintenance',
    outcome: failed ? 'unhealthy' : slow ? 'degraded' : 'healthy',
    reason,
    durationMs: slow ? 20_000 + ms : ms,
    httpStatus: failed ? (reason === 'timeout' ? null : 503) : 200,
    usage: failed ? null : { inputTokens: 14, outputTokens: 8 },
  };
}

/** Seconds in states over an hour, up to the newest slot. */
function addDurations(rollup, year, hour, start) {
  const end = Math.min(hour + hourMs, year.settled);
  let from = hour;
  const spend = (to, state) => {
    if (to > from) rollup.durations[state] += to - from;
    from = Math.max(from, to);
  };
  if (hour <= start + year.phase) spend(Math.min(end, start + year.phase), 'unknown');
  for (const event of year.events) {
    if (event.to <= from || event.from >= end) continue;
    spend(event.from, 'healthy');
    spend(Math.min(event.to, end), event.state);
  }
  spend(end, 'healthy');
}

/** Results of a model in an hour, and what they amount to. */
export function hourOf(year, hour, sample, start) {
  const results = sample
    .map((check, minute) => resultAt(year, hour + minute * minuteMs + year.phase, check))
    .filter((result) => result !== null);
  const changes = new Map();
  for (const result of results) addResult(changes, result);
  const rollup = changes.get(hour) ?? emptyRollup();
  addDurations(rollup, year, hour, start);
  return { results, rollup };
}
