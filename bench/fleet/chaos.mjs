/** Ends, suspends and starts instances by a plan that a seed chooses, and remembers what it did. */
import { setTimeout as wait } from 'node:timers/promises';

/** Numbers in [0, 1) that the seed gives again (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const now = () => performance.timeOrigin + performance.now();
/** ms from event to event, until a new instance takes the place of an ended one, and of a suspension. */
const [everyMs, replaceMs, suspendMs] = [20_000, 8_000, 30_000];
const fewest = 2;
const most = 4;

/**
 * Runs for `seconds` once `begun` has started the first instances. Resolves with the events: what, when, at which instance, and the
 * shards that it had. `joined` is told of each new instance, `gone` of each that ends or is suspended, `back` of each that goes on.
 */
export async function chaos(site, { seconds, seed, begun, joined, gone, back }) {
  const random = randomFrom(seed);
  const events = [];
  const pending = new Set();
  let end = Infinity;
  /** The id by which the database knows an instance is the one that was not there before. */
  const known = new Set();
  const startOne = async () => {
    const lines = [];
    const started = await site.start({ heard: (line) => lines.push(line) });
    const ids = site.rows('SELECT id FROM instance ORDER BY started').map(([id]) => id);
    const instance = Object.assign(started, { lines, id: ids.find((id) => !known.has(id)) });
    known.add(instance.id);
    await joined(instance);
    return instance;
  };
  let starting = Promise.resolve();
  /** One after the other, so that each id is known. */
  const start = () => (starting = starting.then(startOne));
  const shardsOf = ({ id }) =>
    site.rows(`SELECT id FROM shard WHERE owner = '${id}' AND id >= 0`).map(([shard]) => Number(shard));
  const active = () => [...site.running].filter(({ suspended }) => suspended !== true);
  const later = (ms, work) => {
    const task = wait(ms)
      .then(work)
      .finally(() => pending.delete(task));
    pending.add(task);
  };
  const note = (what, instance, shards = []) => {
    events.push({ what, at: now(), instance, shards });
    const second = Math.round(seconds - (end - now()) / 1_000);
    console.log(`       ${second} s: ${what} ${instance.name}, ${shards.length} shards`);
  };
  const replace = async () => {
    if (now() < end - everyMs && site.running.size < most) note('new', await start());
  };

  const acts = {
    kill(instance) {
      const shards = shardsOf(instance);
      instance.daemon.signal('SIGKILL');
      note('kill -9', instance, shards);
      site.running.delete(instance);
      gone(instance);
      later(replaceMs, replace);
    },
    suspend(instance) {
      const shards = shardsOf(instance);
      instance.daemon.signal('SIGSTOP');
      instance.suspended = true;
      note('SIGSTOP', instance, shards);
      gone(instance);
      later(suspendMs, async () => {
        instance.daemon.signal('SIGCONT');
        instance.suspended = false;
        note('SIGCONT', instance);
        await back(instance);
      });
    },
    async stop(instance) {
      const shards = shardsOf(instance);
      site.running.delete(instance);
      note('SIGTERM', instance, shards);
      const code = await instance.daemon.stop();
      note(`ended with ${code}`, instance);
      gone(instance);
      later(replaceMs, replace);
    },
    async join() {
      note('new', await start());
    },
  };

  await begun(start);
  end = now() + seconds * 1_000;
  while (now() + everyMs < end) {
    await wait(everyMs);
    const choices = [];
    if (active().length > fewest) choices.push('kill', 'suspend', 'stop');
    if (site.running.size < most) choices.push('join');
    const act = choices[Math.floor(random() * choices.length)];
    const at = active();
    await acts[act](at[Math.floor(random() * at.length)]);
  }
  await wait(Math.max(0, end - now()));
  while (pending.size > 0) await Promise.all(pending);
  return events;
}
