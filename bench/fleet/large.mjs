/** Many models on two instances, then the same models on one instance with SQLite. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { boundOf, measure } from './measure.mjs';
import { createVerdict, msOf, openSite } from './site.mjs';

const mostDelaySeconds = 0.1;
const mostTimesSqlite = 1.5;

/** ms in which the first checks of all models are over, and a whole interval after them. */
const firstWaveMs = (models, everyMs) => Math.max(15_000, models * 6) + everyMs;

export async function large({ models, every, seconds }) {
  console.log(`${models} models every ${every}, ${seconds} s on each store`);
  const verdict = createVerdict();
  const site = await openSite({ models, every });
  const everyMs = msOf(every);
  const say = (
    name,
    { checks, elapsed, missed, delays, memory, ownShare, databaseShare, ownMs, databaseMs },
  ) => {
    const rate = (checks / elapsed).toFixed(0);
    const expected = (models * 1_000) / everyMs;
    verdict.must(
      missed === 0 && checks / elapsed > 0.97 * expected,
      `${name}: ${checks} checks, ${rate} a second of ${expected.toFixed(0)}, ${missed} missed`,
    );
    verdict.must(
      Number(boundOf(delays, 0.99)) <= mostDelaySeconds,
      `${name}: delay p99 at most ${boundOf(delays, 0.99)} s, worst at most ${boundOf(delays, 1)} s`,
    );
    verdict.say(
      `${name}: ${ownMs.toFixed(2)} ms of processor a check, ${ownShare.toFixed(2)} of a core; PostgreSQL ${databaseMs.toFixed(2)} ms, ${databaseShare.toFixed(2)} of a core; memory ${memory.join(' and ')} MB`,
    );
  };
  try {
    let begun = performance.now();
    const first = await site.start();
    verdict.say(
      `${models} models are registered after ${((performance.now() - begun) / 1_000).toFixed(1)} s`,
    );
    begun = performance.now();
    const second = await site.start();
    verdict.say(`a second instance is ready after ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
    site.rows(`UPDATE shard SET moved_at = now() - interval '2 minutes'`);
    await wait(firstWaveMs(models, everyMs));
    const shared = await measure([first.daemon, second.daemon], { seconds, server: site.server });
    say('two instances', shared);
    site.running.clear();
    await Promise.all([first.daemon.stop(), second.daemon.stop()]);

    const lone = await site.start({ storage: { path: join(site.folder, 'lone.db') } });
    await wait(firstWaveMs(models, everyMs));
    const single = await measure([lone.daemon], { seconds });
    say('one on SQLite', single);
    const times = shared.ownMs / single.ownMs;
    verdict.must(
      times <= mostTimesSqlite,
      `processor a check of the instances is ${times.toFixed(2)} times that with SQLite, with PostgreSQL ${((shared.ownMs + shared.databaseMs) / single.ownMs).toFixed(2)} times`,
    );
  } finally {
    await site.close();
  }
  return verdict.sound;
}
