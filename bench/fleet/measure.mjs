/** Delay, missed slots and processor time of running instances over some seconds. */
import { setTimeout as wait } from 'node:timers/promises';

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Counts by the bound of the histogram of delays, of all instances. */
function delaysOf(scrapes) {
  const counts = new Map();
  for (const { delays } of scrapes)
    for (const [labels, count] of delays) {
      const bound = /le="(.+)"/.exec(labels)[1];
      counts.set(bound, (counts.get(bound) ?? 0) + count);
    }
  return counts;
}

/** The bound in seconds under which the share `q` of the delays lies. */
export function boundOf(counts, q) {
  const all = Math.max(...counts.values());
  return [...counts].find(([, count]) => count >= q * all)?.[0] ?? 'none';
}

/** `server` has the processor time of a database beside the daemons, if there is one. */
export async function measure(daemons, { seconds, server = null }) {
  /** All at one moment: the processor time has one scrape in it. */
  const read = async () => {
    const scrapes = await Promise.all(daemons.map((daemon) => daemon.scrape()));
    const own = sum(daemons.map((daemon) => daemon.cpuSeconds()));
    return { scrapes, own, database: server?.cpuSeconds() ?? 0, at: performance.now() };
  };
  const before = await read();
  await wait(seconds * 1_000);
  const memory = daemons.map((daemon) => daemon.memoryMb('VmRSS'));
  const after = await read();
  const elapsed = (after.at - before.at) / 1_000;
  const [own, database] = [after.own - before.own, after.database - before.database];
  const grown = (name) =>
    sum(after.scrapes.map((one) => one.sum(name))) - sum(before.scrapes.map((one) => one.sum(name)));
  const [delays, delaysBefore] = [delaysOf(after.scrapes), delaysOf(before.scrapes)];
  for (const [bound, count] of delaysBefore) delays.set(bound, delays.get(bound) - count);
  const checks = Math.max(...delays.values());
  return {
    checks,
    elapsed,
    missed: grown('scheduler_checks_missed_total'),
    delays,
    memory,
    ownShare: own / elapsed,
    databaseShare: database / elapsed,
    ownMs: (own * 1_000) / checks,
    databaseMs: (database * 1_000) / checks,
  };
}
