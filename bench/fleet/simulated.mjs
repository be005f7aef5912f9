/** More models than requests could be made for on one machine: all of the daemon but its checker, and reads beside it. */
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { boundOf, measure } from './measure.mjs';
import { createVerdict, msOf, openSite, quantiles } from './site.mjs';

const entry = fileURLToPath(new URL('simulated-daemon.mjs', import.meta.url));

/** Reads the overview and, in turn, what the API has, each second until it is stopped. */
function readBeside(url) {
  const times = { page: [], model: [], checks: [], uptime: [] };
  let failed = 0;
  let turn = 0;
  const ask = async (path, into) => {
    const begun = performance.now();
    const reply = await fetch(url + path, { signal: AbortSignal.timeout(20_000) }).catch(() => null);
    await reply?.text().catch(() => (failed += 1));
    if (reply?.status === 200) into.push((performance.now() - begun) / 1_000);
    else failed += 1;
  };
  const timer = setInterval(() => {
    const model = `/api/v1/models/model-${(turn += 1) * 37}`;
    void ask('/', times.page);
    void ask(model, times.model);
    void ask(`${model}/checks?limit=20`, times.checks);
    void ask(`${model}/uptime?window=7d`, times.uptime);
  }, 1_000);
  return {
    stop() {
      clearInterval(timer);
      return { times, failed };
    },
  };
}

export async function simulated({ models, every, seconds }) {
  const everyMs = msOf(every);
  const rate = (models * 1_000) / everyMs;
  console.log(
    `${models} models every ${every} without requests, ${rate.toFixed(0)} results a second, ${seconds} s`,
  );
  const verdict = createVerdict();
  const site = await openSite({ models, every });
  try {
    const begun = performance.now();
    const { daemon } = await site.start({ entry });
    verdict.say(
      `${models} models are registered after ${((performance.now() - begun) / 1_000).toFixed(1)} s`,
    );
    await wait(Math.max(15_000, models * 6) + everyMs);
    const bytes = () => Number(site.rows(`SELECT pg_database_size(current_database())`)[0][0]);
    const log = () => site.rows('SELECT pg_current_wal_lsn()')[0][0];
    const [bytesBefore, logBefore] = [bytes(), log()];
    const resultsBefore = Number(site.rows('SELECT count(*) FROM check_result')[0][0]);
    const reads = readBeside(daemon.url);
    const measured = await measure([daemon], { seconds, server: site.server });
    const { times, failed } = reads.stop();
    const stored = Number(site.rows('SELECT count(*) FROM check_result')[0][0]) - resultsBefore;
    const perDay = 86_400 / measured.elapsed;
    const { checks, elapsed, missed, delays, ownShare, databaseShare, memory } = measured;
    verdict.must(
      missed === 0 && checks / elapsed > 0.97 * rate,
      `${checks} checks, ${(checks / elapsed).toFixed(0)} a second, ${stored} stored, ${missed} missed; delay p99 at most ${boundOf(delays, 0.99)} s`,
    );
    verdict.must(failed === 0, `reads beside it, ${failed} failed`);
    for (const [what, seconds] of Object.entries(times))
      verdict.say(`${what}, seconds: ${quantiles(seconds)}`);
    verdict.say(
      `modelpulse ${ownShare.toFixed(2)} of a core (${measured.ownMs.toFixed(2)} ms a check), PostgreSQL ${databaseShare.toFixed(2)} (${measured.databaseMs.toFixed(2)} ms a check); memory ${memory} MB`,
    );
    const [grown, logged] = [
      bytes() - bytesBefore,
      Number(site.rows(`SELECT pg_current_wal_lsn() - '${logBefore}'::pg_lsn`)[0][0]),
    ];
    verdict.say(
      `database grows by ${((grown * perDay) / 1e9).toFixed(1)} GB a day (${(grown / stored).toFixed(0)} bytes a check), write-ahead log ${((logged * perDay) / 1e9).toFixed(0)} GB a day`,
    );
    const [what, share] = ownShare > databaseShare ? ['modelpulse', ownShare] : ['PostgreSQL', databaseShare];
    verdict.say(
      `the next limit is one core of ${what}, at some ${Math.floor(checks / elapsed / share)} results a second without requests`,
    );
  } finally {
    await site.close();
  }
  return verdict.sound;
}
