/** What the database and the provider have of a run, by model. */
import { hashFraction } from '../../dist/domain/schedule.js';
import { shardOf } from '../../dist/store/fleet-port.js';

const dayMs = 86_400_000;
/** UTC days from 1970 to the day from which the database counts. */
const firstDay = Date.UTC(2020, 0, 1) / dayMs;

/** Each model with its results, gaps and requests, all by time; times are Unix ms. */
export async function readPast(site, everyMs) {
  const models = new Map();
  for (const [id, key, watermark] of site.rows('SELECT id, key, watermark FROM model'))
    models.set(id, {
      ...{ id, key: Number(key), watermark: Number(watermark), shard: shardOf(id) },
      phase: Math.floor(hashFraction(id) * everyMs),
      ...{ results: [], gaps: new Set(), requests: [] },
    });
  const byKey = new Map([...models.values()].map((model) => [model.key, model]));
  // Delays and the times of commits tell which instance wrote.
  const results = site.rows(`SELECT model, (day + ${firstDay})::int8 * ${dayMs} + slot, code >> 16,
      extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 FROM check_result ORDER BY 1, 2`);
  for (const [key, slot, delay, writtenAt] of results)
    byKey.get(Number(key)).results.push({
      slot: Number(slot),
      startedAt: Number(slot) + Number(delay),
      writtenAt: Number(writtenAt),
    });
  for (const [key, slot] of site.rows('SELECT model, slot FROM gap'))
    byKey.get(Number(key)).gaps.add(Number(slot));
  for (const [number, at] of await site.provider.requests()) models.get(`model-${number}`).requests.push(at);
  const missed = new Map(
    site.rows('SELECT cause, count FROM missed').map(([cause, count]) => [cause, Number(count)]),
  );
  return { models: [...models.values()], missed, everyMs };
}

/** Slots that the schedule has from the first result to what ended last, and those of them without a result. */
export function slotsOf({ phase, results, watermark, gaps }, everyMs) {
  const first = results[0]?.slot;
  if (first === undefined) return { expected: 0, runs: [] };
  const had = new Set(results.map(({ slot }) => slot));
  const runs = [];
  let run = null;
  let expected = 0;
  for (let at = Math.ceil((first - phase) / everyMs) * everyMs + phase; at <= watermark; at += everyMs) {
    expected += 1;
    if (had.has(at)) run = null;
    else if (run === null) runs.push((run = { from: at, count: 1, unwatched: gaps.has(at) }));
    else {
      run.count += 1;
      run.unwatched ||= gaps.has(at);
    }
  }
  return { expected, runs };
}

/** Requests of which no result is stored, and those that are a second one of their slot. */
export function requestsOf({ phase, results, requests }, everyMs) {
  const slotAt = (time) => Math.floor((time - phase) / everyMs);
  // First checks and rechecks have slots of their own.
  const others = new Map();
  for (const { slot, startedAt } of results)
    if ((slot - phase) % everyMs !== 0)
      others.set(slotAt(startedAt), (others.get(slotAt(startedAt)) ?? 0) + 1);
  const unrecorded = [];
  const again = [];
  const counts = new Map();
  let next = 0;
  for (const at of requests) {
    while (next < results.length && results[next].startedAt < at - 3_000) next += 1;
    const recorded = results[next] !== undefined && results[next].startedAt <= at + 2;
    if (recorded) next += 1;
    else unrecorded.push(at);
    const slot = slotAt(at);
    const count = (counts.get(slot) ?? 0) + 1;
    counts.set(slot, count);
    if (count === 2 + (others.get(slot) ?? 0)) again.push(at);
  }
  return { unrecorded, again };
}
