/** Whether what must hold has held in a run: each line is a figure and `ok` or `NOT ok`. */
import { modelMemory } from '../../dist/cli/model-memory.js';
import { checkPostgresRollups } from '../../dist/store/transfer/postgres-rebuild.js';
import { requestsOf, slotsOf } from './past.mjs';
import { quantiles, schema } from './site.mjs';

const leaseMs = 15_000;
/** ms from the end of an instance in which its models pass to others. */
const passMs = 20_000;
/** ms in which a commit that was under way ends. */
const commitMs = 1_000;

const deadly = new Set(['kill -9', 'SIGSTOP']);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const near = (events, at, ms) => events.some((event) => at >= event.at - 3_000 && at <= event.at + ms);

export function verifyRecords(site, { models }, shown, verdict) {
  const twice = site.rows(
    'SELECT model, day, slot, place FROM check_result GROUP BY 1, 2, 3, 4 HAVING count(*) > 1',
  );
  const stored = sum(models.map(({ results }) => results.length));
  verdict.must(twice.length === 0, `${stored} results stored, ${twice.length} slots with two records`);
  let [seen, lost] = [0, 0];
  const examples = [];
  for (const { id, results } of models) {
    const had = new Set(results.map(({ slot }) => slot));
    for (const slot of shown.get(id) ?? []) {
      seen += 1;
      if (had.has(slot)) continue;
      lost += 1;
      examples.push(`${id} ${new Date(slot).toISOString()}`);
    }
  }
  verdict.must(lost === 0, `${seen} results shown by the API, ${lost} of them not stored`);
  if (lost > 0) verdict.say(`such as ${examples.slice(0, 5).join(', ')}`);
}

export function verifySlots({ models, missed, everyMs }, verdict) {
  const all = models.map((model) => slotsOf(model, everyMs));
  const runs = all.flatMap((one) => one.runs);
  const without = sum(runs.map(({ count }) => count));
  const watched = sum(runs.filter(({ unwatched }) => !unwatched).map(({ count }) => count));
  const counted = sum([...missed.values()]);
  const causes = [...missed].map(([cause, count]) => `${cause} ${count}`).join(', ') || 'none';
  verdict.must(
    without <= counted,
    `${sum(all.map(({ expected }) => expected))} slots, ${without} without a result, ${counted} counted as missed (${causes})`,
  );
  verdict.say(`${counted - without} slots were counted and have a result, or were counted twice`);
  const late = (missed.get('overlap') ?? 0) + (missed.get('capacity') ?? 0);
  verdict.must(
    watched <= late,
    `${without - watched} of them begin a gap or lie in one, ${watched} do not, and ${late} were missed by a watching instance`,
  );
}

/** From the end of an owner to the next request for each of its models; of several ends before that the last one counts. */
export function verifyPasses({ models, everyMs }, events, verdict) {
  const ends = events.filter(({ what }) => deadly.has(what) || what === 'SIGTERM');
  const times = { 'kill -9': [], SIGSTOP: [], SIGTERM: [] };
  const doubled = [];
  const last = Math.max(...models.map(({ requests }) => requests.at(-1) ?? 0));
  for (const { shard, requests } of models) {
    for (const end of ends.filter(({ shards }) => shards.includes(shard))) {
      const next = requests.find((at) => at > end.at + 20) ?? Infinity;
      if (ends.some((other) => other.at > end.at && other.at < next && other.shards.includes(shard)))
        continue;
      if (next === Infinity && end.at + passMs + everyMs > last) continue;
      const seconds = (next - end.at) / 1_000;
      // One that was to claim the shards may have ended before it did.
      const second = ends.some((other) => other.at > end.at && other.at < next);
      (second ? doubled : times[end.what]).push(seconds);
    }
  }
  const limit = (passMs + everyMs) / 1_000;
  for (const [what, seconds] of Object.entries(times))
    if (seconds.length > 0)
      verdict.must(
        Math.max(...seconds) <= limit,
        `${what}: seconds to the next check of its models ${quantiles(seconds)} (at most ${limit}; ${seconds.length} models)`,
      );
  if (doubled.length > 0)
    verdict.say(
      `the same where a second instance ended meanwhile: ${quantiles(doubled)} (${doubled.length} models)`,
    );
}

/** Nothing that a suspended instance had is written once its lease has ended. */
export function verifySuspended({ models }, events, fenced, verdict) {
  const stops = events.filter(({ what }) => what === 'SIGSTOP');
  let written = 0;
  for (const { at, shards } of stops)
    for (const { shard, results } of models)
      if (shards.includes(shard))
        written += results.filter(
          ({ startedAt, writtenAt }) => startedAt <= at && writtenAt > at + leaseMs + commitMs,
        ).length;
  verdict.must(
    written === 0,
    `${stops.length} instances suspended, ${fenced} of their writes fenced, ${written} results of theirs written after the lease`,
  );
}

export function verifyRequests({ models, everyMs }, events, verdict) {
  const found = models.map((model) => requestsOf(model, everyMs));
  const again = found.flatMap((one) => one.again);
  const unrecorded = found.flatMap((one) => one.unrecorded);
  const total = sum(models.map(({ requests }) => requests.length));
  const far = (times) => times.filter((at) => !near(events, at, passMs + everyMs)).length;
  verdict.must(
    far(again) === 0,
    `${total} requests, ${again.length} slots with more than one, ${far(again)} of them while no lease was lost`,
  );
  verdict.must(
    far(unrecorded) === 0,
    `${unrecorded.length} requests without a stored result, ${far(unrecorded)} of them while no lease was lost`,
  );
}

export async function verifyReplay(site, verdict) {
  const wrongRows = [];
  const none = () => undefined;
  const add = (one) => void wrongRows.push(one);
  const { rows, wrong, replayed } = await checkPostgresRollups({
    connection: { url: site.server.url(schema), log: { error: none, warn: none, info: none } },
    migrationsDir: new URL('../../migrations/postgres', import.meta.url).pathname,
    memory: modelMemory,
    ...{ found: add, differs: add, fails: add },
  });
  verdict.must(wrong === 0, `rebuild --check: ${rows} rows of hours and days compared, ${wrong} wrong`);
  verdict.must(
    replayed.different === 0 && replayed.failed === 0,
    `${replayed.results} results of ${replayed.models} models replayed, ${replayed.different} time lines differ, ${replayed.failed} could not be read`,
  );
  for (const one of wrongRows.slice(0, 3)) verdict.say(JSON.stringify(one).slice(0, 300));
}

export function sayCosts(site, instances, { models }, serverSeconds, verdict) {
  const checks = sum(models.map(({ results }) => results.length));
  const own = sum(instances.map(({ cpu }) => cpu));
  const ms = (seconds) => ((seconds * 1_000) / checks).toFixed(2);
  const bytes = Number(
    site.rows(`SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
      WHERE inhparent = 'check_result'::regclass`)[0][0],
  );
  verdict.say(
    `processor per check: ${ms(own)} ms of all instances, ${ms(serverSeconds)} ms of PostgreSQL; ${(bytes / checks).toFixed(1)} bytes a check`,
  );
}
