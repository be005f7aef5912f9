/** Instances that are killed, suspended, stopped and joined while they share models. */
import { setTimeout as wait } from 'node:timers/promises';
import { chaos } from './chaos.mjs';
import { readPast } from './past.mjs';
import { createReader } from './reader.mjs';
import { createVerdict, msOf, openSite, watchProcessors } from './site.mjs';
import {
  sayCosts,
  verifyPasses,
  verifyRecords,
  verifyReplay,
  verifyRequests,
  verifySlots,
  verifySuspended,
} from './verify.mjs';

/** Least seconds for the instances to have their shares, and the first wave to end. */
const settleMs = 15_000;

async function fencedOf({ daemon }) {
  const { sum } = await daemon.scrape();
  return sum('fenced_writes_total');
}

export async function share({ instances, models, every, seconds, seed }) {
  console.log(
    `${instances} instances, ${models} models every ${every}, ${seconds} s, seed ${seed} (MODELPULSE_SEED)`,
  );
  const everyMs = msOf(every);
  const verdict = createVerdict();
  // The time of each commit shows who wrote after the end of a lease.
  const site = await openSite({
    models,
    every,
    settings: ['track_commit_timestamp=on', 'max_connections=200'],
  });
  try {
    const reader = createReader();
    const processors = watchProcessors(site);
    const known = [];
    let fenced = 0;
    const events = await chaos(site, {
      seconds,
      seed,
      async begun(start) {
        for (let first = 0; first < instances; first += 1) await start();
        // Shards rest for a minute after they have moved.
        site.rows(`UPDATE shard SET moved_at = now() - interval '2 minutes'`);
        await wait(Math.max(settleMs, models * 5));
      },
      joined(instance) {
        known.push(instance);
        reader.add(instance);
      },
      gone(instance) {
        processors.read();
        if (!instance.suspended) reader.remove(instance);
      },
      async back(instance) {
        await wait(8_000);
        // It may have been ended since.
        fenced += await fencedOf(instance).catch(() => 0);
      },
    });
    await wait(2_000);
    processors.read();
    const serverSeconds = site.server.cpuSeconds();
    reader.stop();
    processors.stop();
    const codes = await Promise.all([...site.running].map(({ daemon }) => daemon.stop()));
    site.running.clear();
    verdict.must(
      codes.every((code) => code === 0),
      `instances end with ${codes.join(', ')} at SIGTERM`,
    );
    const past = await readPast(site, everyMs);
    verifyRecords(site, past, reader.shown, verdict);
    verdict.say(`${reader.lists} pages of the list of models read beside the streams of events`);
    verifySlots(past, verdict);
    verifyPasses(past, events, verdict);
    verifySuspended(past, events, fenced, verdict);
    verifyRequests(past, events, verdict);
    await verifyReplay(site, verdict);
    sayCosts(site, known, past, serverSeconds, verdict);
    sayErrors(known, verdict);
  } finally {
    await site.close();
  }
  return verdict.sound;
}

/** pino's number of `warn`. */
const warnLevel = 40;

/** Lines of the logs that nobody expects, each message once. */
function sayErrors(instances, verdict) {
  const counts = new Map();
  for (const { lines } of instances)
    for (const { level, msg, err, waiting_for } of lines) {
      if (level < warnLevel) continue;
      const more = [err?.message, waiting_for].filter((part) => part !== undefined && part !== null);
      const text = [level > warnLevel ? 'error' : 'warn', msg, ...more].join(': ').slice(0, 250);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  for (const [text, count] of counts) verdict.say(`log, ${count} times ${text}`);
}
